//! The business through the gateway: catalogue, stock, orders. Never with a direct look into a database.

use serde_json::{Value, json};
use witgate_tests::Stack;
use witgate_tests::clients;
use witgate_tests::session::problem_code;

async fn get(stack: &Stack, path: &str, token: &str) -> Value {
    let answer = stack.get(path, Some(token)).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.expect("JSON")
}

/// Places an order that must succeed.
async fn order(stack: &Stack, token: &str, sku: &str, quantity: u32) -> Value {
    let answer = stack.post("/orders", token, &json!({"lines": [{"sku": sku, "quantity": quantity}]})).await;
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(status, 201, "{body}");
    body
}

/// The list in a document: the document itself, or its only list.
fn list(document: &Value) -> Vec<Value> {
    let inner = document.as_object().and_then(|object| object.values().find(|value| value.is_array()));
    inner.unwrap_or(document).as_array().unwrap_or_else(|| panic!("no list in {document}")).clone()
}

async fn stock(stack: &Stack, token: &str, sku: &str) -> u64 {
    get(stack, &format!("/catalogue/{sku}"), token).await["stock"].as_u64().expect("a stock")
}

#[tokio::test]
async fn an_order_reserves_stock_and_is_priced() {
    let stack = Stack::start().await;
    let alice = stack.login("alice").await.access;
    let before = stock(&stack, &alice, "CUP-SET-4").await;
    let item = get(&stack, "/catalogue/CUP-SET-4", &alice).await;
    let order = order(&stack, &alice, "CUP-SET-4", 2).await;
    assert_eq!((&order["lines"][0]["sku"], &order["status"]), (&json!("CUP-SET-4"), &json!("confirmed")), "{order}");
    assert_eq!(order["total_cents"].as_u64(), item["price_cents"].as_u64().map(|price| 2 * price), "{order}");
    assert_eq!(stock(&stack, &alice, "CUP-SET-4").await, before - 2);
    let found = get(&stack, &format!("/orders/{}", order["id"].as_str().expect("an id")), &alice).await;
    assert_eq!(found["id"], order["id"]);
}

#[tokio::test]
async fn a_user_sees_only_their_own_orders() {
    let stack = Stack::start().await;
    let alice = stack.login("alice").await.access;
    let carol = stack.login("carol").await.access;
    let bob = stack.login("bob").await.access;
    let order = order(&stack, &alice, "DRIP-V60-02", 1).await;
    let path = format!("/orders/{}", order["id"].as_str().expect("an id"));
    assert_eq!(list(&get(&stack, "/orders", &alice).await).len(), 1);
    assert_eq!(list(&get(&stack, "/orders", &carol).await).len(), 0);
    assert_eq!(stack.get(&path, Some(&carol)).await.status(), 404, "not even that it exists");
    let all = stack.get("/orders?all=true", Some(&carol)).await;
    assert_eq!((all.status().as_u16(), problem_code(all).await.as_str()), (403, "insufficient_role"));
    assert_eq!(get(&stack, &path, &bob).await["id"], order["id"], "staff may");
    assert_eq!(list(&get(&stack, "/orders?all=true", &bob).await).len(), 1);
}

/// The "Nightly report" of auth/service/README.md, but with a secret. It asks `orders` itself: the gateway wants more of a
/// token than a client's own has.
#[tokio::test]
async fn a_client_for_itself_reads_all_orders() {
    let stack = Stack::start().await;
    let order = order(&stack, &stack.login("alice").await.access, "DRIP-V60-02", 1).await;
    let (config, secret) = (stack.folder().join("auth.toml"), stack.folder().join("report.secret"));
    let secret_file = secret.to_str().expect("a path of plain text");
    let report = ["Nightly report", "--id", "report", "--grant", "client_credentials", "--scope", "orders:read:all"];
    clients::register(&config, &[&report[..], &["--secret-file", secret_file]].concat());
    let secret = std::fs::read_to_string(secret).expect("the secret");
    let asked = stack.http().post(format!("{}/oauth/token", stack.auth_url()));
    let asked = asked.basic_auth("report", Some(secret.trim()));
    let asked = asked.header("content-type", "application/x-www-form-urlencoded").body("grant_type=client_credentials");
    let answer: Value = asked.send().await.expect("an answer").json().await.expect("JSON");
    let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let read = async |path: &str| -> Value {
        let asked = stack.http().get(format!("{}{path}", stack.orders_url())).bearer_auth(token);
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.expect("JSON")
    };
    assert_eq!(read(&format!("/orders/{}", order["id"].as_str().expect("an id"))).await, order);
    assert_eq!(list(&read("/orders?all=true").await), [order]);
}

#[tokio::test]
async fn what_is_out_of_stock_is_refused_and_nothing_is_reserved() {
    let stack = Stack::start().await;
    let alice = stack.login("alice").await.access;
    let (machines, cups) = (stock(&stack, &alice, "MACHINE-DUAL").await, stock(&stack, &alice, "CUP-SET-4").await);
    let lines = json!([{"sku": "CUP-SET-4", "quantity": 1}, {"sku": "MACHINE-DUAL", "quantity": machines + 1}]);
    let answer = stack.post("/orders", &alice, &json!({ "lines": lines })).await;
    assert_eq!(answer.status(), 409);
    let text = answer.text().await.expect("a body");
    assert!(text.contains("\"out_of_stock\"") && text.contains("MACHINE-DUAL"), "{text}");
    assert_eq!(stock(&stack, &alice, "CUP-SET-4").await, cups, "the other line was released");
    let orders = list(&get(&stack, "/orders", &alice).await);
    assert!(orders.iter().all(|order| order["status"] == "failed"), "{orders:?}");
}

#[tokio::test]
async fn an_order_of_nonsense_is_a_problem_document() {
    let stack = Stack::start().await;
    let alice = stack.login("alice").await.access;
    for body in [json!({}), json!({"lines": []}), json!({"lines": [{"sku": "CUP-SET-4", "quantity": 0}]})] {
        let answer = stack.post("/orders", &alice, &body).await;
        assert!(answer.status().is_client_error(), "{body}: {}", answer.status());
        assert!(!problem_code(answer).await.is_empty());
    }
}
