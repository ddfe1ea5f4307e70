//! Past the gateway, straight to a service. Never a way round the token.

use reqwest::Method;
use serde_json::json;
use witgate_tests::session::{header, problem};
use witgate_tests::{Mint, Stack, StackBuilder};

#[tokio::test]
async fn a_service_called_directly_demands_a_token_itself() {
    let stack = Stack::start().await;
    let stranger = Mint::serve().await;
    let forged = stranger.sign(&stranger.claims());
    let targets = [
        (Method::GET, format!("{}/whoami", stack.orders_url())),
        (Method::GET, format!("{}/orders", stack.orders_url())),
        (Method::POST, format!("{}/orders", stack.orders_url())),
        (Method::GET, format!("{}/catalogue", stack.inventory_url())),
        (Method::POST, format!("{}/reservations", stack.inventory_url())),
        (Method::GET, format!("{}/portal/token", stack.portal_url())),
    ];
    for (method, url) in targets {
        let request = || stack.http().request(method.clone(), &url).json(&json!({}));
        for request in [request(), request().bearer_auth(&forged)] {
            let answer = request.header("x-identity-subject", "admin").send().await.expect("an answer");
            assert_eq!(answer.status(), 401, "{method} {url}");
            assert!(header(&answer, "www-authenticate").is_some_and(|value| value.starts_with("Bearer")), "{url}");
            problem(answer).await;
        }
    }
}

#[tokio::test]
async fn a_service_checks_the_scope_itself() {
    let mint = Mint::serve().await;
    let stack = StackBuilder::new().trusting(&mint).start().await;
    let poor = mint.sign(&mint.claims_with("scope", json!("something:else")));
    let answer = stack.http().get(format!("{}/catalogue", stack.inventory_url())).bearer_auth(poor).send().await;
    assert_eq!(answer.expect("an answer").status(), 403);
}
