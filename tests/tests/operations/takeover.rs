//! A new process takes the place of the one that runs, again and again, under load. Never may a client notice.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use witgate_tests::child::Running;
use witgate_tests::{arguments, deadline, measured, programs};

use crate::clients::Clients;
use crate::gate::{Gate, SOON, route};

/// How often the process is replaced.
const TAKEOVERS: usize = 5;
/// Clients of each kind.
const EACH_KIND: usize = 8;
/// So many answers lie between two takeovers.
const BETWEEN: Duration = Duration::from_millis(300);

fn successor() -> Vec<String> {
    [arguments::gateway(), vec!["--take-over".to_owned()]].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_takeovers_under_load_fail_no_request() {
    let mut gate = Gate::start("").await;
    let clients = Clients::start(&gate.url, EACH_KIND, EACH_KIND);
    let mut pace = tokio::time::interval(BETWEEN);
    for takeover in 1..=TAKEOVERS {
        pace.tick().await;
        let mut next = Running::start("witgate", &successor(), gate.folder.path());
        assert_eq!(next.address("listening on ").await, gate.url, "takeover {takeover}");
        assert_eq!(next.address("admin on ").await, gate.admin, "takeover {takeover}");
        assert!(gate.process.wait().await.success(), "the one before ends well after takeover {takeover}");
        gate.process = next;
        assert_eq!(gate.generation().await, 1, "the new process answers the operator");
        pace.reset();
    }
    let outcome = clients.finish().await;
    measured::tell(&format!(
        "{} requests over {TAKEOVERS} takeovers, {} failed",
        outcome.answered,
        outcome.failures.len()
    ));
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert!(outcome.answered > 500, "{} requests are no load", outcome.answered);
    // It still reloads, and lets go of the listeners when it is told to stop.
    gate.write(&route("new", "/new"));
    gate.settles_at(2).await;
    assert!(gate.process.stop().await.success());
    reqwest::get(format!("{}/always", gate.url)).await.expect_err("nobody listens any more");
}

fn run_to_its_end(folder: &Path, arguments: &[String]) -> (Option<i32>, String) {
    let mut command = Command::new("timeout");
    command.arg("30").arg(programs::program("witgate")).args(arguments).current_dir(folder);
    let output = command.output().expect("timeout");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn a_successor_that_cannot_start_changes_nothing() {
    let gate = Gate::start("").await;
    let good = std::fs::read_to_string(gate.path()).expect("the file");
    std::fs::write(gate.folder.path().join("broken.toml"), good.replace("/always", "no path")).expect("written");
    let arguments = ["run", "--config", "broken.toml", "--take-over"].map(str::to_owned);
    let (code, said) = run_to_its_end(gate.folder.path(), &arguments);
    assert_eq!(code, Some(2), "{said}");
    assert!(gate.serves("/always").await);
    let without = good.replace("takeover-socket = \"takeover.sock\"\n", "");
    std::fs::write(gate.folder.path().join("without.toml"), without).expect("written");
    let arguments = ["run", "--config", "without.toml", "--take-over"].map(str::to_owned);
    let (code, said) = run_to_its_end(gate.folder.path(), &arguments);
    assert!(code == Some(2) && said.contains("takeover-socket"), "{said}");
    assert!(gate.serves("/always").await);
}

#[tokio::test]
async fn a_successor_without_a_predecessor_starts_as_usual() {
    let mut gate = Gate::start("").await;
    gate.process.kill().await;
    let mut next = Running::start("witgate", &successor(), gate.folder.path());
    gate.url = next.address("listening on ").await;
    let served = || async { gate.http.get(format!("{}/always", gate.url)).send().await.ok().map(|_| ()) };
    deadline::until(SOON, "the new process serves", served).await;
    drop(next);
}
