//! Calls of policies that do nothing wrong, on a machine that is too busy: none may be ended for the time that others
//! take. `WITGATE_INNOCENT_CALLS` says how many. Never a judgement of how long it takes.

mod policies;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use policies::Policies;

/// How many calls, where nothing else is said.
const CALLS: usize = 20_000;

/// One call of so many works for about a millisecond, so that the clock looks at it.
const ONE_WORKS_OF: usize = 500;

/// Threads that do nothing but keep a core busy, for each core.
const BUSY_PER_CORE: usize = 2;

const TEXT: &str = r#"
[plugins.quick]
world = "authorizer"
file = "claims_authz.wasm"
config = { rules = [{ name = "read", effect = "allow", methods = ["GET"], paths = ["/orders/{id}"] }] }

[plugins.working]
world = "authorizer"
file = "guest_hostile_authorizer.wasm"

[[routes]]
name = "quick"
path = "/quick"
public = true
policies = ["quick"]
upstream = "home"

[[routes]]
name = "working"
path = "/working"
public = true
policies = ["working"]
upstream = "home"
"#;

#[test]
fn no_innocent_call_is_ended_on_a_busy_machine() {
    let told = std::env::var("WITGATE_INNOCENT_CALLS").ok().and_then(|calls| calls.parse().ok());
    let calls: usize = told.unwrap_or(CALLS);
    let cores = available_parallelism().expect("a number of cores").get();
    let policies = Policies::load(TEXT, &["claims_authz", "guest_hostile_authorizer"], cores);
    let (ended, began) = (AtomicBool::new(false), Instant::now());
    let killed: Vec<String> = std::thread::scope(|scope| {
        for _ in 0..cores * BUSY_PER_CORE {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let policies = &policies;
        let workers: Vec<_> =
            (0..cores).map(|worker| scope.spawn(move || work(policies, worker, calls / cores))).collect();
        let killed = workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect();
        ended.store(true, Ordering::Relaxed);
        killed
    });
    println!(
        "{calls} innocent calls beside {} busy threads on {cores} cores in {:.1?}: {} were ended",
        cores * BUSY_PER_CORE,
        began.elapsed(),
        killed.len()
    );
    assert!(killed.is_empty(), "{:?}", killed.first());
}

/// One worker's calls; the causes of those that were ended.
fn work(policies: &Policies, worker: usize, calls: usize) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut killed = Vec::new();
        for call in 0..calls {
            let (route, header) = match call % ONE_WORKS_OF {
                0 => ("working", Some(("x-attack", "busy"))),
                _ => ("quick", None),
            };
            if let Err(refused) = policies.ask(route, worker, header).await {
                killed.push(format!("{}: {:?}", refused.code, refused.cause));
            }
        }
        killed
    })
}
