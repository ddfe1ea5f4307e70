//! What was acknowledged survives: SIGKILL, restart, go on. Never gives the process a chance to clean up, except where
//! SIGTERM is what is tested.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::both::on_both;
use super::service::{Folder, Service};

on_both!(acknowledged_sessions_and_the_key_survive_a_kill, a_kill_under_load_loses_nothing_that_was_acknowledged,);

async fn acknowledged_sessions_and_the_key_survive_a_kill(folder: Folder) {
    let service = Service::start(&folder).await;
    let kid = service.kid().await;
    let fresh = service.alice().await;
    let spent = service.alice().await;
    let rotated = service.refresh(&spent).await.string("refresh_token");
    let ended = service.alice().await;
    assert_eq!(service.logout(&ended).await.status, 204);
    service.kill().await;

    let again = Service::start(&folder).await;
    assert_eq!(again.kid().await, kid);
    assert_eq!(again.refresh(&fresh).await.status, 200);
    assert_eq!(again.refresh(&rotated).await.status, 200);
    again.refresh(&ended).await.is_problem(401, "invalid_grant");
    again.refresh(&spent).await.is_problem(401, "invalid_grant");
}

/// Kills in the midst of writing: each token that reached a client must work afterwards, exactly once.
async fn a_kill_under_load_loses_nothing_that_was_acknowledged(folder: Folder) {
    let service = Arc::new(Service::start(&folder).await);
    let (acknowledged, mut received) = tokio::sync::mpsc::channel(64);
    let mut clients = JoinSet::new();
    for _ in 0..8 {
        let (url, mut token, acknowledged) = (service.url.clone(), service.alice().await, acknowledged.clone());
        clients.spawn(async move {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            loop {
                let body = serde_json::json!({ "refresh_token": token }).to_string();
                let request =
                    client.post(format!("{url}/refresh")).header("content-type", "application/json").body(body);
                let Ok(response) = request.send().await else { return token };
                let Ok(text) = response.text().await else { return token };
                let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
                token = answer["refresh_token"].as_str().expect("a rotated token").to_owned();
                let _ = acknowledged.send(()).await;
            }
        });
    }
    for _ in 0..60 {
        received.recv().await.expect("the clients work");
    }
    // The clients go on writing while the process dies; the channel must not hold them back.
    received.close();
    Arc::into_inner(service).expect("the only owner").kill().await;
    let tokens = clients.join_all().await;

    let again = Service::start(&folder).await;
    // The last rotation may have been committed without its answer arriving. Then the token is spent, and is answered
    // again, however long this machine took to come back.
    folder.sql("UPDATE refresh_tokens SET spent_at = unixepoch() WHERE spent_at IS NOT NULL");
    for token in tokens {
        let answer = again.refresh(&token).await;
        assert_eq!(answer.status, 200, "a session is lost: {answer:?} {}", folder.log());
    }
    assert!(!folder.log().contains("\"reason\":\"unknown\""), "a token that reached a client was lost");
    assert_eq!(folder.number("SELECT count(*) FROM sessions"), 8);
}

#[tokio::test]
async fn sigterm_stops_cleanly_and_leaves_one_file() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let token = service.alice().await;
    assert!(service.stop().await.success());
    assert!(!folder.database().with_extension("sqlite-wal").exists(), "the log was moved into the database");
    assert_eq!(Service::start(&folder).await.refresh(&token).await.status, 200);
}
