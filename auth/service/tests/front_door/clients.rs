//! Registered clients: the command line, and what they are refused. Never finds a secret anywhere but where it was given.

use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use serde_json::json;

use super::registered::Registered;
use super::service::{Answer, Folder, Service};

#[tokio::test]
async fn add_list_disable() {
    let folder = Folder::new();
    let client = Registered::with(&folder, &["tokens:introspect", "revocations:read", "revocations:read"]).await;
    assert!(client.secret.starts_with("wgs_"), "a secret of its own kind");
    let listed = async || folder.cli(&["client", "list"], "").await.stdout;
    assert_eq!(listed().await, format!("{}\tenabled\tgateway\trevocations:read tokens:introspect\n", client.id));
    let done = folder.cli(&["client", "disable", &client.id], "").await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(listed().await.contains("\tdisabled\t"));
    let events = format!("SELECT count(*) FROM audit WHERE client_id = '{}' AND actor = 'cli'", client.id);
    assert_eq!(folder.number(&events), 2);
    let state = String::from_utf8_lossy(&folder.state_bytes()).into_owned();
    assert!(state.contains(&client.id) && !state.contains(&client.secret), "the database has the hash alone");
}

#[tokio::test]
async fn a_secret_goes_into_a_new_file_of_its_owner_and_is_not_printed() {
    let folder = Folder::new();
    let path = folder.config().with_file_name("feed.secret");
    let file = path.to_str().unwrap();
    let add = ["client", "add", "gateway", "--scope", "revocations:read", "--secret-file", file];
    let done = folder.cli(&add, "").await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let secret = std::fs::read_to_string(&path).unwrap().trim_end().to_owned();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!done.stdout.contains("wgs_") && !done.stderr.contains("wgs_"));
    let id = done.stdout.trim_end().strip_prefix("client id: ").unwrap().to_owned();
    let service = Service::start(&folder).await;
    Registered { id, secret: secret.clone() }.snapshot(&service).await;

    let again = folder.cli(&add, "").await;
    assert!(again.code == 1 && again.stderr.contains("cannot write the secret"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap().trim_end(), secret, "a file is never written over");
    assert_eq!(folder.number("SELECT count(*) FROM clients"), 1, "and no client is left without a secret");
}

#[tokio::test]
async fn what_cannot_be_done_says_why_and_how() {
    let folder = Folder::new();
    let cases: [(&[&str], i32, &str); 4] = [
        (&["client", "add", "x", "--scope", "orders:read"], 2, "revocations:read, tokens:introspect, tokens:revoke"),
        (&["client", "add", "x"], 2, "--scope"),
        (&["client", "add", "a\tb", "--scope", "revocations:read"], 2, "1 to 100 characters"),
        (&["client", "disable", "nobody"], 1, "client list"),
    ];
    for (args, code, needle) in cases {
        let done = folder.cli(args, "").await;
        assert_eq!(done.code, code, "{args:?}: {}", done.stderr);
        assert!(done.stderr.contains(needle), "{args:?}: {}", done.stderr);
    }
}

/// All that a caller can see, without what differs by nature.
fn seen(mut answer: Answer) -> (u16, String, Vec<(String, String)>) {
    answer.headers.remove("date");
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, answer.text.clone(), headers.collect())
}

#[tokio::test]
async fn every_refusal_of_a_client_looks_the_same() {
    let folder = Folder::new();
    let good = Registered::gateway(&folder).await;
    let other = Registered::gateway(&folder).await;
    let disabled = Registered::gateway(&folder).await;
    assert_eq!(folder.cli(&["client", "disable", &disabled.id], "").await.code, 0);
    let service = Service::start(&folder).await;
    good.snapshot(&service).await;
    let mixed = Registered { id: good.id.clone(), secret: other.secret.clone() };
    let unknown = Registered { id: "nobody".into(), secret: good.secret.clone() };
    let garbled = Registered { id: good.id.clone(), secret: "x".into() };
    let mut headers: Vec<String> = [mixed, unknown, garbled, disabled].iter().map(|client| client.basic()).collect();
    headers.extend(["", "Basic", "Basic !!!", "Bearer abc"].map(str::to_owned));
    let mut answers = Vec::new();
    for header in &headers {
        let mut sent = vec![("x-request-id", "r-1")];
        if !header.is_empty() {
            sent.push(("authorization", header));
        }
        let answer = service.send(Method::GET, "/revocations", &sent, "").await;
        answer.is_problem(401, "invalid_client");
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"witgate\"");
        answers.push(seen(answer));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert!(!folder.log().contains(&good.secret) && !folder.log().contains(&other.secret));
}

#[tokio::test]
async fn without_the_scope_it_is_403_on_every_endpoint() {
    let folder = Folder::with_alice().await;
    let feed = Registered::gateway(&folder).await;
    let tokens = Registered::with(&folder, &["tokens:introspect"]).await;
    let service = Service::start(&folder).await;
    tokens.get(&service, "/revocations").await.is_problem(403, "insufficient_scope");
    let answer = feed.post_form(&service, "/oauth/introspect", &[("token", "x")]).await;
    assert_eq!((answer.status, answer.string("error").as_str()), (403, "insufficient_scope"));
    let others = service.login("alice", "correct horse").await.string("access_token");
    let answer = feed.post_form(&service, "/oauth/revoke", &[("token", &others)]).await;
    assert_eq!((answer.status, answer.string("error").as_str()), (403, "insufficient_scope"));
}

#[tokio::test]
async fn a_client_that_is_disabled_is_in_the_feed_and_loses_its_stream() {
    let folder = Folder::new();
    let (watcher, leaver) = (Registered::gateway(&folder).await, Registered::gateway(&folder).await);
    let service = Service::start(&folder).await;
    let mut events = leaver.stream(&service, None).await;
    assert_eq!(events.next().await.unwrap().name, "snapshot");
    assert_eq!(folder.cli(&["client", "disable", &leaver.id], "").await.code, 0);
    assert_eq!(events.next_news().await.data["revocations"][0]["client_id"], json!(leaver.id));
    assert!(events.next().await.is_none(), "nothing more for it");
    let entry = watcher.snapshot(&service).await["revocations"][0].clone();
    assert_eq!((&entry["kind"], &entry["client_id"]), (&json!("client"), &json!(leaver.id)));
    assert!(entry["before"].as_i64() > Some(witgate_auth::clock::now() + 3600), "{entry}");
    assert!(entry.get("until").is_none(), "{entry}");
}

#[tokio::test]
async fn disabling_a_client_ends_its_sessions() {
    let folder = Folder::with_alice().await;
    let client = Registered::gateway(&folder).await;
    let service = Service::start(&folder).await;
    service.alice().await;
    // There is no flow yet that opens a session for a registered client.
    folder.sql(&format!("UPDATE sessions SET client_id = '{}'", client.id));
    let other = service.alice().await;
    let done = folder.cli(&["client", "disable", &client.id], "").await;
    assert!(done.stdout.contains("ended 1 sessions"), "{}", done.stdout);
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'client_disabled'"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM revocations WHERE kind = 'session'"), 0, "its tokens name it");
    assert_eq!(service.refresh(&other).await.status, 200, "other clients' sessions live on");
}
