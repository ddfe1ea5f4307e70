//! An issuer's discovery document: where it is, and what it may say (OpenID Connect Discovery 1.0, RFC 8414).
//!
//! Never lets a document send us anywhere but to the issuer's own origin or to one that the operator listed.

use serde::Deserialize;
use url::Url;

use super::SourceFault;
use crate::causes::clipped;
use crate::origin::{self, Origin};

/// The two members that matter. serde refuses a second one of the same name.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Where the keys are, as the document says. The same guards as for any address come on top.
pub(super) fn key_address(
    document: &[u8],
    name: &str,
    issuer: &Url,
    key_origins: &[Origin],
) -> Result<Url, SourceFault> {
    let metadata: Metadata = serde_json::from_slice(document).map_err(|_| SourceFault::DiscoveryContent)?;
    if metadata.issuer != name {
        return Err(SourceFault::DiscoveryIssuer);
    }
    let keys: Url = metadata.jwks_uri.parse().map_err(|_| SourceFault::DiscoveryContent)?;
    if issuer.scheme() == "https" && keys.scheme() != "https" {
        return Err(SourceFault::DiscoveryDowngrade);
    }
    if !origin::same(issuer, &keys) && !key_origins.iter().any(|origin| origin.is_of(&keys)) {
        return Err(SourceFault::DiscoveryOrigin(clipped(&keys.origin().ascii_serialization())));
    }
    Ok(keys)
}

/// Appended to the issuer's path.
pub(super) fn openid_address(issuer: &Url) -> Url {
    let mut address = issuer.clone();
    address.set_path(&format!("{}/.well-known/openid-configuration", issuer.path().trim_end_matches('/')));
    address
}

/// Inserted before the issuer's path.
pub(super) fn oauth_address(issuer: &Url) -> Url {
    let mut address = issuer.clone();
    address.set_path(&format!("/.well-known/oauth-authorization-server{}", issuer.path().trim_end_matches('/')));
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovery_addresses_follow_their_specifications() {
        for (issuer, openid, oauth) in [
            (
                "https://id.example.com",
                "https://id.example.com/.well-known/openid-configuration",
                "https://id.example.com/.well-known/oauth-authorization-server",
            ),
            (
                "https://id.example.com/realms/a/",
                "https://id.example.com/realms/a/.well-known/openid-configuration",
                "https://id.example.com/.well-known/oauth-authorization-server/realms/a",
            ),
        ] {
            let issuer: Url = issuer.parse().expect("a URL");
            assert_eq!(openid_address(&issuer).as_str(), openid);
            assert_eq!(oauth_address(&issuer).as_str(), oauth);
        }
    }

    /// The key address where an issuer's document says that it is `jwks_uri`, and `listed` is the operator's list.
    fn judged(issuer: &str, jwks_uri: &str, listed: &[&str]) -> Result<Url, SourceFault> {
        let document = serde_json::json!({"issuer": issuer, "jwks_uri": jwks_uri}).to_string();
        let listed: Vec<Origin> = listed.iter().map(|origin| origin.parse().expect("an origin")).collect();
        key_address(document.as_bytes(), issuer, &issuer.parse().expect("a URL"), &listed)
    }

    #[test]
    fn an_https_issuer_keeps_its_keys_on_https() {
        let (secure, plain) = ("https://id.example.com", "http://127.0.0.1:9000");
        assert!(judged(secure, "https://id.example.com/k", &[]).is_ok());
        assert!(judged(plain, "http://127.0.0.1:9000/k", &[]).is_ok());
        let listed = ["http://127.0.0.1"];
        assert!(matches!(judged(secure, "http://127.0.0.1/k", &listed), Err(SourceFault::DiscoveryDowngrade)));
        assert!(matches!(judged(secure, "/k", &[]), Err(SourceFault::DiscoveryContent)));
    }

    #[test]
    fn keys_are_on_the_issuers_origin_or_on_a_listed_one() {
        let (issuer, keys) = ("https://accounts.example.com", "https://www.example.com/k");
        assert!(judged(issuer, keys, &["https://other.example.com", "https://www.example.com"]).is_ok());
        for listed in
            [&[][..], &["https://example.com"], &["https://www.example.com:8443"], &["http://www.example.com"]]
        {
            let refused = judged(issuer, keys, listed);
            let Err(SourceFault::DiscoveryOrigin(named)) = refused else { panic!("{listed:?}: {refused:?}") };
            assert_eq!(named, "https://www.example.com");
        }
        let own_port = judged(issuer, "https://accounts.example.com:8443/k", &[]);
        assert!(matches!(own_port, Err(SourceFault::DiscoveryOrigin(_))));
    }
}
