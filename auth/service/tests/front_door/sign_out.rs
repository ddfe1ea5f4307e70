//! `/oauth/logout`: who asks is asked, and where the browser goes afterwards. Never ends the sessions of clients.

use super::both::on_both;
use super::browser::{Browser, answered, location, portals, register};
use super::service::{Folder, Service};

on_both!(signing_out_is_asked_about_and_then_done);

async fn ready(folder: &Folder) -> (Service, Browser) {
    register(folder);
    let service = Service::start(folder).await;
    let browser = Browser::of(&service);
    (service, browser)
}

async fn signing_out_is_asked_about_and_then_done(folder: Folder) {
    let (_service, mut browser) = ready(&folder).await;
    browser.alice(&portals(&[])).await;
    let cookie = browser.cookie.clone();
    let asked = browser.get("/oauth/logout").await;
    assert!(asked.text.contains("Sign out?") && asked.text.contains("alice"), "{asked:?}");
    assert!(answered(&browser.get(&portals(&[])).await, "code").is_some(), "asking does nothing");
    let done = browser.submit(&asked, &[]).await;
    assert!(done.text.contains("You are signed out"), "{done:?}");
    let gone = done.headers["set-cookie"].to_str().unwrap();
    assert!(gone.contains("Max-Age=0") && gone.contains("Path=/"), "{gone}");
    assert_eq!(browser.cookie, None);
    browser.cookie = cookie;
    assert_eq!(browser.get(&portals(&[])).await.status, 200, "nor is the cookie good any more");
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'browser_signed_out'"), 1);
    assert!(browser.get("/oauth/logout").await.text.contains("You are signed out"), "twice is no error");
}

fn leaving(pairs: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/oauth/logout?{query}")
}

#[tokio::test]
async fn afterwards_the_browser_goes_to_a_place_of_the_client_or_nowhere() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    let path = leaving(&[
        ("client_id", "shop"),
        ("post_logout_redirect_uri", "https://shop.example/bye?a=1"),
        ("state", "x&y"),
    ]);
    assert_eq!(location(&browser.get(&path).await), "https://shop.example/bye?a=1&state=x%26y");
    browser.alice(&portals(&[])).await;
    let asked = browser.get(&path).await;
    assert!(asked.headers["content-security-policy"].to_str().unwrap().contains("https://shop.example;"));
    assert_eq!(location(&browser.submit(&asked, &[]).await), "https://shop.example/bye?a=1&state=x%26y");
    // {"aud":["shop"]}
    let hinted = leaving(&[
        ("id_token_hint", "e30.eyJhdWQiOlsic2hvcCJdfQ.x"),
        ("post_logout_redirect_uri", "https://shop.example/"),
    ]);
    assert_eq!(location(&browser.get(&hinted).await), "https://shop.example/");

    let place = "https://shop.example/bye";
    let nowhere = [
        vec![("post_logout_redirect_uri", place)],
        vec![("client_id", "nobody"), ("post_logout_redirect_uri", place)],
        vec![("client_id", "witgate-portal"), ("post_logout_redirect_uri", place)],
        vec![("client_id", "shop"), ("post_logout_redirect_uri", "https://evil.example/")],
        vec![("client_id", "shop"), ("post_logout_redirect_uri", "https://shop.example@evil.example/")],
        vec![("client_id", "shop"), ("post_logout_redirect_uri", "//evil.example/")],
        vec![("client_id", "shop"), ("post_logout_redirect_uri", "javascript:alert(1)")],
        vec![("client_id", "shop"), ("post_logout_redirect_uri", "http://shop.example/")],
    ];
    for pairs in nowhere {
        let answer = browser.get(&leaving(&pairs)).await;
        assert_eq!((answer.status, answer.headers.get("location")), (200, None), "{pairs:?}");
        assert!(!answer.text.contains("evil"), "{answer:?}");
    }
    assert_eq!(folder.cli(&["client", "disable", "shop"], "").await.code, 0);
    assert_eq!(browser.get(&path).await.status, 200, "a disabled client has no places");
}

#[tokio::test]
async fn a_client_may_ask_with_a_form_and_the_user_is_still_asked() {
    let folder = Folder::with_alice().await;
    let (_service, mut browser) = ready(&folder).await;
    browser.alice(&portals(&[])).await;
    browser.headers = vec![("origin", "https://shop.example".into()), ("sec-fetch-site", "cross-site".into())];
    let next = browser.post("/oauth/logout", &[("client_id", "shop"), ("state", "s")]).await;
    assert_eq!(location(&next), "logout?client_id=shop&state=s");
    browser.headers.clear();
    assert!(browser.follow(&next).await.text.contains("Sign out?"));
    assert!(answered(&browser.get(&portals(&[])).await, "code").is_some());
}
