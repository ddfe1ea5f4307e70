//! A component is rebuilt with another rule and gateway.toml gains a route, again and again under load. Never may a
//! request fail, and never may the new rule take longer than a second.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};
use witgate_tests::component::{Delivery, deliver, with_revision};
use witgate_tests::{StackBuilder, measured, programs};

use crate::connections::Load;
use crate::probe;

/// Open connections, all the time.
const CONNECTIONS: usize = 200;

/// How often component and gateway.toml change.
const ROUNDS: u64 = 20;

/// From one change to the next; the whole takes at least ten seconds.
const ROUND_SPAN: Duration = Duration::from_millis(600);

/// From the write until the rule is in force: the promise. A quarter must hold it here: a quiet machine keeps it for all,
/// but a neighbour's noise must not fail a build.
const IN_FORCE_WITHIN: Duration = Duration::from_secs(1);

const ROUTES: &str = r#"
[plugins.revision]
world = "authorizer"
file = "plugins/guest_revision.wasm"

[[routes]]
name = "load"
path = "/healthz"
policies = ["jwt", "revision"]
upstream = "orders"
"#;

/// The public route that a round adds.
fn route_of(round: u64) -> String {
    format!(
        "\n[[routes]]\nname = \"round-{round}\"\npath = \"/healthz\"\nheaders = {{ x-round = \"{round}\" }}\n\
         public = true\nupstream = \"orders\"\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_reloads_under_load_fail_no_request() {
    let stack = StackBuilder::new().with(ROUTES).start().await;
    let token = stack.login("alice").await.access;
    let component = std::fs::read(programs::component("guest_revision")).expect("the guest");
    let path = stack.plugin_path("guest_revision");
    let mut text = stack.gateway_toml();
    let load = Load::start(stack.gateway_url(), &token, CONNECTIONS).await;
    let (mut rules, mut routes) = (Vec::new(), Vec::new());
    let mut pace = interval(ROUND_SPAN);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begin = Instant::now();
    for round in 1..=ROUNDS {
        pace.tick().await;
        assert!(!probe::has_route(&stack, round).await, "the route of round {round} is there before its time");
        text.push_str(&route_of(round));
        let delivery = if round % 2 == 0 { Delivery::Rename } else { Delivery::InPlace };
        let start = Instant::now();
        deliver(&path, &with_revision(&component, round), delivery);
        deliver(&stack.folder().join("gateway.toml"), text.as_bytes(), delivery);
        let (rule, route) = probe::until_in_force(&stack, &token, round, start).await;
        rules.push(rule);
        routes.push(route);
    }
    pace.tick().await;
    let span = begin.elapsed();
    let (answered, failures) = load.finish().await;
    let failed = failures.len();
    measured::tell(&format!("{answered} requests on {CONNECTIONS} connections in {span:.1?}, {failed} failed"));
    measured::tell(&probe::summary("new rule in force", &mut rules));
    measured::tell(&probe::summary("new route in force", &mut routes));
    assert!(failures.is_empty(), "{failures:?}\nThe operator's causes:\n{}", causes(&stack.gateway_log()));
    assert!(span >= Duration::from_secs(10) && answered > 1_000, "{answered} requests in {span:?} are no load");
    let quartile = rules[rules.len() / 4];
    assert!(quartile < IN_FORCE_WITHIN, "three quarters of the rules took {quartile:?} or more");
}

/// The log lines of refused requests, but for the probes' own.
fn causes(log: &str) -> String {
    let refused = log.lines().filter(|line| line.contains("\"code\":") && !line.contains("\"code\":\"revision_"));
    refused.filter(|line| !line.contains("token_missing")).map(|line| format!("{line}\n")).collect()
}
