//! `/oauth/authorize` from the first page to the code in the address. Never lets the client redeem it: that is the token
//! endpoint's part.

use super::both::on_both;
use super::browser::{
    Browser, CHALLENGE, SHOP, VERIFIER, answered, location, portals, register, register_one, request,
};
use super::service::{Folder, Service};

on_both!(
    from_the_first_page_to_the_code,
    a_first_party_is_not_asked_about,
    what_was_allowed_is_remembered_and_more_is_asked,
    who_denies_gives_no_code,
    without_pages_the_client_is_told_what_is_missing,
    the_code_gives_tokens_for_what_was_allowed,
    a_nonce_that_cannot_be_stored_is_the_clients_fault,
);

const ISSUER: &str = "http://127.0.0.1:9000";

async fn ready(folder: &Folder) -> (Service, Browser) {
    register(folder);
    let service = Service::start(folder).await;
    let browser = Browser::of(&service);
    (service, browser)
}

async fn from_the_first_page_to_the_code(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    let consent = browser.alice(&request(&[("nonce", "n-1")])).await;
    for shown in ["The Shop", "alice", "See orders", "shop.example"] {
        assert!(consent.text.contains(shown), "{shown}: {consent:?}");
    }
    assert!(!consent.text.contains("orders:read:all"), "a customer cannot give that");
    let back = browser.submit(&consent, &[("decision", "allow")]).await;
    assert!(location(&back).starts_with(&format!("{SHOP}?code=wgc_")), "{back:?}");
    assert_eq!(answered(&back, "state").as_deref(), Some("a state & more"));
    assert_eq!(answered(&back, "iss").as_deref(), Some(ISSUER));
    let kept = format!(
        "SELECT count(*) FROM authorization_codes c JOIN users u ON u.id = c.user_id WHERE u.name = 'alice'
         AND c.client_id = 'shop' AND c.redirect_uri = '{SHOP}' AND c.code_challenge = '{CHALLENGE}' AND c.nonce = 'n-1'
         AND c.scope = 'openid orders:read' AND c.audience IS NULL AND c.amr = '[\"pwd\"]' AND c.used_at IS NULL
         AND c.expires_at - c.auth_time BETWEEN 60 AND 90"
    );
    assert_eq!(folder.number(&kept), 1);
    for event in ["browser_signed_in", "consent_given", "code_issued"] {
        assert_eq!(folder.number(&format!("SELECT count(*) FROM audit WHERE event = '{event}'")), 1, "{event}");
    }
    let code = answered(&back, "code").unwrap();
    assert!(!folder.log().contains(&code) && !folder.log().contains(browser.cookie.as_ref().unwrap()));
}

async fn the_code_gives_tokens_for_what_was_allowed(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    let consent = browser.alice(&request(&[])).await;
    let code = answered(&browser.submit(&consent, &[("decision", "allow")]).await, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "shop"),
        ("redirect_uri", SHOP),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let tokens = browser.post("/oauth/token", &form).await;
    assert_eq!((tokens.status, tokens.string("scope").as_str()), (200, "openid orders:read"), "{tokens:?}");
    assert!(tokens.json()["id_token"].is_string(), "{tokens:?}");
}

/// Of somebody who is signed in, so that only the code is missing.
async fn a_nonce_that_cannot_be_stored_is_the_clients_fault(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    browser.alice(&portals(&[])).await;
    let back = browser.get(&portals(&[("nonce", "a\0b")])).await;
    assert_eq!(answered(&back, "error").as_deref(), Some("invalid_request"), "{back:?}");
    assert!(answered(&browser.get(&portals(&[("nonce", "a b")])).await, "code").is_some());
}

async fn a_first_party_is_not_asked_about(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    let back = browser.alice(&portals(&[])).await;
    assert!(answered(&back, "code").is_some(), "{back:?}");
    assert_eq!(folder.number("SELECT count(*) FROM consents"), 0);
    let again = browser.get(&portals(&[])).await;
    assert_ne!(answered(&again, "code").unwrap(), answered(&back, "code").unwrap(), "signed in already");
}

async fn what_was_allowed_is_remembered_and_more_is_asked(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    let consent = browser.alice(&request(&[])).await;
    browser.submit(&consent, &[("decision", "allow")]).await;
    assert!(answered(&browser.get(&request(&[])).await, "code").is_some());
    assert!(answered(&browser.get(&request(&[("scope", "openid")])).await, "code").is_some(), "a part of it");
    let more = browser.get(&request(&[("scope", "openid profile")])).await;
    assert!(more.text.contains("See your user name"), "{more:?}");
    let again = browser.get(&request(&[("prompt", "consent")])).await;
    assert!(again.text.contains("The Shop"), "asked for: {again:?}");
    folder.add("bob", "customer", "bobs own long words").await;
    let mut bobs = browser.with_cookie(None);
    let page = bobs.get(&request(&[])).await;
    let asked = bobs.sign_in(&page, "bob", "bobs own long words").await;
    assert_eq!(asked.status, 200, "another user allows for themselves");
}

async fn who_denies_gives_no_code(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    let consent = browser.alice(&request(&[])).await;
    for decision in ["deny", "", "Allow"] {
        let back = browser.submit(&consent, &[("decision", decision)]).await;
        assert_eq!(answered(&back, "error").as_deref(), Some("access_denied"), "{decision}");
        assert_eq!(answered(&back, "state").as_deref(), Some("a state & more"));
    }
    browser.submit(&consent, &[("decision", "allow")]).await;
    let back = browser.submit(&consent, &[("decision", "deny")]).await;
    assert_eq!(answered(&back, "error").as_deref(), Some("access_denied"), "also when it was allowed elsewhere");
    assert_eq!(folder.number("SELECT count(*) FROM authorization_codes"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'consent_denied' AND actor = user_id"), 4);
}

async fn without_pages_the_client_is_told_what_is_missing(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    let error = |answer| answered(&answer, "error");
    let silent = request(&[("prompt", "none")]);
    assert_eq!(error(browser.get(&silent).await).as_deref(), Some("login_required"));
    let consent = browser.alice(&request(&[])).await;
    let refused = browser.get(&silent).await;
    assert_eq!(answered(&refused, "iss").as_deref(), Some(ISSUER));
    assert_eq!(error(refused).as_deref(), Some("consent_required"));
    browser.submit(&consent, &[("decision", "allow")]).await;
    assert!(answered(&browser.get(&silent).await, "code").is_some());
    assert_eq!(folder.sql("UPDATE browser_sessions SET auth_time = auth_time - 100"), 1);
    assert!(answered(&browser.get(&request(&[("prompt", "none"), ("max_age", "1000")])).await, "code").is_some());
    let stale = browser.get(&request(&[("prompt", "none"), ("max_age", "50")])).await;
    assert_eq!(error(stale).as_deref(), Some("login_required"));
    let others = browser.get(&request(&[("prompt", "none"), ("id_token_hint", "e30.eyJzdWIiOiJib2IifQ.x")])).await;
    assert_eq!(error(others).as_deref(), Some("login_required"), "the hint names another user");
    folder.sql("UPDATE browser_sessions SET expires_at = 1");
    assert_eq!(error(browser.get(&silent).await).as_deref(), Some("login_required"), "the browser's session is over");
}

#[tokio::test]
async fn who_must_sign_in_again_does_so_once() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    browser.alice(&portals(&[])).await;
    for again in [("prompt", "login"), ("prompt", "select_account"), ("max_age", "0")] {
        folder.sql("UPDATE browser_sessions SET auth_time = auth_time - 100");
        let back = browser.alice(&portals(&[again])).await;
        assert!(answered(&back, "code").is_some(), "{again:?}: {back:?}");
    }
    let codes = "SELECT count(*) FROM authorization_codes WHERE expires_at - auth_time <= 90";
    assert_eq!(folder.number(codes), 4, "each with the time of its own sign-in");
}

#[tokio::test]
async fn a_client_or_an_address_that_is_not_registered_redirects_nobody() {
    let folder = Folder::with_alice().await;
    register_one(&folder, "cut-off", "Cut off", "https://cut.example/cb", true);
    let (_service, mut browser) = ready(&folder).await;
    assert_eq!(folder.cli(&["client", "disable", "cut-off"], "").await.code, 0);
    let mut cases = vec![
        request(&[("client_id", "")]),
        request(&[("client_id", "nobody")]),
        request(&[("client_id", "a\0b")]),
        request(&[("redirect_uri", "")]),
        request(&[("client_id", "cut-off"), ("redirect_uri", "https://cut.example/cb")]),
        format!("{}&redirect_uri=https%3A%2F%2Fevil.example", request(&[])),
        format!("{}&client_id=witgate-portal", request(&[])),
        format!("{}&x={}", request(&[]), "x".repeat(4096)),
        "/oauth/authorize".to_owned(),
    ];
    let evil = [
        "https://evil.example/cb",
        "https://shop.example/cb/",
        "https://shop.example/cb?x",
        "https://shop.example/cb#x",
        "https://shop.example@evil.example/cb",
        "https://shop.example.evil.example/cb",
        "//evil.example/cb",
        "/cb",
        "javascript:alert(1)",
        "https://portal.example/cb",
        "https://shop.example/cb\r\nset-cookie: a=b",
    ];
    cases.extend(evil.iter().map(|uri| request(&[("redirect_uri", uri)])));
    for path in cases {
        let answer = browser.get(&path).await;
        assert_eq!((answer.status, answer.headers.get("location")), (400, None), "{path}");
        assert!(!answer.text.contains("evil"), "nothing is echoed: {path}");
    }
}

#[tokio::test]
async fn every_other_fault_is_told_to_the_client() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    let cases: [(&str, &str, &str); 11] = [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("response_mode", "fragment", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("scope", "strange", "invalid_scope"),
        ("resource", "https://other.example", "invalid_target"),
        ("prompt", "none login", "invalid_request"),
        ("request", "a.b.c", "request_not_supported"),
        ("request_uri", "https://a.example", "request_uri_not_supported"),
    ];
    for (name, value, error) in cases {
        let back = browser.get(&request(&[(name, value)])).await;
        assert!(location(&back).starts_with(&format!("{SHOP}?error=")), "{name}={value}");
        assert_eq!(answered(&back, "error").as_deref(), Some(error), "{name}={value}");
        assert_eq!(answered(&back, "state").as_deref(), Some("a state & more"));
        assert_eq!(answered(&back, "iss").as_deref(), Some(ISSUER));
    }
    let twice = browser.get(&format!("{}&state=x", request(&[]))).await;
    assert_eq!(answered(&twice, "error").as_deref(), Some("invalid_request"));
    assert_eq!(answered(&twice, "state"), None, "which of the two?");
    folder.sql("UPDATE clients SET grant_types = '[\"client_credentials\"]' WHERE client_id = 'shop'");
    let back = browser.get(&request(&[])).await;
    assert_eq!(answered(&back, "error").as_deref(), Some("unauthorized_client"));
}

/// RFC 8707: what the client asks for, or its first one; never one that it is not registered with.
#[tokio::test]
async fn a_code_is_for_a_resource_of_the_client() {
    let text = "listen = \"127.0.0.1:0\"\nissuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"\n\
                resources = [\"https://a.example\", \"https://b.example\"]\n";
    let folder = Folder::with_config(text);
    folder.add("alice", "customer", "correct horse").await;
    let (_service, mut browser) = ready(&folder).await;
    let kept = |audience: &str| folder.number(&format!("SELECT count(*) FROM authorization_codes WHERE {audience}"));
    browser.alice(&portals(&[("resource", "witgate")])).await;
    assert_eq!(kept("audience IS NULL"), 1, "the configured one");
    folder.sql("UPDATE clients SET audiences = '[\"https://b.example\"]'");
    browser.get(&portals(&[("resource", "https://b.example")])).await;
    browser.get(&portals(&[])).await;
    assert_eq!(kept("audience = 'https://b.example'"), 2);
    for other in ["https://a.example", "witgate"] {
        let refused = browser.get(&portals(&[("resource", other)])).await;
        assert_eq!(answered(&refused, "error").as_deref(), Some("invalid_target"), "{other}");
    }
    assert_eq!(kept("hash IS NOT NULL"), 3);
}

#[tokio::test]
async fn a_request_may_come_as_a_form() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    let path = request(&[]);
    let query = path.split_once('?').unwrap().1.to_owned();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let form: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.headers = vec![("origin", "https://shop.example".into()), ("sec-fetch-site", "cross-site".into())];
    let next = browser.post("/oauth/authorize", &form).await;
    assert_eq!(location(&next), format!("authorize?{query}"));
    assert!(!next.headers.contains_key("set-cookie"), "a browser that is signed in stays so");
}

#[tokio::test]
async fn an_app_on_the_device_is_asked_about_each_time() {
    let folder = Folder::with_alice().await;
    register_one(&folder, "app", "App", "http://127.0.0.1/cb", false);
    let (_service, mut browser) = ready(&folder).await;
    let asked = |port: u16| request(&[("client_id", "app"), ("redirect_uri", &format!("http://127.0.0.1:{port}/cb"))]);
    let consent = browser.alice(&asked(49152)).await;
    assert!(consent.text.contains("an app on this device"), "{consent:?}");
    assert!(consent.headers["content-security-policy"].to_str().unwrap().contains("http://127.0.0.1:49152;"));
    let back = browser.submit(&consent, &[("decision", "allow")]).await;
    assert!(location(&back).starts_with("http://127.0.0.1:49152/cb?code="), "{back:?}");
    assert_eq!(browser.get(&asked(49153)).await.status, 200, "another app could take that port");
}
