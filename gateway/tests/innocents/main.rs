//! Calls of policies that do nothing wrong, on a machine that is too busy: none may be ended for the time that others
//! take. `WITGATE_INNOCENT_CALLS` says how many. Never a judgement of how long it takes.

mod policies;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

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
    let done: Vec<Done> = std::thread::scope(|scope| {
        for _ in 0..cores * BUSY_PER_CORE {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let policies = &policies;
        let work = |worker| scope.spawn(move || work(policies, worker, calls / cores));
        let workers: Vec<_> = (0..cores).map(work).collect();
        let done = workers.into_iter().map(|worker| worker.join().expect("a worker")).collect();
        ended.store(true, Ordering::Relaxed);
        done
    });
    let killed: Vec<&String> = done.iter().flat_map(|done| &done.killed).collect();
    let longest = done.iter().map(|done| done.longest).max().unwrap_or_default();
    println!(
        "{calls} innocent calls beside {} busy threads on {cores} cores in {:.1?}: {} were ended; \
         the longest took {longest:.1?} on the wall",
        cores * BUSY_PER_CORE,
        began.elapsed(),
        killed.len()
    );
    assert!(killed.is_empty(), "{:?}", killed.first());
}

/// What became of one worker's calls.
#[derive(Default)]
struct Done {
    /// The causes of those that were ended.
    killed: Vec<String>,
    /// The longest one, on the wall: past `cpu-ms`, a clock on the wall would have ended it.
    longest: Duration,
}

fn work(policies: &Policies, worker: usize, calls: usize) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut done = Done::default();
        for call in 0..calls {
            let (route, header) = match call % ONE_WORKS_OF {
                0 => ("working", Some(("x-attack", "busy"))),
                _ => ("quick", None),
            };
            let began = Instant::now();
            if let Err(refused) = policies.ask(route, worker, header).await {
                done.killed.push(format!("{}: {:?}", refused.code, refused.cause));
            }
            done.longest = done.longest.max(began.elapsed());
        }
        done
    })
}
