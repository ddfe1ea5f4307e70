//! Who sees which orders, in which order, and what the service says about the caller.
//! Never lets a customer learn that another's order exists.

use chassis::testing::{Answer, issuer};
use reqwest::Method;
use serde_json::{Value, json};

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
async fn reading_all_takes_the_role_and_the_scope() {
    let server = Server::start().await;
    let hers = place(&server, &server.issuer.customer("alice")).await;
    for (scope, role, code) in [
        ("orders:read", "staff", "insufficient_scope"),
        ("orders:read orders:read:all", "customer", "insufficient_role"),
        ("orders:read:all", "customer", "insufficient_role"),
    ] {
        let token = server.issuer.token("bob", scope, &[role]);
        server.get("/orders?all=true", &token).await.is_problem(403, code);
        server.get(&format!("/orders/{hers}"), &token).await.is_problem(404, "not_found");
        assert_eq!(ids(&server.get("/orders", &token).await), [""; 0], "one's own with {scope}");
    }
    reads_all(&server, &server.issuer.token("bob", "orders:read:all", &["staff"]), &hers).await;
}

async fn reads_all(server: &Server, token: &str, order: &str) {
    assert_eq!(ids(&server.get("/orders?all=true", token).await), [order]);
    assert_eq!(server.get(&format!("/orders/{order}"), token).await.status, 200);
}

/// The claims of a client's own token, with a change; null removes.
fn clients_own(change: (&str, Value)) -> Value {
    let mut claims = issuer::claims("report", "orders:read:all", &[]);
    for (name, value) in [("client_id", json!("report")), ("roles", Value::Null), change] {
        claims[name] = value;
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

#[tokio::test]
async fn a_client_for_itself_reads_all_by_its_scope() {
    let server = Server::start().await;
    let hers = place(&server, &server.issuer.customer("alice")).await;
    let own = server.issuer.sign(&clients_own(("jti", json!("t-2"))));
    reads_all(&server, &own, &hers).await;
    assert_eq!(ids(&server.get("/orders", &own).await), [""; 0], "it has none itself");
    for (change, code) in [
        (("scope", json!("orders:read")), "insufficient_scope"),
        (("sub", json!("bob")), "insufficient_role"),
        (("client_id", Value::Null), "insufficient_role"),
        (("roles", json!([])), "insufficient_role"),
        (("sid", json!("s-1")), "insufficient_role"),
    ] {
        let token = server.issuer.sign(&clients_own(change));
        server.get("/orders?all=true", &token).await.is_problem(403, code);
        server.get(&format!("/orders/{hers}"), &token).await.is_problem(404, "not_found");
    }
}

#[tokio::test]
async fn lists_come_newest_first_in_pages() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    let mut all = Vec::new();
    for _ in 0..6 {
        all.insert(0, place(&server, &alice).await);
    }
    for (limit, lengths) in [(2, &[2, 2, 2][..]), (4, &[4, 2]), (6, &[6]), (100, &[6])] {
        let (mut collected, mut pages) = (Vec::new(), Vec::new());
        let mut path = format!("/orders?limit={limit}");
        loop {
            let page = server.get(&path, &alice).await;
            pages.push(ids(&page).len());
            collected.extend(ids(&page).into_iter().map(str::to_owned));
            let Some(before) = page.body["next_before"].as_str() else { break };
            path = format!("/orders?limit={limit}&before={before}");
        }
        assert_eq!((&collected, &*pages), (&all, lengths), "also a full page is the last where nothing is behind it");
    }
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
