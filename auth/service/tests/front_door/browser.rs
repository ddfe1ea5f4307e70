//! A browser as far as the pages need one: it keeps one cookie, follows no redirect by itself, and fills in forms. Never
//! knows what a page means.

use reqwest::Method;
use reqwest::redirect::Policy;
use url::Url;
use url::form_urlencoded::Serializer;

use super::service::{Answer, DEADLINE, Folder, Service};

/// The verifier of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// SHA-256 of [`VERIFIER`].
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Where the client `shop` is answered.
pub const SHOP: &str = "https://shop.example/cb";

pub struct Browser {
    url: String,
    client: reqwest::Client,
    /// `NAME=VALUE`, as it is sent.
    pub cookie: Option<String>,
    /// Sent with every request.
    pub headers: Vec<(&'static str, String)>,
}

impl Browser {
    pub fn of(service: &Service) -> Browser {
        let client = reqwest::Client::builder().no_proxy().timeout(DEADLINE).redirect(Policy::none());
        Browser { url: service.url.clone(), client: client.build().unwrap(), cookie: None, headers: Vec::new() }
    }

    /// The same, with this cookie instead.
    pub fn with_cookie(self, cookie: Option<String>) -> Browser {
        Browser { cookie, ..self }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, String::new()).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, Serializer::new(String::new()).extend_pairs(form).finish()).await
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Answer {
        let is_form = method == Method::POST;
        let mut request = self.client.request(method, format!("{}{path}", self.url)).body(body);
        if is_form {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(set) = headers.get("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    /// Follows a redirect that stays at this service.
    pub async fn follow(&mut self, answer: &Answer) -> Answer {
        let location = location(answer);
        assert!(!location.contains("://"), "stays here: {location}");
        self.get(&format!("/oauth/{location}")).await
    }

    /// Sends the page's form with its hidden fields and these.
    pub async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let action = between(&page.text, "action=\"", "\"").expect("a form");
        let hidden = hidden(page);
        let mut form: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
        form.extend(fields);
        self.post(&format!("/oauth/{action}"), &form).await
    }

    /// From the sign-in page to what comes after it.
    pub async fn sign_in(&mut self, page: &Answer, name: &str, password: &str) -> Answer {
        let answer = self.submit(page, &[("username", name), ("password", password)]).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        self.follow(&answer).await
    }

    /// Signs alice in for this request; what comes after it.
    pub async fn alice(&mut self, path: &str) -> Answer {
        let page = self.get(path).await;
        assert!(page.text.contains("<title>Sign in</title>"), "{page:?}");
        self.sign_in(&page, "alice", "correct horse").await
    }
}

/// The names and values of a page's hidden fields.
pub fn hidden(page: &Answer) -> Vec<(String, String)> {
    let fields = page.text.split("<input type=\"hidden\" ").skip(1);
    let value = |field: &str, name: &str| unescaped(between(field, &format!("{name}=\""), "\"").unwrap());
    fields.map(|field| (value(field, "name"), value(field, "value"))).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

fn unescaped(text: &str) -> String {
    let names = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    names.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

#[track_caller]
pub fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// A parameter of the address that the client is answered at.
#[track_caller]
pub fn answered(answer: &Answer, name: &str) -> Option<String> {
    let url = Url::parse(&location(answer)).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The path of an authorization request of the client `shop`, with some parameters changed, added, or (empty) left out.
pub fn request(changes: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("client_id", "shop"),
        ("redirect_uri", SHOP),
        ("response_type", "code"),
        ("scope", "openid orders:read orders:read:all"),
        ("state", "a state & more"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    pairs.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    format!("/oauth/authorize?{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
}

/// A request that asks only for what is common, for the client of the portal.
pub fn portals(changes: &[(&str, &str)]) -> String {
    let own = [("client_id", "witgate-portal"), ("redirect_uri", "https://portal.example/cb")];
    request(&[&own, changes].concat())
}

/// Registers `shop`, which must ask for consent, and `witgate-portal`, which need not.
pub fn register(folder: &Folder) {
    register_one(folder, "shop", "The Shop", SHOP, false);
    register_one(folder, "witgate-portal", "Portal", "https://portal.example/cb", true);
}

/// Registers a public client, behind the service's back.
pub fn register_one(folder: &Folder, id: &str, name: &str, redirect_uri: &str, first_party: bool) {
    let scopes = r#"["openid","profile","orders:read","orders:read:all"]"#;
    let added = folder.sql(&format!(
        "INSERT INTO clients (client_id, name, auth_method, redirect_uris, grant_types, scopes, audiences, first_party, created_at)
         VALUES ('{id}', '{}', 'none', '[\"{redirect_uri}\"]', '[\"authorization_code\"]', '{scopes}', '[]', {}, 1)",
        name.replace('\'', "''"),
        i32::from(first_party),
    ));
    assert_eq!(added, 1);
}
