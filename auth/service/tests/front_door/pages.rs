//! The pages themselves: who can sign in and how, whose forms are taken, and that nothing of a request comes out as markup.
//! Never looks at the layout.

use super::both::on_both;
use super::browser::{Browser, answered, hidden, location, portals, register, register_one, request};
use super::service::{Answer, Folder, Service};

on_both!(
    a_planted_cookie_is_worth_nothing_after_a_sign_in,
    a_cookie_that_is_no_text_hides_no_sign_in,
    forms_of_other_browsers_and_sites_do_nothing,
    what_ends_all_sessions_signs_browsers_out,
);

async fn ready(folder: &Folder) -> (Service, Browser) {
    register(folder);
    let service = Service::start(folder).await;
    let browser = Browser::of(&service);
    (service, browser)
}

async fn a_planted_cookie_is_worth_nothing_after_a_sign_in(folder: Folder) {
    let (service, mut attacker) = ready(&folder).await;
    attacker.get(&portals(&[])).await;
    let planted = attacker.cookie.clone().expect("a cookie before the sign-in");
    let mut victim = Browser::of(&service).with_cookie(Some(planted.clone()));
    let page = victim.get(&portals(&[])).await;
    assert!(!page.headers.contains_key("set-cookie"), "other tabs keep their forms");
    assert!(answered(&victim.sign_in(&page, "alice", "correct horse").await, "code").is_some());
    assert_ne!(victim.cookie.as_ref(), Some(&planted));
    assert_eq!(attacker.get(&portals(&[])).await.status, 200, "the planted one signs nobody in");
    let before = victim.cookie.clone();
    let page = victim.get(&portals(&[("prompt", "login")])).await;
    victim.sign_in(&page, "alice", "correct horse").await;
    let mut old = Browser::of(&service).with_cookie(before);
    assert_eq!(old.get(&portals(&[])).await.status, 200, "nor does the one before a new sign-in");
    assert_eq!(folder.number("SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL"), 1);
}

async fn a_cookie_that_is_no_text_hides_no_sign_in(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    browser.alice(&portals(&[])).await;
    let cookie = browser.cookie.clone().expect("a cookie of the sign-in");
    for beside in [format!("x=\u{fc}; {cookie}"), format!("{cookie}; x=\u{fc}")] {
        browser.cookie = Some(beside);
        assert!(answered(&browser.get(&portals(&[])).await, "code").is_some());
    }
}

async fn forms_of_other_browsers_and_sites_do_nothing(folder: Folder) {
    let (service, mut browser) = ready(&folder).await;
    let sign_in = browser.get(&request(&[])).await;
    let fields = [("username", "alice"), ("password", "correct horse")];
    refused_everywhere(&service, &mut browser, &sign_in, &fields).await;
    assert_eq!(folder.number("SELECT count(*) FROM browser_sessions"), 0);
    let consent = browser.sign_in(&sign_in, "alice", "correct horse").await;
    refused_everywhere(&service, &mut browser, &consent, &[("decision", "allow")]).await;
    assert_eq!(folder.number("SELECT count(*) FROM consents"), 0);
    let sign_out = browser.get("/oauth/logout").await;
    refused_everywhere(&service, &mut browser, &sign_out, &[]).await;
    assert_eq!(folder.number("SELECT count(*) FROM browser_sessions WHERE ended_at IS NOT NULL"), 0);
    browser.headers = vec![("origin", service.url.clone()), ("sec-fetch-site", "same-origin".into())];
    assert_eq!(browser.submit(&sign_out, &[]).await.status, 200, "ours is taken");
    assert_eq!(folder.number("SELECT count(*) FROM browser_sessions WHERE ended_at IS NOT NULL"), 1);
}

/// The same form with each of its proofs broken. None of the answers says what was asked for.
async fn refused_everywhere(service: &Service, browser: &mut Browser, page: &Answer, fields: &[(&str, &str)]) {
    let mut other = Browser::of(service);
    let foreign = hidden(&other.get(&request(&[])).await).remove(0).1;
    for token in ["", "AAAA", foreign.as_str()] {
        let answer = browser.submit(page, &[fields, &[("csrf", token)]].concat()).await;
        assert_eq!(answer.status, 403, "token {token:?}: {answer:?}");
    }
    let cookie = browser.cookie.take();
    assert_eq!(browser.submit(page, fields).await.status, 403, "without a cookie");
    browser.cookie = other.cookie;
    assert_eq!(browser.submit(page, fields).await.status, 403, "with another browser's cookie");
    browser.cookie = cookie;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        browser.headers = vec![(name, value.to_owned())];
        assert_eq!(browser.submit(page, fields).await.status, 403, "{name}: {value}");
    }
    browser.headers.clear();
}

async fn what_ends_all_sessions_signs_browsers_out(folder: Folder) {
    let (service, mut browser) = ready(&folder).await;
    let bearer = async || format!("Bearer {}", service.login("alice", "correct horse").await.string("access_token"));
    browser.alice(&portals(&[])).await;
    let headers = [("authorization", bearer().await), ("content-type", "application/json".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    service.send(reqwest::Method::POST, "/logout/all", &headers, "").await;
    assert_eq!(browser.get(&portals(&[])).await.status, 200, "signed out everywhere");
    browser.alice(&portals(&[])).await;
    let body = r#"{"old_password":"correct horse","new_password":"battery staple"}"#;
    let headers = [("authorization", bearer().await), ("content-type", "application/json".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(service.send(reqwest::Method::POST, "/password", &headers, body).await.status, 200);
    let page = browser.get(&portals(&[])).await;
    assert_eq!(page.status, 200, "the password was changed");
    assert_eq!(folder.number("SELECT count(*) FROM authorization_codes WHERE expires_at > auth_time + 50"), 0);
    assert!(answered(&browser.sign_in(&page, "alice", "battery staple").await, "code").is_some());
    assert_eq!(folder.cli(&["user", "disable", "alice"], "").await.code, 0);
    let page = browser.get(&portals(&[])).await;
    let refused = browser.submit(&page, &[("username", "alice"), ("password", "battery staple")]).await;
    assert_eq!(refused.status, 403, "disabled");
}

#[tokio::test]
async fn what_goes_wrong_is_told_in_the_page() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    let page = browser.get(&request(&[("login_hint", "alice")])).await;
    assert!(page.text.contains("value=\"alice\""), "{page:?}");
    let page = browser.get(&request(&[])).await;
    let mut answers = Vec::new();
    for name in ["alice", "nobody", ""] {
        let answer = browser.submit(&page, &[("username", name), ("password", "s3cret-text")]).await;
        assert_eq!(answer.status, 403, "{name}");
        assert!(answer.text.contains("role=\"alert\"") && answer.text.contains("is wrong"), "{answer:?}");
        assert!(!answer.text.contains("s3cret-text") && answer.text.contains(&format!("value=\"{name}\"")));
        answers.push(answer.text.replace(name, "NAME"));
    }
    assert_eq!(answers[0], answers[1], "known or not, it looks the same");
    let long = browser.submit(&page, &[("username", "alice"), ("password", &"x".repeat(1025))]).await;
    assert!(long.status == 400 && long.text.contains("too long"), "{long:?}");
    for _ in 0..6 {
        browser.submit(&page, &[("username", "alice"), ("password", "wrong")]).await;
    }
    folder.sql("UPDATE throttles SET failures = 20 WHERE key LIKE 'account:%'");
    let locked = browser.submit(&page, &[("username", "alice"), ("password", "correct horse")]).await;
    assert!(locked.status == 429 && locked.text.contains("Too many failed attempts"), "{locked:?}");
    assert!(locked.headers.contains_key("retry-after"));
    folder.sql("DELETE FROM throttles");
    browser.sign_in(&page, "Alice", "correct horse").await;
    assert!(!folder.log().contains("s3cret-text"));
}

#[tokio::test]
async fn nothing_of_a_request_comes_out_as_markup() {
    let folder = Folder::with_alice().await;
    let evil = "<script>alert('x')</script>\" onload=\"y&z";
    register_one(&folder, "evil", evil, "https://evil.example/cb", false);
    let (_service, mut browser) = ready(&folder).await;
    let own = [("client_id", "evil"), ("redirect_uri", "https://evil.example/cb")];
    let path = request(&[&own[..], &[("login_hint", evil), ("state", evil), ("nonce", evil)]].concat());
    let clean = |page: &Answer| {
        let text = page.text.as_str();
        !text.contains("<script") && !text.contains("onload=\"y") && text.contains("&#60;script&#62;alert(&#39;x&#39;)")
    };
    let page = browser.get(&path).await;
    assert!(clean(&page), "{page:?}");
    let wrong = browser.submit(&page, &[("username", evil), ("password", "x")]).await;
    assert!(clean(&wrong), "{wrong:?}");
    let consent = browser.sign_in(&page, "alice", "correct horse").await;
    assert!(clean(&consent), "{consent:?}");
    let back = browser.submit(&consent, &[("decision", "allow")]).await;
    assert_eq!(answered(&back, "state").as_deref(), Some(evil));
    let forged = browser.post("/oauth/consent", &[("request", evil)]).await;
    assert!(forged.status == 403 && !forged.text.contains("<script"), "{forged:?}");
}

#[tokio::test]
async fn no_page_can_be_framed_kept_or_scripted() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    let sign_in = browser.get(&request(&[])).await;
    let wrong = browser.submit(&sign_in, &[("username", "alice"), ("password", "x")]).await;
    let forged = browser.submit(&sign_in, &[("csrf", "")]).await;
    let unknown = browser.get("/oauth/authorize").await;
    let out = browser.get("/oauth/logout").await;
    let consent = browser.sign_in(&sign_in, "alice", "correct horse").await;
    let leaving = browser.get("/oauth/logout").await;
    for page in [&sign_in, &wrong, &forged, &unknown, &out, &consent, &leaving] {
        let header = |name: &str| page.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{part}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!((header("x-frame-options"), header("x-content-type-options")), ("DENY", "nosniff"));
        assert_eq!((header("cache-control"), header("referrer-policy")), ("no-store", "same-origin"));
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        assert!(
            !page.text.contains("<script") && !page.text.contains("style=") && !page.text.contains("://"),
            "{page:?}"
        );
    }
    assert!(consent.headers["content-security-policy"].to_str().unwrap().contains("'self' https://shop.example;"));
    let back = browser.submit(&consent, &[("decision", "allow")]).await;
    assert_eq!(back.headers["cache-control"], "no-store");
    let style = browser.get("/oauth/assets/pages.css").await;
    assert_eq!((style.status, style.headers["content-type"].to_str().unwrap()), (200, "text/css; charset=utf-8"));
    assert!(!style.text.contains("url(") && !style.text.contains("@import"), "nothing from outside");
}

#[tokio::test]
async fn a_changed_consent_form_gives_nothing_that_was_not_shown() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    let consent = browser.alice(&request(&[])).await;
    for scope in ["openid orders:read orders:read:all", "openid", ""] {
        let answer = browser.submit(&consent, &[("decision", "allow"), ("scope", scope)]).await;
        assert!(location(&answer).starts_with("authorize?"), "shown again: {answer:?}");
    }
    folder.sql("UPDATE users SET roles = '[\"customer\",\"staff\"]'");
    let grown = browser.submit(&consent, &[("decision", "allow")]).await;
    let shown = browser.follow(&grown).await;
    assert!(shown.text.contains("See orders (all)"), "the user can give more now, and is asked: {shown:?}");
    assert_eq!(folder.number("SELECT count(*) FROM consents"), 0);
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    let config = "listen = \"127.0.0.1:0\"\nissuer = \"https://id.example/auth\"\naudience = \"witgate\"\n";
    let folder = Folder::with_config(config);
    folder.add("alice", "customer", "correct horse").await;
    let (_service, mut browser) = ready(&folder).await;
    let page = browser.get(&portals(&[])).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-witgate=wgb_"), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{cookie}");
    browser.headers = vec![("origin", "https://id.example".into())];
    assert!(answered(&browser.sign_in(&page, "alice", "correct horse").await, "code").is_some());
}
