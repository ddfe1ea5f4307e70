//! Signing out at the auth service ends the access token everywhere, although it has minutes left. Never with a feed of
//! the test's own: all programs are real.

use std::time::Duration;

use reqwest::Response;
use witgate_tests::session::problem_code;
use witgate_tests::{Relay, Stack, StackBuilder, Tokens, deadline};

use crate::sensitive_route::SENSITIVE_ROUTE;

/// A feed is old after 30 seconds; so long it may take to be noticed here.
const OLD: Duration = Duration::from_secs(55);
/// Less than a poll waits, so that a lost wake-up is seen. Whether a second is kept, as promised, `tests/tests/cluster/`
/// measures.
const SOON: Duration = Duration::from_secs(20);

async fn sign_out(stack: &Stack, tokens: &Tokens) {
    let body = serde_json::json!({ "refresh_token": tokens.refresh });
    let answer = stack.http().post(format!("{}/logout", stack.auth_url())).json(&body).send().await;
    assert_eq!(answer.expect("an answer to the logout").status(), 204);
}

async fn ask(stack: &Stack, base: &str, path: &str, token: &str) -> Response {
    stack.http().get(format!("{base}{path}")).bearer_auth(token).send().await.expect("an answer")
}

/// Where a token counts: through the gateway, and at each service itself.
fn doors(stack: &Stack) -> [(String, &'static str); 4] {
    let own = |url: &str| url.to_owned();
    [
        (own(stack.gateway_url()), "/whoami"),
        (own(stack.orders_url()), "/whoami"),
        (own(stack.inventory_url()), "/catalogue"),
        (own(stack.portal_url()), "/portal/token"),
    ]
}

#[tokio::test]
async fn whoever_signs_out_is_refused_at_the_gateway_and_at_every_service() {
    let stack = Stack::start().await;
    let (gone, stays) = (stack.login("alice").await, stack.login("alice").await);
    for (base, path) in doors(&stack) {
        for tokens in [&gone, &stays] {
            assert_eq!(ask(&stack, &base, path, &tokens.access).await.status(), 200, "{base}{path}: good until then");
        }
    }
    sign_out(&stack, &gone).await;
    for (base, path) in doors(&stack) {
        let refused = async || (ask(&stack, &base, path, &gone.access).await.status() == 401).then_some(());
        deadline::until(SOON, &format!("the refusal of {base}{path}"), refused).await;
        assert_eq!(ask(&stack, &base, path, &stays.access).await.status(), 200, "the other session goes on");
    }
    // The service behind the gateway may have heard of it first, and then the gateway has refused nothing yet.
    let logged = || async {
        ask(&stack, stack.gateway_url(), "/whoami", &gone.access).await;
        stack.gateway_log().contains("\"token_refusal\":\"token_revoked\"").then_some(())
    };
    deadline::until(SOON, "the reason in the log", logged).await;
}

async fn sensitive(stack: &Stack, token: &str) -> Response {
    let request = stack.http().get(format!("{}/whoami", stack.gateway_url())).header("x-trial", "sensitive");
    request.bearer_auth(token).send().await.expect("an answer")
}

#[tokio::test]
async fn while_the_feed_is_cut_off_a_sensitive_route_asks_the_auth_service_and_then_refuses() {
    let relay = Relay::start().await;
    let mut stack = StackBuilder::new().with(SENSITIVE_ROUTE).hearing_through(&relay).start().await;
    relay.leads_to(&[stack.auth_url()]);
    let (gone, stays) = (stack.login("alice").await, stack.login("alice").await);
    assert_eq!(sensitive(&stack, &gone.access).await.status(), 200);

    relay.cut();
    let alarmed = || async { stack.gateway_log().contains("ALARM").then_some(()) };
    deadline::until(OLD, "the alarm", alarmed).await;
    sign_out(&stack, &gone).await;
    let refused = sensitive(&stack, &gone.access).await;
    assert_eq!((refused.status().as_u16(), problem_code(refused).await.as_str()), (401, "token_invalid"));
    let gateway = stack.gateway_url().to_owned();
    assert_eq!(ask(&stack, &gateway, "/whoami", &gone.access).await.status(), 200, "a plain route knows nothing yet");
    assert_eq!(sensitive(&stack, &stays.access).await.status(), 200, "the auth service vouches for it");

    stack.kill_auth().await;
    let refused = sensitive(&stack, &stays.access).await;
    assert_eq!((refused.status().as_u16(), problem_code(refused).await.as_str()), (503, "keys_unavailable"));
}
