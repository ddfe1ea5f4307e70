//! HTTP clients that connect only where the operator allows it: for keys here, for policies in the gateway.
//!
//! Never follows a redirect, and never takes a proxy from the environment: either would decide where a request goes.

use std::error::Error;
use std::sync::Arc;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;

use crate::names::{Guarded, NameFault, Names};

/// Makes a client guarded: each address that a name leads to is judged where the connection is made. Addresses written as
/// numbers never reach a resolver: judge the URL first, by [`Allowances::judge`](crate::Allowances::judge).
pub fn guarded(builder: ClientBuilder, names: Names, allow_private: bool) -> ClientBuilder {
    builder.redirect(Policy::none()).no_proxy().dns_resolver(Arc::new(Guarded { names, allow_private }))
}

/// Why a guarded client did not connect, where no address of the name may be used. For the operator's log only.
pub fn refused_address(error: &reqwest::Error) -> Option<String> {
    let causes = std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source());
    let mut faults = causes.filter_map(|cause| cause.downcast_ref::<NameFault>());
    faults.find(|fault| matches!(fault, NameFault::Refused { .. })).map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    async fn fault(leads_to: &str, allow_private: bool) -> Option<String> {
        let address: IpAddr = leads_to.parse().expect("an address");
        let names = Names::Given(Arc::new(move |_| vec![address]));
        let client = guarded(reqwest::Client::builder(), names, allow_private).build().expect("a client");
        // Port 1 of loopback: nobody listens there.
        let error = client.get("http://api.example.com:1/").send().await.expect_err("no answer");
        refused_address(&error)
    }

    #[tokio::test]
    async fn a_refused_address_is_told_from_a_server_that_is_not_there() {
        let refused = fault("127.0.0.1", false).await.expect("refused");
        assert!(refused.contains("'api.example.com' leads to 127.0.0.1"), "{refused}");
        assert_eq!(fault("127.0.0.1", true).await, None);
        assert!(fault("169.254.169.254", true).await.is_some());
    }
}
