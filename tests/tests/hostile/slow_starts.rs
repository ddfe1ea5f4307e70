//! A policy whose start takes a second, and that breaks with each call, beside one that breaks as often and starts at once.
//! Never judges a time: who waits for the other is started after it.

use witgate_tests::trial::host::clients::Ask;
use witgate_tests::trial::host::ground::{self, Ground};

use crate::raw::Raw;

/// About a second of work: longer than many starts of the quick one take.
const SLOW: Raw = Raw {
    configure: "(local $left i64) (local.set $left (i64.const 1000000000))
        (loop $on (local.set $left (i64.sub (local.get $left) (i64.const 1))) (br_if $on (i64.ne (local.get $left) (i64.const 0))))",
    ..QUICK
};
const QUICK: Raw = Raw { parts: "", module: "", describe: "", configure: "", authorize: "unreachable" };

/// No fault opens the breaker; a start may take long.
const SLOW_LIMITS: &str = "limits = { start-cpu-ms = 60000, wall-ms = 100 }\nbreaker = { faults = 1000 }";
const QUICK_LIMITS: &str = "limits = { wall-ms = 20000 }\nbreaker = { faults = 1000 }";

/// Twice as many as there are warm and spare instances: half of them must be made.
const LOSSES: usize = 8;

/// So often it is tried: the slow one may be ready in the midst of it.
const ROUNDS: usize = 50;

fn text() -> String {
    let plugin = |name, limits| ground::plugin(name, "authorizer", name, limits) + &ground::route(name, &[name]);
    plugin("slow", SLOW_LIMITS) + &plugin("quick", QUICK_LIMITS)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_takes_long_keeps_no_other_plugin_waiting() {
    let made = [("slow", SLOW.component()), ("quick", QUICK.component())];
    let ground = Ground::start(&text(), &made).await;
    let started = async || ground.gateway.metric("witgate_policy_instances_started_total{plugin=\"slow\"}").await;
    for _ in 0..ROUNDS {
        let before = started().await;
        // A slow instance that is there is lost at once; where none is, the next one is being made.
        let is_being_made = ground.ask(&Ask::of("slow.test")).await.0 == 503;
        for _ in 0..LOSSES {
            assert_eq!(ground.ask(&Ask::of("quick.test")).await.0, 500, "each broke in its own call");
        }
        if is_being_made && started().await == before {
            return;
        }
    }
    panic!("the quick one was never started while the slow one was");
}
