//! The ready policies through the front door: the parts that a policy and the gateway only keep together. What each
//! policy decides is in its cases.toml, which the gateway rehearses here at its start. Never a mock.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::session::{header, problem_code};
use witgate_tests::{Mint, Stack, StackBuilder, mint, programs};

const ENTRIES: &str = include_str!("entries.toml");
/// Headers, and the status and code that they get.
type Asked = (&'static [(&'static str, &'static str)], (u16, &'static str));

/// The one key that is known, and `printf %s KEY | sha256sum`.
const KEY: &str = "wgk_test_41b1f0c35e0a4f6f9a7d2b63";
const SHA256: &str = "724bcc99f79378c5db33ca5772316e68535bfaf94c0a72deeda58eccf66d01ba";

/// A running gateway, and who signs its tokens.
struct Gateway {
    stack: Stack,
    mint: Mint,
}

impl Gateway {
    async fn start() -> Gateway {
        let mint = Mint::serve().await;
        let root = programs::root().display().to_string();
        let entries = ENTRIES.replace("@ROOT@", &root).replace("@SHA256@", SHA256);
        let stack = StackBuilder::new().trusting(&mint).with(&entries).start().await;
        Gateway { stack, mint }
    }

    /// A good token with these claims beside or in place of the mint's.
    fn token(&self, more: &Value) -> String {
        let mut claims = self.mint.claims();
        let members = more.as_object().expect("an object of claims");
        members.iter().for_each(|(name, value)| claims[name] = value.clone());
        self.mint.sign(&claims)
    }

    async fn ask(&self, route: &str, token: Option<&str>, headers: &[(&str, &str)]) -> Response {
        let request = self.stack.ask(Method::GET, "/whoami").header("x-test-route", route);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        request.send().await.expect("an answer")
    }

    /// Status, and the code of a refusal.
    async fn answer(&self, route: &str, token: Option<&str>, headers: &[(&str, &str)]) -> (u16, String) {
        let answer = self.ask(route, token, headers).await;
        let status = answer.status().as_u16();
        (status, if status < 400 { String::new() } else { problem_code(answer).await })
    }
}

#[tokio::test]
async fn the_ready_policies_decide_in_the_gateway() {
    let gateway = Gateway::start().await;
    a_trusted_proxy_names_its_client(&gateway).await;
    a_key_counts_beside_a_token_and_is_never_logged(&gateway).await;
    a_sign_in_that_is_not_enough_is_told_as_rfc_9470_wants(&gateway).await;
    without_a_clock_it_is_closed(&gateway).await;
    a_tenant_is_the_tokens(&gateway).await;
    the_first_parameter_counts_whatever_it_holds(&gateway).await;
    two_integers_are_two_ids(&gateway).await;
    let token = gateway.token(&json!({}));
    assert_eq!(
        gateway.answer("rated", Some(&token), &[("x-rate-key", "mine")]).await,
        (403, "rate_key_missing".into())
    );
}

/// What the gateway takes off is no way in, and a header of the proxy's own is one.
async fn a_trusted_proxy_names_its_client(gateway: &Gateway) {
    let token = gateway.token(&json!({}));
    let cases: [Asked; 5] = [
        (&[("cf-connecting-ip", "192.0.2.7")], (200, "")),
        (&[("cf-connecting-ip", "198.51.100.7")], (403, "ip_not_allowed")),
        (&[("x-forwarded-for", "192.0.2.7")], (403, "client_address_unreadable")),
        (&[("cf_connecting_ip", "192.0.2.7")], (403, "client_address_unreadable")),
        (&[("cf-connecting-ip", "192.0.2.7"), ("cf-connecting-ip", "192.0.2.7")], (403, "client_address_unreadable")),
    ];
    for (headers, (status, code)) in cases {
        assert_eq!(gateway.answer("office", Some(&token), headers).await, (status, code.to_owned()), "{headers:?}");
    }
}

async fn a_key_counts_beside_a_token_and_is_never_logged(gateway: &Gateway) {
    let token = gateway.token(&json!({}));
    let forged = gateway.mint.forge(&gateway.mint.claims());
    let (good, bad) = ([("x-api-key", KEY)], [("x-api-key", "wgk_test_41b1f0c35e0a4f6f9a7d2b64")]);
    assert_eq!(gateway.answer("keyed", Some(&token), &good).await, (200, String::new()));
    assert_eq!(gateway.answer("keyed", Some(&token), &bad).await, (401, "api_key_invalid".into()));
    assert_eq!(gateway.answer("keyed", Some(&token), &[]).await, (401, "api_key_missing".into()));
    assert_eq!(gateway.answer("keyed", None, &good).await, (401, "token_missing".into()));
    assert_eq!(gateway.answer("keyed", Some(&forged), &good).await, (401, "token_invalid".into()));
    let told = |line: &str| line.contains("the API key is unknown") && !line.contains("rehearsal");
    let logged = || async { gateway.stack.gateway_log().lines().any(told).then_some(()) };
    deadline::until(PATIENCE, "the refusal in the log", logged).await;
    assert!(!gateway.stack.gateway_log().contains("wgk_test"), "a key is in the log");
}

async fn a_sign_in_that_is_not_enough_is_told_as_rfc_9470_wants(gateway: &Gateway) {
    let at = |seconds_ago: u64| gateway.token(&json!({"acr": "mfa", "auth_time": mint::now() - seconds_ago}));
    assert_eq!(gateway.answer("fresh", Some(&at(10)), &[]).await, (200, String::new()));
    let refused = gateway.ask("fresh", Some(&at(1000)), &[]).await;
    let challenge = "Bearer realm=\"witgate\", error=\"insufficient_user_authentication\", \
         error_description=\"Sign in again to do this. acr: mfa. At most 300 seconds ago.\"";
    assert_eq!(header(&refused, "www-authenticate"), Some(challenge));
    assert_eq!(problem_code(refused).await, "insufficient_user_authentication");
}

async fn without_a_clock_it_is_closed(gateway: &Gateway) {
    let token = gateway.token(&json!({}));
    assert_eq!(gateway.answer("always", Some(&token), &[]).await, (200, String::new()));
    assert_eq!(gateway.answer("no-clock", Some(&token), &[]).await, (500, "policy_fault".into()));
}

async fn a_tenant_is_the_tokens(gateway: &Gateway) {
    let token = gateway.token(&json!({"tenant": "acme"}));
    assert_eq!(gateway.answer("tenants", Some(&token), &[("x-tenant", "acme")]).await, (200, String::new()));
    let cases: [Asked; 3] = [
        (&[("x-tenant", "globex")], (403, "tenant_mismatch")),
        (&[("x-tenant", "acme"), ("x-tenant", "globex")], (400, "tenant_unnamed")),
        (&[("x_tenant", "acme")], (400, "tenant_unnamed")),
    ];
    for (headers, (status, code)) in cases {
        assert_eq!(gateway.answer("tenants", Some(&token), headers).await, (status, code.to_owned()), "{headers:?}");
    }
}

/// What comes after it may be another one for the upstream.
async fn the_first_parameter_counts_whatever_it_holds(gateway: &Gateway) {
    let token = gateway.token(&json!({}));
    for (query, status) in [
        ("tenant=acme", 200),
        ("tenant=acme&tenant=%ff", 200),
        ("tenant=globex&tenant=acme", 403),
        ("tenant=%ff", 403),
        ("tenant=%ff&tenant=acme", 403),
    ] {
        let request = gateway.stack.ask(Method::GET, &format!("/whoami?{query}")).header("x-test-route", "acme");
        let answer = request.bearer_auth(&token).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{query}");
    }
}

/// As `f64`s they are equal.
async fn two_integers_are_two_ids(gateway: &Gateway) {
    for (id, status) in [(u64::MAX, 200), (u64::MAX - 614, 403)] {
        let token = gateway.token(&json!({ "uid": id }));
        assert_eq!(gateway.answer("one-id", Some(&token), &[]).await.0, status, "{id}");
    }
}
