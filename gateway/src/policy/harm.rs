//! Tests of what a guest that misbehaves can do: cost its own request, and nothing else.
//!
//! Never a sleep: what happens elsewhere is waited for by asking again.

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::bindings::Decision;
use super::fault::Fault;
use super::instance::{Calling, StartError};
use super::limits::{Exceeded, Limit};
use super::plugin::{Plugin, PluginError};
use super::testing::{Bench, ask};

/// How long a thread elsewhere may take.
const PATIENCE: Duration = Duration::from_secs(20);

async fn call(plugin: &Plugin, what: &str) -> Result<(), Fault> {
    plugin.authorize(0, &mut ask(what)).await.map(|decision| assert!(matches!(decision, Decision::Allow)))
}

fn exceeded(limit: Limit, value: u64) -> Result<(), Fault> {
    Err(Fault::Limit(Exceeded { limit, value }))
}

/// Every limit that is small enough to be met in a moment.
const SMALL: &str = "[plugins.guest.limits]\ncpu-ms = 20\nmemory-bytes = 1048576\ntable-elements = 5000\n\
    host-call-bytes = 65536\nlog-lines = 7\nlog-bytes = 10000\n[plugins.guest.breaker]\nfaults = 1000";

#[tokio::test]
async fn a_passed_limit_costs_its_own_call_and_is_named_with_its_value() {
    for calling in [Calling::Sync, Calling::Waiting] {
        let bench = Bench::new();
        let guest = bench.load(SMALL, calling).expect("it loads");
        for (what, limit, value) in [
            ("loop", Limit::CpuMs, 20),
            ("memory", Limit::MemoryBytes, 1_048_576),
            ("elements", Limit::TableElements, 5000),
            ("stack", Limit::StackBytes, 512 * 1024),
            ("ask", Limit::HostCallBytes, 65_536),
            ("denial of 100,000 bytes", Limit::HostCallBytes, 65_536),
            ("write", Limit::LogLines, 7),
            ("big line", Limit::LogBytes, 10_000),
        ] {
            assert_eq!(call(&guest, what).await, exceeded(limit, value), "{what} {calling:?}");
            assert_eq!(call(&guest, "good").await, Ok(()), "after {what} {calling:?}");
        }
        let trapped = call(&guest, "trap").await.expect_err("a trap");
        assert!(matches!(&trapped, Fault::Trap(why) if why.contains("unreachable")), "{trapped:?}");
        assert_eq!(bench.count("policy_instances_dropped_total"), 9);
    }
}

/// Making a schema of a config may cost more than a start.
#[tokio::test]
async fn only_the_first_instance_is_asked_what_it_is() {
    for calling in [Calling::Sync, Calling::Waiting] {
        let bench = Bench::new();
        let warm = bench.load("", calling).expect("it loads");
        let first = warm.authorize(0, &mut ask("recall")).await;
        assert!(matches!(first, Err(Fault::Trap(_))), "{calling:?}: nobody was asked");
        assert!(warm.authorize(1, &mut ask("recall")).await.is_ok(), "{calling:?}: the second was asked as well");
        let fresh = bench.load("isolation = \"request\"", calling).expect("it loads");
        assert_eq!(call(&fresh, "recall").await, Ok(()), "{calling:?}: each call pays for a description");
    }
}

#[tokio::test]
async fn time_on_the_wall_is_bounded_too() {
    for calling in [Calling::Sync, Calling::Waiting] {
        let keys = "[plugins.guest.limits]\ncpu-ms = 10000\nwall-ms = 20";
        let bench = Bench::new();
        let guest = bench.load(keys, calling).expect("it loads");
        assert_eq!(call(&guest, "loop").await, exceeded(Limit::WallMs, 20), "{calling:?}");
    }
}

#[test]
fn a_start_is_bounded_like_a_call() {
    let bench = Bench::new();
    for (keys, limit, value) in [
        ("config = { loop = 1 }\nlimits = { start-cpu-ms = 20 }", Limit::StartCpuMs, 20),
        ("limits = { memory-bytes = 65536 }", Limit::MemoryBytes, 65_536),
        ("limits = { instances = 1 }", Limit::Parts, 1),
    ] {
        for calling in [Calling::Sync, Calling::Waiting] {
            match bench.load(keys, calling).map(drop) {
                Err(PluginError::Start(StartError::Fault(fault))) => {
                    assert_eq!(Err(fault), exceeded(limit, value), "{keys} {calling:?}");
                }
                other => panic!("{keys} {calling:?}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_a_guest_keeps_in_memory_lasts_as_long_as_its_entry_says() {
    let bench = Bench::new();
    let warm = bench.load("", Calling::Sync).expect("it loads");
    assert_eq!(call(&warm, "note").await, Ok(()));
    assert!(matches!(call(&warm, "query").await, Err(Fault::Trap(_))), "the mark of the call before");
    let fresh = bench.load("isolation = \"request\"", Calling::Sync).expect("it loads");
    for _ in 0..3 {
        assert_eq!(call(&fresh, "note").await, Ok(()));
        assert_eq!(call(&fresh, "query").await, Ok(()), "nothing of the call before");
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_its_instance() {
    let bench = Bench::new();
    let keys = "[plugins.guest.limits]\ncpu-ms = 10000\nwall-ms = 60000";
    let guest = bench.load(keys, Calling::Waiting).expect("it loads");
    for _ in 0..100 {
        let mut exchange = ask("poison");
        let mut call = Box::pin(guest.authorize(0, &mut exchange));
        // It waits for an instance first, and then gives the thread away at a tick.
        let given_away = bench.count("policy_calls_total");
        poll_fn(|context| match call.as_mut().poll(context) {
            Poll::Ready(answer) => panic!("{answer:?}"),
            Poll::Pending => Poll::Ready(()),
        })
        .await;
        assert!(given_away < bench.count("policy_calls_total"));
        drop(call);
    }
    for _ in 0..100 {
        assert_eq!(call(&guest, "query").await, Ok(()), "no instance that a lost call has marked");
    }
}

#[tokio::test]
async fn calls_that_wait_overlap_and_each_has_its_own_instance() {
    let keys = "[plugins.guest.limits]\ncpu-ms = 100\nwall-ms = 60000";
    let bench = Bench::new();
    let guest = bench.load(keys, Calling::Waiting).expect("it loads");
    let (poisoned, good) = tokio::join!(call(&guest, "poison"), async {
        for _ in 0..20 {
            call(&guest, "query").await?;
        }
        Ok::<(), Fault>(())
    });
    assert_eq!((poisoned, good), (exceeded(Limit::CpuMs, 100), Ok(())));
}

#[tokio::test]
async fn many_losses_at_once_are_made_good_off_the_worker() {
    let bench = Bench::new();
    let guest = bench.load("[plugins.guest.breaker]\nfaults = 1000", Calling::Sync).expect("it loads");
    for round in 0..20 {
        let calls = (0..50).map(|at| if at % 2 == 0 { call(&guest, "trap") } else { call(&guest, "good") });
        let mut good = 0;
        for answer in calls.map(Box::pin) {
            good += usize::from(answer.await.is_ok());
        }
        assert_eq!(good, 25, "round {round}");
    }
    assert!(bench.count("policy_instances_started_total") >= 499);
}

#[tokio::test]
async fn a_plugin_that_keeps_breaking_is_not_asked_until_a_trial_goes_well() {
    let bench = Bench::new();
    let guest = bench.load("[plugins.guest.breaker]\nfaults = 3\nopen-ms = 300", Calling::Sync).expect("it loads");
    for _ in 0..3 {
        assert_eq!(bench.count("policy_breaker"), 0);
        assert!(matches!(call(&guest, "trap").await, Err(Fault::Trap(_))));
    }
    assert_eq!(bench.count("policy_breaker"), 1);
    let refused = call(&guest, "good").await.expect_err("it is open");
    let refused = guest.refuse(&refused);
    assert_eq!(
        (refused.status.as_u16(), refused.code.as_ref(), refused.retry_after),
        (503, "policy_unavailable", Some(1))
    );
    let began = Instant::now();
    while call(&guest, "good").await.is_err() {
        assert!(began.elapsed() < PATIENCE, "no trial");
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.count("policy_breaker"), 0);
    assert!(matches!(call(&guest, "trap").await, Err(Fault::Trap(_))));
    assert_eq!(bench.count("policy_breaker"), 1, "the first fault after a trial");
}

#[tokio::test]
async fn instances_are_recycled_while_calls_go_on() {
    let bench = Bench::new();
    let guest = bench.load("[plugins.guest.recycle]\ncalls = 10", Calling::Sync).expect("it loads");
    let began = Instant::now();
    while bench.count("policy_instances_recycled_total") < 5 {
        assert!(began.elapsed() < PATIENCE, "not recycled");
        for _ in 0..100 {
            assert_eq!(call(&guest, "good").await, Ok(()));
        }
    }
    assert_eq!(bench.count("policy_instances_dropped_total"), 0);
}
