//! Answers that are kept: given again to whoever would get the same, and to nobody else. The policies of every stack keep
//! theirs, so the rest of this suite tries it, too. Never a look inside: metrics say whether an answer was kept.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use witgate_tests::configs::whoami_route;
use witgate_tests::mint::now;
use witgate_tests::{Document, Mint, Stack, StackBuilder, deadline};

/// How long a reload or a revocation may take here.
const SOON: Duration = Duration::from_secs(20);
/// Requests after which both workers know an answer, with so much room that chance does not matter.
const OFTEN: usize = 60;
const RECALLED: &str = "witgate_policy_calls_recalled_total";

/// Guests that keep what they may. How long a call may wait is none of these tests' matter.
const GUESTS: &str = r#"
[plugins.faulty]
world = "authorizer"
file = "plugins/guest_faulty.wasm"
limits = { decision-cache-bytes = 100000, wall-ms = 20000 }
breaker = { faults = 1000 }

[plugins.granted]
world = "authorizer"
file = "plugins/guest_granted.wasm"
limits = { decision-cache-bytes = 100000, wall-ms = 20000 }
grants = { clock = true, random = true, store = { name = "counters" }, http = { hosts = ["api.example.com"] } }

[plugins.starting]
world = "authorizer"
file = "plugins/guest_granted.wasm"
config = { at-start = "switch" }
isolation = "request"
limits = { decision-cache-bytes = 100000, wall-ms = 20000 }
grants = { store = { name = "counters" }, http = { hosts = ["api.example.com"] } }
"#;

async fn status(stack: &Stack, token: &str) -> u16 {
    stack.get("/whoami", Some(token)).await.status().as_u16()
}

async fn guests() -> Stack {
    let routes = ["faulty", "granted", "starting"].map(|name| whoami_route(name, &["jwt", name]));
    StackBuilder::new().with(GUESTS).with(&routes.concat()).start().await
}

/// Asks on a route of a guest; status and the problem's detail.
async fn guest(stack: &Stack, token: &str, route: &str, (header, value): (&str, &str)) -> (u16, String) {
    let request = stack.ask(Method::GET, "/whoami").header("x-test-route", route).header(header, value);
    let answer = request.bearer_auth(token).send().await.expect("an answer");
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap_or_default();
    (status, problem["detail"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn an_equal_request_is_answered_without_asking() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    for _ in 0..OFTEN {
        assert_eq!(status(&stack, &token).await, 200);
    }
    for plugin in ["jwt", "authz"] {
        let (calls, recalled) =
            (stack.counted("witgate_policy_calls_total", plugin).await, stack.counted(RECALLED, plugin).await);
        assert!(calls >= OFTEN as u64 && recalled + 10 >= calls, "{plugin}: {recalled} of {calls}");
    }
}

#[tokio::test]
async fn an_answer_hangs_on_the_path_only_where_the_path_was_read() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    for number in 0..OFTEN {
        stack.get(&format!("/catalogue/NEW-{number}"), Some(&token)).await;
    }
    let recalled = stack.counted(RECALLED, "jwt").await;
    assert!(recalled + 10 >= OFTEN as u64, "no rule of it looks at the path: {recalled} of {OFTEN}");
    assert_eq!(stack.counted(RECALLED, "authz").await, 0, "each path is another question to its rules");
}

#[tokio::test]
async fn nobody_gets_the_answer_of_another() {
    let stack = Stack::start().await;
    let (alice, bob) = (stack.login("alice").await.access, stack.login("bob").await.access);
    let set = async |token: Option<&str>, path: &str| {
        let request = stack.ask(Method::PUT, path).json(&json!({"stock": 7}));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.expect("an answer").status().as_u16()
    };
    for _ in 0..OFTEN {
        let path = "/catalogue/CUP-SET-4/stock";
        assert_eq!(set(Some(&alice), path).await, 403, "she has no such role");
        assert_eq!(set(Some(&bob), path).await, 200);
        assert_eq!(set(None, path).await, 401);
        assert_eq!(set(Some(&bob), "/catalogue/CUP-SET-4").await, 403, "no rule allows it there");
    }
    // A denial is logged, so the authorizer is asked for each; what it allows is kept.
    assert!(stack.counted(RECALLED, "authz").await > OFTEN as u64 / 2);
    assert!(stack.counted(RECALLED, "jwt").await > OFTEN as u64 * 2);
}

#[tokio::test]
async fn a_kept_answer_ends_with_the_token() {
    let revocations = |listed: &Value| json!({ "issued_at": now(), "revocations": listed }).to_string();
    let (mint, feed) = (Mint::serve().await, Document::serve(revocations(&json!([]))).await);
    let stack = StackBuilder::new().revoked_by(feed.url()).trusting(&mint).start().await;
    let token = mint.sign(&mint.claims_with("jti", json!("one")));
    let fleeting = mint.sign(&mint.claims_with("exp", json!(now() - 25)));
    for _ in 0..OFTEN {
        assert_eq!(status(&stack, &token).await, 200);
        stack.get("/whoami", Some(&fleeting)).await;
    }
    assert!(stack.counted(RECALLED, "jwt").await > OFTEN as u64 / 2);
    let expired = || async { (status(&stack, &fleeting).await == 401).then_some(()) };
    deadline::until(SOON, "the end of the token within its leeway", expired).await;
    assert_eq!(status(&stack, &token).await, 200);

    feed.says(revocations(&json!([{"kind": "token", "jti": "one", "until": now() + 600}])));
    let refused = || async { (status(&stack, &token).await == 401).then_some(()) };
    deadline::until(SOON, "the revocation", refused).await;
    for _ in 0..OFTEN {
        assert_eq!(status(&stack, &token).await, 401);
    }
}

#[tokio::test]
async fn a_reload_forgets() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    for _ in 0..OFTEN {
        assert_eq!(status(&stack, &token).await, 200);
    }
    let before = stack.gateway_toml();
    stack.write_gateway_toml(&before.replace("[\"/catalogue/**\", \"/whoami\"]", "[\"/catalogue/**\"]"));
    let in_force = || async { (stack.generation().await == 2).then_some(()) };
    deadline::until(SOON, "the generation in force", in_force).await;
    for _ in 0..OFTEN {
        assert_eq!(status(&stack, &token).await, 403, "the rule is gone");
    }
}

#[tokio::test]
async fn what_breaks_or_does_something_is_asked_each_time() {
    let stack = guests().await;
    let token = stack.login("alice").await.access;
    for number in 1..=OFTEN {
        let counted = guest(&stack, &token, "granted", ("x-ask", "count visits")).await;
        assert_eq!(counted, (403, format!("Ok({number})")));
        assert_eq!(guest(&stack, &token, "faulty", ("x-fault", "trap")).await.0, 500);
    }
    let random = async || guest(&stack, &token, "granted", ("x-ask", "random")).await.1;
    assert_ne!(random().await, random().await);
    for plugin in ["granted", "faulty"] {
        assert_eq!(stack.counted(RECALLED, plugin).await, 0, "{plugin}");
    }
    let (dropped, traps) = ("witgate_policy_instances_dropped_total", OFTEN as u64);
    assert_eq!(stack.counted(dropped, "faulty").await, traps, "each trap was a call");
    for (fault, expected) in [("none", 200), ("deny", 403)].repeat(OFTEN) {
        assert_eq!(guest(&stack, &token, "faulty", ("x-fault", fault)).await.0, expected, "{fault}");
    }
    assert!(stack.counted(RECALLED, "faulty").await > OFTEN as u64);
}

/// What changes the store is done each time, and what a start read is read by each start: also where nothing is logged.
#[tokio::test]
async fn a_deed_is_done_again_and_a_start_is_made_again() {
    let stack = guests().await;
    let token = stack.login("alice").await.access;
    let ask = async |route: &str, question: &str| guest(&stack, &token, route, ("x-ask", question)).await;
    for _ in 0..OFTEN {
        assert_eq!(ask("starting", "started").await.0, 200, "the switch is off");
        assert_eq!(ask("granted", "leave switch on").await.0, 200);
        assert_eq!(ask("granted", "get switch").await.1, "on", "it was set again");
        assert_eq!(ask("starting", "started").await.0, 403, "each start looks");
        assert_eq!(ask("granted", "take switch").await.0, 200);
        assert_eq!(ask("granted", "get switch").await.1, "absent", "it was taken again");
    }
    assert_eq!(stack.counted(RECALLED, "granted").await, 0);
    for _ in 0..OFTEN {
        assert_eq!(ask("granted", "nothing").await.0, 200);
    }
    assert!(stack.counted(RECALLED, "granted").await > OFTEN as u64 / 2, "what does nothing is kept");
}
