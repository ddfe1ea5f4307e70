//! A registered application and the codes that users gave it. Never a browser: the codes are put where the authorization
//! endpoint puts them.

use reqwest::Method;
use url::form_urlencoded::Serializer;
use witgate_auth::config::Config;
use witgate_auth::opaque::{self, Kind};
use witgate_auth::store::{NewCode, Origin, Store};

use crate::service::{Answer, Folder, Service};

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const REDIRECT: &str = "https://app.example.com/back";
/// A further audience: what must be appended to an `auth.toml` for it comes before its tables.
pub const RESOURCE: &str = "https://orders.example.com";
/// All scopes of the application.
pub const SCOPE: &str = "openid profile email orders:read";

/// Its id, and its secret where it has one.
#[derive(Clone)]
pub struct App {
    pub id: String,
    pub secret: Option<String>,
}

impl App {
    /// Registers it on the command line.
    pub async fn add(folder: &Folder, args: &[&str]) -> App {
        let done = folder.cli(&[&["client", "add", "App"][..], args].concat(), "").await;
        assert_eq!(done.code, 0, "{}", done.stderr);
        let after = |label: &str| done.stdout.lines().find_map(|line| line.strip_prefix(label)).map(str::to_owned);
        App { id: after("client id: ").unwrap(), secret: after("secret: ") }
    }

    /// One with grants of a browser.
    async fn for_browsers(folder: &Folder, more: &[&str]) -> App {
        let mut args = vec!["--redirect-uri", REDIRECT, "--grant", "authorization_code", "--grant", "refresh_token"];
        args.extend(SCOPE.split(' ').flat_map(|scope| ["--scope", scope]));
        args.extend(more);
        App::add(folder, &args).await
    }

    /// A web application with a secret.
    pub async fn web(folder: &Folder) -> App {
        App::for_browsers(folder, &[]).await
    }

    /// A page that cannot keep a secret.
    pub async fn public(folder: &Folder) -> App {
        App::for_browsers(folder, &["--public"]).await
    }

    /// What it sends to prove itself in the form.
    pub fn proof(&self) -> Vec<(&str, &str)> {
        let mut pairs = vec![("client_id", self.id.as_str())];
        pairs.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        pairs
    }

    /// Asks an OAuth endpoint with its proof.
    pub async fn ask(&self, service: &Service, path: &str, pairs: &[(&str, &str)]) -> Answer {
        post_form(service, path, &[], &[&self.proof()[..], pairs].concat()).await
    }

    /// Asks for tokens.
    pub async fn token(&self, service: &Service, pairs: &[(&str, &str)]) -> Answer {
        self.ask(service, "/oauth/token", pairs).await
    }

    /// Redeems a code as it should be.
    pub async fn exchange(&self, service: &Service, code: &str) -> Answer {
        self.token(service, &good_exchange(code)).await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, service: &Service, token: &str) -> Answer {
        self.token(service, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Tokens for alice, as they come from a good exchange.
    pub async fn tokens(&self, folder: &Folder, service: &Service) -> Answer {
        let answer = self.exchange(service, &self.code(folder, |_| ()).await).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    /// A code that alice gave it.
    pub async fn code(&self, folder: &Folder, change: impl FnOnce(&mut NewCode)) -> String {
        let config = Config::load(&folder.config()).unwrap();
        let store = Store::open(&config.database, config.sessions).await.unwrap();
        let user = store.credentials("alice".into()).await.unwrap().expect("alice").user;
        let (code, hash) = opaque::generate(Kind::Code).unwrap();
        let now = witgate_auth::clock::now();
        let mut new = NewCode {
            hash,
            client_id: self.id.clone(),
            user_id: user.id,
            redirect_uri: REDIRECT.into(),
            code_challenge: CHALLENGE.into(),
            scope: SCOPE.into(),
            nonce: Some("n-1".into()),
            audience: None,
            auth_time: now - 30,
            amr: vec!["pwd".into(), "otp".into()],
            expires_at: now + 60,
        };
        change(&mut new);
        store.add_code(new, Origin::local("test", now)).await.unwrap();
        code.expose().to_owned()
    }
}

/// The parameters of a good exchange.
pub fn good_exchange(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)]
}

/// The same parameters, one of them with another value, or without one when that is empty.
pub fn with<'a>(pairs: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let change = |(known, old): &(&'a str, &'a str)| (*known, if *known == name { value } else { *old });
    pairs.iter().map(change).collect()
}

/// Sends a form.
pub async fn post_form(service: &Service, path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Answer {
    let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let headers = [&[("content-type", "application/x-www-form-urlencoded")][..], headers].concat();
    service.send(Method::POST, path, &headers, body).await
}

/// Checks an OAuth error (RFC 6749 section 5.2).
#[track_caller]
pub fn is_error(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.string("error").as_str()), (status, error), "{answer:?}");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(!answer.string("error_description").is_empty());
    assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{answer:?}");
}
