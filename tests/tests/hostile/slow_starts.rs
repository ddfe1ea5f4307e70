//! A policy whose start takes a second, and that breaks with each call, beside one that breaks as often and starts at once.
//! Never judges a time: what would have to wait for the other is answered 503.

use witgate_tests::trial::host::clients::Ask;
use witgate_tests::trial::host::ground::{self, Ground};

use crate::raw::Raw;

/// About a second of work: longer than a call of the quick one waits for an instance.
const SLOW: Raw = Raw {
    configure: "(local $left i64) (local.set $left (i64.const 1000000000))
        (loop $on (local.set $left (i64.sub (local.get $left) (i64.const 1))) (br_if $on (i64.ne (local.get $left) (i64.const 0))))",
    ..QUICK
};
const QUICK: Raw = Raw { parts: "", module: "", describe: "", configure: "", authorize: "unreachable" };

/// No fault opens the breaker; a start may take long.
const SLOW_LIMITS: &str = "limits = { start-cpu-ms = 60000, wall-ms = 100 }\nbreaker = { faults = 1000 }";
const QUICK_LIMITS: &str = "limits = { wall-ms = 400 }\nbreaker = { faults = 1000 }";

/// More than there are warm instances, so that some must be made.
const LOSSES: usize = 8;

/// How often the quick one may break while the slow one is being started.
const ROUNDS: usize = 100;

fn text() -> String {
    let plugin = |name, limits| ground::plugin(name, "authorizer", name, limits) + &ground::route(name, &[name]);
    plugin("slow", SLOW_LIMITS) + &plugin("quick", QUICK_LIMITS)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_takes_long_keeps_no_other_plugin_waiting() {
    let made = [("slow", SLOW.component()), ("quick", QUICK.component())];
    let ground = Ground::start(&text(), &made).await;
    let mut slow = Vec::new();
    for _ in 0..LOSSES {
        slow.push(ground.ask(&Ask::of("slow.test")).await.0);
    }
    assert!(slow.contains(&503), "an instance of the slow one is being made: {slow:?}");
    let started = "witgate_policy_instances_started_total{plugin=\"slow\"}";
    let before = ground.gateway.metric(started).await;
    let mut quick = Vec::new();
    for _ in 0..ROUNDS {
        quick.push(ground.ask(&Ask::of("quick.test")).await.0);
        // A slow instance that is done is lost at once, so that the next one is being made.
        slow.push(ground.ask(&Ask::of("slow.test")).await.0);
        if ground.gateway.metric(started).await > before + 1 {
            break;
        }
    }
    assert!(quick.iter().all(|status| *status == 500), "each broke in its own call: {quick:?}");
}
