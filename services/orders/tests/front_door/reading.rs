//! Who sees which orders, in which order, and what the service says about the caller.
//! Never lets a customer learn that another's order exists.

use chassis::testing::Answer;
use reqwest::Method;
use serde_json::json;

use crate::server::Server;

async fn place(server: &Server, token: &str) -> String {
    server.order(token, "A", 1).await.body["id"].as_str().unwrap().to_owned()
}

fn ids(answer: &Answer) -> Vec<&str> {
    answer.body["orders"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_customer_sees_only_their_own_and_staff_all() {
    let server = Server::start().await;
    let (alice, carol) = (server.issuer.customer("alice"), server.issuer.customer("carol"));
    let staff = server.issuer.staff("bob");
    let (hers, others) = (place(&server, &alice).await, place(&server, &carol).await);
    assert_eq!(ids(&server.get("/orders", &alice).await), [&hers]);
    assert_eq!(ids(&server.get("/orders", &staff).await), [""; 0]);
    assert_eq!(ids(&server.get("/orders?all=true", &staff).await), [&others, &hers]);
    assert_eq!(server.get(&format!("/orders/{hers}"), &alice).await.status, 200);
    assert_eq!(server.get(&format!("/orders/{hers}"), &staff).await.status, 200);
    let foreign = server.get(&format!("/orders/{others}"), &alice).await;
    foreign.is_problem(404, "not_found");
    let absent = server.get("/orders/01890000-0000-7000-8000-000000000000", &alice).await;
    assert_eq!(foreign.body, absent.body, "another's order must look like none");
    server.get("/orders/nonsense", &alice).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn lists_come_newest_first_in_pages() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    let mut all = Vec::new();
    for _ in 0..5 {
        all.insert(0, place(&server, &alice).await);
    }
    let mut collected = Vec::new();
    let mut path = "/orders?limit=2".to_owned();
    loop {
        let page = server.get(&path, &alice).await;
        collected.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(before) = page.body["next_before"].as_str() else { break };
        path = format!("/orders?limit=2&before={before}");
    }
    assert_eq!(collected, all);
}

#[tokio::test]
async fn whoami_shows_the_token_subject_and_what_the_gateway_says() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    let request = server.request(Method::GET, "/whoami").bearer_auth(&alice);
    let request = request.header("x-identity-subject", "somebody").header("x-other", "no");
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.body, json!({"subject": "alice", "identity_headers": {"x-identity-subject": "somebody"}}));
}

#[tokio::test]
async fn identity_headers_give_no_rights() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    let request = server.request(Method::GET, "/orders?all=true").bearer_auth(&alice);
    let request = request.header("x-identity-roles", "staff").header("x-identity-subject", "bob");
    Answer::of(request.send().await.unwrap()).await.is_problem(403, "insufficient_role");
}
