//! The addresses of the auth service that a browser is sent to: to sign in, and to sign out.
//! Never called by the portal itself, and never with a secret in an address.

use url::Url;

use crate::flow::Flow;

/// The pages, as browsers reach them.
#[derive(Debug, Clone)]
pub struct AuthPages {
    base: Url,
    client_id: String,
    scope: String,
}

impl AuthPages {
    /// The pages below `base`, for this client. `scope`: what is asked for, in words with spaces between.
    #[must_use]
    pub fn new(mut base: Url, client_id: &str, scope: &str) -> Self {
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        Self { base, client_id: client_id.to_owned(), scope: scope.to_owned() }
    }

    /// The authorization request of this sign-in (RFC 6749 section 4.1.1, RFC 7636 section 4.3, OpenID Connect Core 3.1.2.1).
    #[must_use]
    pub fn sign_in(&self, flow: &Flow, callback: &Url) -> Url {
        let mut url = self.page("oauth/authorize");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", callback.as_str())
            .append_pair("scope", &self.scope)
            .append_pair("state", &flow.state())
            .append_pair("nonce", &flow.nonce())
            .append_pair("code_challenge", &flow.challenge())
            .append_pair("code_challenge_method", "S256");
        url
    }

    /// Where the browser's own session at the auth service ends (OpenID Connect RP-Initiated Logout 1.0, section 2).
    #[must_use]
    pub fn sign_out(&self, home: Option<&Url>) -> Url {
        let mut url = self.page("oauth/logout");
        url.query_pairs_mut().append_pair("client_id", &self.client_id);
        if let Some(home) = home {
            url.query_pairs_mut().append_pair("post_logout_redirect_uri", home.as_str());
        }
        url
    }

    fn page(&self, path: &str) -> Url {
        self.base.join(path).expect("a fixed path joins to any http base")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn pages(base: &str) -> AuthPages {
        AuthPages::new(Url::parse(base).unwrap(), "portal", "openid orders:read")
    }

    #[test]
    fn the_request_has_the_challenge_and_never_the_verifier() {
        let (flow, cookie) = Flow::begin().unwrap();
        let callback = Url::parse("http://127.0.0.1:8080/portal/callback").unwrap();
        let url = pages("https://id.example.com").sign_in(&flow, &callback);
        let asked: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["code_challenge"], flow.challenge());
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!((&*asked["redirect_uri"], &*asked["scope"]), (callback.as_str(), "openid orders:read"));
        assert!(!url.as_str().contains(&flow.verifier()) && !url.as_str().contains(&cookie));
    }

    #[test]
    fn a_base_with_a_path_keeps_it() {
        let (flow, _) = Flow::begin().unwrap();
        let home = Url::parse("http://127.0.0.1:8080/").unwrap();
        for base in ["https://id.example.com/auth", "https://id.example.com/auth/"] {
            assert_eq!(pages(base).sign_in(&flow, &home).path(), "/auth/oauth/authorize");
            assert_eq!(pages(base).sign_out(Some(&home)).path(), "/auth/oauth/logout");
        }
    }
}
