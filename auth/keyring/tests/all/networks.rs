//! Names and addresses of private networks: refused, unless the operator allows them.
//!
//! Never asks the real DNS: the keyring is given its names, and every server listens on loopback.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, KeyringError, Names};
use witgate_token::Refusal;

use crate::issuer::{Server, Signer, profile, quick};

/// A keyring whose key server is known by this name, which leads to these addresses.
fn keyring(server: &Server, name: &str, leads_to: &[&str], allow_private: bool) -> Keyring {
    let addresses: Vec<IpAddr> = leads_to.iter().map(|address| address.parse().expect("an address")).collect();
    let names = Names::Given(Arc::new(move |_| addresses.clone()));
    let mut address = server.address.clone();
    address.set_host(Some(name)).expect("a host");
    let config =
        IssuerConfig::new(profile(), KeySource::JwksUrl(address)).allow_http(true).allow_private(allow_private);
    Keyring::with_names(vec![config], Handle::current(), &quick(), &names).expect("a keyring")
}

/// The attack is DNS rebinding: the name is public, and its owner lets it lead to what only we can reach.
#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    for leads_to in ["127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1", "0.0.0.0"] {
        let keyring = keyring(&server, "id.example.com", &[leads_to], false);
        assert_eq!(keyring.authenticate(&signer.token()).await.err(), Some(Refusal::KeysUnavailable), "{leads_to}");
        let reason = keyring.report()[0].last_failure.clone().expect("a reason");
        assert!(reason.contains("'id.example.com' leads to"), "{leads_to}: {reason}");
    }
    assert_eq!(server.requests(), 0, "nothing was sent");
}

#[tokio::test]
async fn the_operator_may_allow_it() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, "id.internal", &["127.0.0.1"], true);
    assert!(keyring.authenticate(&signer.token()).await.is_ok());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn no_allowance_covers_a_clouds_metadata() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, "id.internal", &["169.254.169.254"], true);
    assert_eq!(keyring.authenticate(&signer.token()).await.err(), Some(Refusal::KeysUnavailable));
    let reason = keyring.report()[0].last_failure.clone().expect("a reason");
    assert!(reason.contains("metadata"), "{reason}");
}

#[tokio::test]
async fn localhost_is_this_machine_without_an_allowance() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, "localhost", &["10.0.0.1", "127.0.0.1"], false);
    assert!(keyring.authenticate(&signer.token()).await.is_ok());
}

#[tokio::test]
async fn private_literals_are_refused_when_the_keyring_is_made() {
    let made = |address: &str, allow_private| {
        let source = KeySource::JwksUrl(address.parse().expect("a URL"));
        let config = IssuerConfig::new(profile(), source).allow_private(allow_private);
        Keyring::new(vec![config], Handle::current())
    };
    for address in
        ["https://192.168.1.1/k", "https://[fe80::1]/k", "https://[::ffff:10.0.0.1]/k", "https://100.64.0.1/k"]
    {
        let refused = made(address, false).expect_err("refused");
        assert!(matches!(refused, KeyringError::Private { .. }), "{address}: {refused}");
        assert!(refused.to_string().contains("allow-private = true"), "{refused}");
        assert!(made(address, true).is_ok(), "{address}");
    }
    assert!(matches!(made("https://169.254.169.254/k", true), Err(KeyringError::Never { .. })));
    let listed = IssuerConfig::new(profile(), KeySource::Discovery("https://id.example.com".parse().expect("a URL")))
        .key_origins(vec!["https://10.0.0.1".parse().expect("an origin")]);
    assert!(matches!(Keyring::new(vec![listed], Handle::current()), Err(KeyringError::Private { .. })));
}
