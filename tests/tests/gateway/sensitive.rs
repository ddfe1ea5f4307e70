//! A sensitive route: on a young feed as any other, on a silent one only with the issuer's own word on the token.
//! Never with the auth service: the test is the issuer, its feed and its introspection.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use witgate_tests::mint::now;
use witgate_tests::session::problem_code;
use witgate_tests::{Document, Mint, Stack, StackBuilder, deadline};

use crate::sensitive_route::SENSITIVE_ROUTE;

/// A feed is old after 30 seconds; so long it may take to be noticed here.
const OLD: Duration = Duration::from_secs(90);
/// The gateway looks at a feed without a cursor every two seconds.
const SOON: Duration = Duration::from_secs(20);

fn feed() -> String {
    json!({ "issued_at": now(), "revocations": [] }).to_string()
}

async fn start(mint: &Mint, feed: &Document, introspection: &Document, secret_file: &Path) -> Stack {
    let keys = "jwks-url = \"@JWKS@\"";
    let lines = [
        keys.to_owned(),
        format!("revocations-url = \"{}\"", feed.url()),
        "revocations-max-stale-seconds = 3600".to_owned(),
        format!("introspection-url = \"{}\"", introspection.url()),
        "client-id = \"gate\"".to_owned(),
        format!("client-secret-file = {secret_file:?}"),
    ];
    StackBuilder::new().replacing(keys, &lines.join("\n")).with(SENSITIVE_ROUTE).trusting(mint).start().await
}

async fn plain(stack: &Stack, token: &str) -> u16 {
    stack.get("/whoami", Some(token)).await.status().as_u16()
}

async fn sensitive(stack: &Stack, token: &str) -> reqwest::Response {
    let request = stack.http().get(format!("{}/whoami", stack.gateway_url())).header("x-trial", "sensitive");
    request.bearer_auth(token).send().await.expect("an answer")
}

#[tokio::test]
async fn a_sensitive_route_asks_the_issuer_while_its_feed_is_silent() {
    let (mint, feed) = (Mint::serve().await, Document::serve(feed()).await);
    let introspection = Document::serve(json!({"active": false}).to_string()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, "a-secret-of-ours\n").expect("written");
    let stack = start(&mint, &feed, &introspection, &secret_file).await;
    let token = mint.sign(&mint.claims());
    assert_eq!((plain(&stack, &token).await, sensitive(&stack, &token).await.status().as_u16()), (200, 200));
    assert_eq!(introspection.asked(), 0, "the feed is young");

    drop(feed);
    let alarm = "witgate_issuer_revocation_feed_alarm{issuer=\"main\"} 1\n";
    let alarmed = || async { stack.metrics().await.contains(alarm).then_some(()) };
    deadline::until(OLD, "the alarm", alarmed).await;
    assert!(stack.metrics().await.contains("witgate_issuer_revocation_feed{issuer=\"main\",state=\"alarmed\"} 1\n"));
    let refused = sensitive(&stack, &token).await;
    let (status, code) = (refused.status().as_u16(), problem_code(refused).await);
    assert_eq!((status, code.as_str(), introspection.asked()), (401, "token_invalid", 1));
    assert_eq!(plain(&stack, &token).await, 200, "plain routes go on");

    introspection.says(json!({"active": true}).to_string());
    assert_eq!(sensitive(&stack, &token).await.status(), 200);
    introspection.says("no word".to_owned());
    let refused = sensitive(&stack, &token).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(problem_code(refused).await, "keys_unavailable");
    drop(introspection);
    assert_eq!(sensitive(&stack, &token).await.status(), 503, "nobody is there");
    assert_eq!(plain(&stack, &token).await, 200);

    let log = || async {
        let log = stack.gateway_log();
        let wanted = ["ALARM", "\"token_refusal\":\"revocations_unavailable\"", "\"token_refusal\":\"token_revoked\""];
        wanted.iter().all(|text| log.contains(text)).then_some(log)
    };
    let (log, _) = deadline::until(SOON, "the reasons in the log", log).await;
    assert_eq!(log.matches("ALARM").count(), 1, "one line: {log}");
    assert!(!log.contains("a-secret-of-ours"), "{log}");
}
