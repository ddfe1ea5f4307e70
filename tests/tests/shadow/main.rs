//! A candidate beside a live plugin: it is asked, compared and counted, and no request is answered otherwise for it. Never a
//! look into the gateway but by its admin listener.

use std::time::Duration;

use claims_authz::ClaimsAuthz;
use reqwest::Method;
use serde_json::Value;
use witgate_plugin::mock::cases::{authorizer, check};
use witgate_tests::command::{told, witgate};
use witgate_tests::component::{Delivery, deliver, with_revision};
use witgate_tests::configs::whoami_route;
use witgate_tests::session::problem_code;
use witgate_tests::{Stack, StackBuilder, deadline, programs};

/// How long the shadow thread may take for what was asked, on a busy machine.
const SHADOW_DEADLINE: Duration = Duration::from_secs(20);

const REVISION: &str = r#"
[plugins.revision]
world = "authorizer"
file = "plugins/guest_revision.wasm"

[plugins.revision.shadow]
file = "plugins/guest_revision.wasm"
share = 1
"#;

const LOOPING: &str = r#"
[plugins.calm]
world = "authorizer"
file = "plugins/guest_revision.wasm"

[plugins.calm.shadow]
file = "plugins/guest_faulty.wasm"
share = 1.0
"#;

/// The shadow of `authz` lets nobody read `/whoami`.
const STRICTER: &str = r#"
[plugins.authz.shadow]
share = 1.0

[[plugins.authz.shadow.config.rules]]
name = "read"
effect = "allow"
methods = ["GET"]
paths = ["/catalogue/**"]
when = { scope = "catalogue:read" }

[[plugins.authz.shadow.config.rules]]
name = "staff may look themselves up"
effect = "allow"
methods = ["GET"]
paths = ["/whoami"]
when = { claim = "roles", contains = "staff" }
"#;

async fn ask(stack: &Stack, token: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let request = stack.ask(Method::GET, "/whoami").bearer_auth(token).header("cookie", "session=very-private");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

/// What is told of the one candidate, once this many questions have an outcome.
async fn candidate(stack: &Stack, answered: u64) -> Value {
    let look = || async {
        let answer = stack.http().get(format!("{}/shadow", stack.admin_url())).send().await.expect("an admin answer");
        let found: Value = answer.json().await.expect("JSON");
        let one = found[0].clone();
        let counts = ["agreed", "differed", "faulted", "dropped"];
        (counts.iter().filter_map(|name| one[name].as_u64()).sum::<u64>() >= answered).then_some(one)
    };
    deadline::until(SHADOW_DEADLINE, &format!("{answered} outcomes"), look).await.0
}

fn counts(candidate: &Value) -> [u64; 4] {
    ["agreed", "differed", "faulted", "dropped"].map(|name| candidate[name].as_u64().expect("a count"))
}

#[tokio::test]
async fn a_candidate_of_another_revision_differs_exactly_where_it_is_probed() {
    let stack = StackBuilder::new().with(REVISION).with(&whoami_route("revision", &["jwt", "revision"])).start().await;
    let token = stack.login("alice").await.access;
    let component = std::fs::read(programs::component("guest_revision")).expect("a component");
    let (text, before) = (stack.gateway_toml(), stack.generation().await);
    deliver(&stack.folder().join("plugins/candidate.wasm"), &with_revision(&component, 7), Delivery::Rename);
    let shadow = "[plugins.revision.shadow]\nfile = \"plugins/guest_revision.wasm\"";
    assert!(text.contains(shadow));
    stack.write_gateway_toml(&text.replace(shadow, "[plugins.revision.shadow]\nfile = \"plugins/candidate.wasm\""));
    let look = || async { (stack.generation().await > before).then_some(()) };
    deadline::until(SHADOW_DEADLINE, "the candidate loaded", look).await;

    let route = ("x-test-route", "revision");
    for _ in 0..20 {
        assert_eq!(ask(&stack, &token, &[route]).await.status(), 200);
    }
    for _ in 0..5 {
        let probed = ask(&stack, &token, &[route, ("x-probe", "rule")]).await;
        assert_eq!(problem_code(probed).await, "revision_0000000000", "the live rule answers");
    }
    let found = candidate(&stack, 25).await;
    assert_eq!(counts(&found), [20, 5, 0, 0], "{found}");
    let [difference] = found["differences"].as_array().expect("differences").as_slice() else { panic!("{found}") };
    assert_eq!(difference["times"], 5);
    assert_eq!(difference["live"], "refused 403 revision_0000000000");
    assert_eq!(difference["candidate"], "refused 403 revision_0000000007");
    let metrics = stack.http().get(format!("{}/metrics", stack.admin_url())).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("text");
    assert!(metrics.contains("witgate_shadow_total{plugin=\"revision\",outcome=\"differed\"} 5"), "{metrics}");
}

#[tokio::test]
async fn differences_become_cases_without_credentials() {
    let stack = StackBuilder::new().with(STRICTER).start().await;
    let (alice, bob) = (stack.login("alice").await.access, stack.login("bob").await.access);
    assert_eq!(ask(&stack, &alice, &[("x-unread", "unread-value")]).await.status(), 200);
    assert_eq!(ask(&stack, &bob, &[]).await.status(), 200);
    let found = candidate(&stack, 2).await;
    assert_eq!(counts(&found)[..3], [1, 1, 0], "{found}");

    let report = |more: &[&str]| {
        let arguments = [&["shadow", "report", "--admin", stack.admin_url()], more].concat();
        told(&witgate(stack.folder(), &arguments, ""))
    };
    let (text, code) = report(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("authz (share 1): agreed 1, differed 1, faulted 0, dropped 0"), "{text}");
    assert!(text.contains("1 x route whoami: live allow, candidate refused 403"), "{text}");
    let bare = stack.admin_url().trim_start_matches("http://");
    assert_eq!(told(&witgate(stack.folder(), &["shadow", "report", "--admin", bare], "")), (text, Some(0)));
    let (cases, code) = report(&["--cases"]);
    assert_eq!(code, Some(0), "{cases}");
    for hidden in [alice.as_str(), "very-private", "unread-value"] {
        assert!(!cases.contains(hidden), "{hidden} in\n{cases}");
    }
    let parsed: toml::Value = toml::from_str(&cases).unwrap_or_else(|error| panic!("{error} in\n{cases}"));
    let case = &parsed["case"][0];
    assert_eq!(case["request"]["path"].as_str(), Some("/whoami"), "{cases}");
    assert_eq!(case["claims"]["roles"][0].as_str(), Some("customer"), "{cases}");
    assert_eq!(case["expect"]["outcome"].as_str(), Some("allow"), "{cases}");
    let text = stack.gateway_toml();
    let written: toml::Value = toml::from_str(&text).expect("gateway.toml");
    let authz = &written["plugins"]["authz"];
    replay(&authz["config"], &cases);
    let otherwise = std::panic::catch_unwind(|| replay(&authz["shadow"]["config"], &cases)).expect_err("it differs");
    let told = otherwise.downcast_ref::<String>().expect("words");
    assert!(told.contains("1 of 1 cases do not hold") && told.contains("\"refused\""), "{told}");
}

/// Runs recorded cases as the plugin's own tests would; panics where one does not hold.
fn replay(config: &toml::Value, cases: &str) {
    let file = toml::to_string(&toml::Table::from_iter([("config".to_owned(), config.clone())])).expect("TOML");
    check(&format!("{cases}\n{file}"), authorizer::<ClaimsAuthz>);
}

#[tokio::test]
async fn a_looping_candidate_harms_nobody_and_is_counted() {
    let stack = StackBuilder::new().with(LOOPING).with(&whoami_route("calm", &["jwt", "calm"])).start().await;
    let token = stack.login("alice").await.access;
    let looping = [("x-test-route", "calm"), ("x-fault", "loop")];
    let others = async {
        for _ in 0..30 {
            assert_eq!(ask(&stack, &token, &[]).await.status(), 200);
        }
    };
    let asked = async {
        for _ in 0..30 {
            assert_eq!(ask(&stack, &token, &looping).await.status(), 200);
        }
    };
    tokio::join!(others, asked);
    let found = candidate(&stack, 30).await;
    let [agreed, differed, faulted, dropped] = counts(&found);
    assert_eq!((agreed, differed, faulted + dropped), (0, 0, 30), "{found}");
    assert!(faulted > 0, "{found}");
}

#[tokio::test]
async fn a_live_plugin_that_breaks_is_compared_with_nothing() {
    let swapped = LOOPING.replace("guest_revision", "guest_live").replace("guest_faulty", "guest_revision");
    let stack = StackBuilder::new()
        .with(&swapped.replace("guest_live", "guest_faulty"))
        .with(&whoami_route("calm", &["jwt", "calm"]))
        .start()
        .await;
    let token = stack.login("alice").await.access;
    let route = ("x-test-route", "calm");
    for _ in 0..3 {
        assert_eq!(ask(&stack, &token, &[route, ("x-fault", "trap")]).await.status(), 500);
    }
    assert_eq!(ask(&stack, &token, &[route]).await.status(), 200);
    let found = candidate(&stack, 1).await;
    assert_eq!(counts(&found), [1, 0, 0, 0], "{found}");
}

#[tokio::test]
async fn a_candidate_that_does_not_load_refuses_the_reload() {
    let stack = StackBuilder::new().with(REVISION).with(&whoami_route("revision", &["jwt", "revision"])).start().await;
    let text = stack.gateway_toml();
    let shadow = "[plugins.revision.shadow]\nfile = \"plugins/guest_revision.wasm\"";
    stack.write_gateway_toml(&text.replace(shadow, "[plugins.revision.shadow]\nfile = \"plugins/claim_router.wasm\""));
    let look = || async { stack.generations().await["last_refusal"]["reason"].as_str().map(str::to_owned) };
    let reason = deadline::until(SHADOW_DEADLINE, "a refusal", look).await.0;
    assert!(reason.contains("plugin `revision.shadow`") && reason.contains("is no authorizer"), "{reason}");
    assert_eq!(stack.generation().await, 1);
}

#[tokio::test]
async fn an_authenticator_candidate_verifies_by_itself() {
    const NARROWER: &str = "\n[plugins.jwt.shadow]\nshare = 1.0\nconfig = { profiles = [\"main\"], required-claims = [\"scope\", \"badge\"] }\n";
    let stack = StackBuilder::new().with(NARROWER).start().await;
    let token = stack.login("alice").await.access;
    assert_eq!(ask(&stack, &token, &[]).await.status(), 200);
    let found = candidate(&stack, 1).await;
    assert_eq!(counts(&found), [0, 1, 0, 0], "{found}");
    let difference = &found["differences"][0];
    assert_eq!(
        (&difference["live"], &difference["candidate"]),
        (&"authenticated".into(), &"refused 401 token_invalid".into())
    );
    let case = difference["case"].as_str().expect("a case");
    let parsed: toml::Value = toml::from_str(case).unwrap_or_else(|error| panic!("{error} in\n{case}"));
    let token_of_case = &parsed["case"][0]["token"];
    assert_eq!(token_of_case["claims"]["aud"].as_str(), Some("witgate"), "{case}");
    assert!(token_of_case["claims"].get("scope").is_some(), "demanded, so it counts as read: {case}");
    assert!(token_of_case["claims"].get("sid").is_none(), "nobody read it: {case}");
    assert!(!case.contains(&token) && !case.contains(token.rsplit('.').next().expect("a signature")), "{case}");
}
