//! The pages as an operator gets them, of a gateway that was loaded from files.

use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt as _;

use super::*;
use crate::generation::Builder;
use crate::policy::loading::Compiling;
use crate::reload::orders::ReloadThread;
use crate::reload::reloader::Outcome;

const FETCHES: &str = "witgate_issuer_fetches_total{issuer=\"main\",outcome=\"succeeded\"} ";
const GENERATION: &str = "witgate_issuer_key_set_generation{issuer=\"main\"} ";

/// A gateway.toml with one issuer, whose secret lies beside it.
fn configuration(headers: u32, leeway: u32) -> String {
    format!(
        "[[listeners]]\naddress = \"127.0.0.1:0\"\n[limits]\nheaders = {headers}\n[issuers.main]\n\
         issuer = \"https://id.example.com\"\naudiences = [\"api\"]\nsecret-file = \"secret\"\nalgorithms = [\"HS256\"]\n\
         leeway-seconds = {leeway}\n"
    )
}

fn admin(path: &Path) -> (Admin, ReloadThread) {
    let metrics = Arc::new(Metrics::default());
    let builder =
        Builder::new(tokio::runtime::Handle::current(), Arc::clone(&metrics), Compiling::InProcess).expect("an engine");
    let reloader = Arc::new(Reloader::start(path.to_owned(), builder, Arc::clone(&metrics)).expect("no fault"));
    let thread = ReloadThread::start(Arc::clone(&reloader)).expect("a thread");
    let (orders, draining) = (thread.orders().clone(), watch::channel(false).1);
    (Admin { reloader, orders, metrics, traces: Arc::default(), draining }, thread)
}

async fn page(admin: &Admin, path: &str) -> String {
    let request = Request::get(path).header("host", "127.0.0.1:8081").body(Body::empty()).expect("a request");
    let answer = router(admin.clone()).oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    String::from_utf8(body.to_vec()).expect("text")
}

/// The value of the one line that begins with this.
fn value(text: &str, line: &str) -> u64 {
    let found = text.lines().find_map(|one| one.strip_prefix(line)).unwrap_or_else(|| panic!("{line} not in\n{text}"));
    found.trim().parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_keeps_an_issuers_keys_keeps_its_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, secret) = (folder.path().join("gateway.toml"), folder.path().join("secret"));
    std::fs::write(&secret, "a secret of 32 bytes, and some more").expect("written");
    std::fs::write(&path, configuration(100, 0)).expect("written");
    let (admin, _thread) = admin(&path);
    let first = page(&admin, "/metrics").await;
    assert_eq!(value(&first, "witgate_issuer_keys{issuer=\"main\"} "), 1);
    assert!(value(&first, FETCHES) >= 1 && value(&first, GENERATION) == 1, "{first}");

    // The issuer's own watch sees a new secret, without a new generation of the gateway.
    std::fs::write(&secret, "another secret of 32 bytes or more").expect("written");
    let changed = async {
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        while value(&page(&admin, "/metrics").await, GENERATION) < 2 {
            tick.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), changed).await.expect("the watch sees it");
    let counted = value(&page(&admin, "/metrics").await, FETCHES);
    assert!(counted >= 2);

    // Limits change, the issuer does not.
    std::fs::write(&path, configuration(90, 0)).expect("written");
    assert_eq!(admin.reloader.look(), Outcome::Accepted(2));
    let kept = page(&admin, "/metrics").await;
    assert!(value(&kept, FETCHES) >= counted && value(&kept, GENERATION) >= 2, "{kept}");

    // Its profile changes, its keys do not.
    std::fs::write(&path, configuration(90, 5)).expect("written");
    assert_eq!(admin.reloader.look(), Outcome::Accepted(3));
    let kept = page(&admin, "/metrics").await;
    assert!(value(&kept, FETCHES) >= counted && value(&kept, GENERATION) >= 2, "{kept}");

    // Keys from elsewhere start anew.
    std::fs::copy(&secret, folder.path().join("moved")).expect("copied");
    std::fs::write(&path, configuration(90, 5).replace("\"secret\"", "\"moved\"")).expect("written");
    assert_eq!(admin.reloader.look(), Outcome::Accepted(4));
    assert_eq!(value(&page(&admin, "/metrics").await, GENERATION), 1);
}

/// The status of an order that names these hosts.
async fn ordered(admin: &Admin, path: &str, hosts: &[&str]) -> StatusCode {
    let request = hosts.iter().fold(Request::post(path), |request, host| request.header("host", *host));
    let request = request.body(Body::empty()).expect("a request");
    router(admin.clone()).oneshot(request).await.expect("an answer").status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_name_is_refused_unless_the_listener_is_exposed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gateway.toml");
    let closed = "[[listeners]]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n";
    std::fs::write(&path, closed).expect("written");
    let (admin, _thread) = admin(&path);
    for place in ["/reload", "http://localhost:8081/reload"] {
        assert_eq!(ordered(&admin, place, &["localhost:8081"]).await, StatusCode::OK, "{place}");
    }
    let foreign: [&[&str]; 3] = [&["evil.example:8081"], &["localhost", "evil.example"], &[]];
    for hosts in foreign {
        for place in ["/reload", "/rollback", "/nowhere"] {
            assert_eq!(ordered(&admin, place, hosts).await, StatusCode::FORBIDDEN, "{place} {hosts:?}");
        }
    }
    let target = "http://evil.example/reload";
    assert_eq!(ordered(&admin, target, &["localhost"]).await, StatusCode::FORBIDDEN);

    std::fs::write(&path, format!("{closed}expose = true\n")).expect("written");
    assert_eq!(admin.reloader.look(), Outcome::Accepted(2));
    assert_eq!(ordered(&admin, "/reload", &["gateway.internal:8081"]).await, StatusCode::OK);
}
