//! A policy that breaks again and again is not asked for a while: its routes say 503, others notice nothing, and it gets
//! another chance. Never a sleep: the test asks until the chance came.

use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::trial::host::clients::{Ask, Clients};
use witgate_tests::trial::host::ground::{self, Ground};

/// Faults that open the breaker.
const FAULTS: usize = 3;

/// Clients of another route.
const BYSTANDERS: usize = 4;

/// Open for longer than any test takes.
const SHUT: &str = "breaker = { faults = 3, window-ms = 60000, open-ms = 600000 }";
/// Open for so short a time that a busy machine may not see it.
const BRIEF: &str = "breaker = { faults = 3, window-ms = 60000, open-ms = 1500 }";

async fn start() -> Ground {
    let authorizer = |name, breaker| {
        ground::plugin(name, "authorizer", "guest_hostile_authorizer", breaker) + &ground::route(name, &[name])
    };
    let text = authorizer("shut", SHUT)
        + &authorizer("brief", BRIEF)
        + &ground::plugin("dressing", "filter", "guest_hostile_filter", &format!("{BRIEF}\non-fault = \"skip\""))
        + &ground::route("dressing", &["dressing"]);
    Ground::start(&text, &[]).await
}

/// A policy breaks so often that it is not asked any more.
async fn break_until_open(ground: &Ground, name: &str) {
    let bad = Ask::of(&format!("{name}.test")).with("x-attack", "trap");
    for _ in 0..FAULTS {
        let (status, body) = ground.ask(&bad).await;
        assert!(status == 500 && body.contains("policy_fault"), "{name}: {status} {body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_keeps_breaking_is_not_asked_for_a_while() {
    let ground = start().await;
    let bystanders = Clients::start(ground.gateway.url(), &Ask::of("open.test"), BYSTANDERS, None);
    break_until_open(&ground, "shut").await;
    let (good, bad) = (Ask::of("shut.test"), Ask::of("shut.test").with("x-attack", "trap"));
    for ask in [&good, &bad] {
        let (status, body) = ground.ask(ask).await;
        assert!(status == 503 && body.contains("policy_unavailable"), "{status} {body}: closed while nobody may ask");
    }
    break_until_open(&ground, "brief").await;
    let look = async || (ground.ask(&Ask::of("brief.test")).await.0 == 200).then_some(());
    deadline::until(PATIENCE, "another chance", look).await;
    let met = bystanders.finish().await;
    assert_eq!(met.errors(), 0, "{:?} {:?}", met.statuses, met.failures);
    let traps = ground.gateway.metric("witgate_policy_faults_total{plugin=\"shut\",kind=\"trap\"}").await;
    assert_eq!(traps, FAULTS as u64, "while it is open nothing is asked, and so nothing breaks");
}

#[tokio::test]
async fn a_filter_that_may_be_left_out_is_left_out() {
    let ground = start().await;
    let bad = Ask::of("dressing.test").with("x-attack", "inject-value").with("x-attack-response", "inject-name");
    for _ in 0..=2 * FAULTS {
        let (status, body) = ground.ask(&bad).await;
        assert_eq!((status, body.as_str()), (200, "at home\n"));
    }
    assert_eq!(ground.ask(&Ask::of("dressing.test")).await.0, 200);
}
