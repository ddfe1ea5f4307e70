//! Two processes on one PostgreSQL, behind any load balancer: it does not matter which of them is asked. Never asks the
//! database behind their backs for what a client can see.

use tokio::task::JoinSet;

use super::login::{profile, verified};
use super::service::{Folder, Service};

async fn nodes() -> Option<(Folder, Service, Service)> {
    let folder = Folder::on_postgres_with_alice().await?;
    let (one, two) = (Service::start(&folder).await, Service::start(&folder).await);
    Some((folder, one, two))
}

#[tokio::test]
async fn a_session_of_one_node_is_refreshed_and_ended_at_the_other() {
    let Some((_folder, one, two)) = nodes().await else { return };
    let opened = one.alice().await;
    let answer = two.refresh(&opened).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    verified(&one, &answer.string("access_token"), &profile()).await.expect("both have the same keys");
    let current = one.refresh(&answer.string("refresh_token")).await.string("refresh_token");
    assert_eq!(one.logout(&current).await.status, 204);
    two.refresh(&current).await.is_problem(401, "invalid_grant");
}

#[tokio::test]
async fn nodes_that_start_at_once_have_one_key() {
    let Some(folder) = Folder::on_postgres_with_alice().await else { return };
    let (one, two, three) = tokio::join!(Service::start(&folder), Service::start(&folder), Service::start(&folder));
    let kids = [one.kid().await, two.kid().await, three.kid().await];
    assert!(kids.iter().all(|kid| *kid == kids[0]), "{kids:?}");
    assert_eq!(folder.number("SELECT count(*) FROM signing_keys"), 1);
}

#[tokio::test]
async fn of_many_refreshes_at_both_nodes_one_successor_comes() {
    let Some((folder, one, two)) = nodes().await else { return };
    let (one, two) = (std::sync::Arc::new(one), std::sync::Arc::new(two));
    let token = one.alice().await;
    let mut tasks = JoinSet::new();
    for n in 0..16 {
        let (node, token) = (if n % 2 == 0 { one.clone() } else { two.clone() }, token.clone());
        tasks.spawn(async move { node.refresh(&token).await.string("refresh_token") });
    }
    let successors = tasks.join_all().await;
    assert!(successors.iter().all(|successor| *successor == successors[0]), "one successor, whoever was asked");
    assert_eq!(folder.number("SELECT count(*) FROM refresh_tokens WHERE spent_at IS NULL"), 1);
    assert_eq!(two.refresh(&successors[0]).await.status, 200);
}

#[tokio::test]
async fn reuse_at_the_other_node_ends_the_session_everywhere() {
    let Some((folder, one, two)) = nodes().await else { return };
    let stolen = one.alice().await;
    let next = one.refresh(&stolen).await.string("refresh_token");
    let current = one.refresh(&next).await.string("refresh_token");
    two.refresh(&stolen).await.is_problem(401, "invalid_grant");
    one.refresh(&current).await.is_problem(401, "invalid_grant");
    assert_eq!(folder.number("SELECT count(*) FROM revocations WHERE kind = 'session'"), 1);
}

#[tokio::test]
async fn a_node_that_is_killed_takes_no_session_with_it() {
    let Some((_folder, one, two)) = nodes().await else { return };
    let token = one.alice().await;
    let next = one.refresh(&token).await.string("refresh_token");
    one.kill().await;
    assert_eq!(two.refresh(&token).await.string("refresh_token"), next, "a lost answer is given again by the other");
    assert_eq!(two.refresh(&next).await.status, 200);
}
