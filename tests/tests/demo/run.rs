//! `cargo xtask demo` as a process: it starts everything, and leaves nothing behind. Never beside another demo: the
//! ports are those of gateway.toml.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use witgate_tests::{deadline, programs, skip};

use crate::lines;

/// The demo's ports; one test at a time has them.
static PORTS: Mutex<()> = Mutex::new(());

/// Building (nothing new, as a rule) and starting the demo.
const START_DEADLINE: Duration = Duration::from_secs(300);

/// How long another program may keep a port before the test is skipped.
const PORTS_DEADLINE: Duration = Duration::from_secs(20);

/// From the signal to the end.
const STOP_DEADLINE: Duration = Duration::from_secs(30);

/// The processes of the demo.
const PROGRAMS: usize = 5;

/// The right to the machine's fixed ports.
pub fn ports() -> MutexGuard<'static, ()> {
    PORTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether another program keeps one of the demo's ports; then the test is skipped, and says so.
async fn ports_are_taken() -> bool {
    let free = || async { taken_port().is_none().then_some(()) };
    if tokio::time::timeout(PORTS_DEADLINE, deadline::until(START_DEADLINE, "free ports", free)).await.is_ok() {
        return false;
    }
    let port = taken_port().unwrap_or_default();
    skip::skip(&format!("the demo's own test (port {port} is taken)"), "stop the program that holds the port");
    true
}

fn taken_port() -> Option<u16> {
    [8080, 8081, 9000, 9101, 9102, 9103].into_iter().find(|port| TcpListener::bind(("127.0.0.1", *port)).is_err())
}

fn demo(state: &Path) -> Command {
    let mut command = Command::new(programs::program("xtask"));
    command.args(["demo", "--state"]).arg(state).stdin(Stdio::null());
    command
}

/// Starts the demo and waits until it says how to call it.
async fn started(state: &Path) -> Child {
    let output = fs::File::create(state.join("out")).expect("a file");
    let errors = output.try_clone().expect("a file");
    let mut child = demo(state).stdout(output).stderr(errors).spawn().expect("xtask demo");
    let look = || {
        let text = fs::read_to_string(state.join("out")).unwrap_or_default();
        let ended = child.try_wait().expect("a child");
        assert!(ended.is_none(), "the demo ended with {ended:?}:\n{text}");
        async move { text.contains("Ctrl-C stops everything").then_some(()) }
    };
    deadline::until(START_DEADLINE, "the demo", look).await;
    child
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(name).arg(child.id().to_string()).status();
    assert!(status.expect("kill").success());
}

/// The ids of a process' children.
fn children(parent: u32) -> Vec<u32> {
    let output = Command::new("ps").args(["-o", "pid=", "--ppid", &parent.to_string()]).output().expect("ps");
    String::from_utf8_lossy(&output.stdout).split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

async fn all_gone(processes: &[u32]) {
    let look = || {
        let left = processes.iter().filter(|id| is_running(**id)).count();
        async move { (left == 0).then_some(()) }
    };
    deadline::until(STOP_DEADLINE, "the end of all children", look).await;
}

/// A zombie has ended: only its new parent has not noticed yet.
fn is_running(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

fn run_script(script: &str) -> Output {
    Command::new("bash").args(["-euc", script]).stdin(Stdio::null()).output().expect("bash")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::await_holding_lock, reason = "the tests of this file must not overlap, and each has its own runtime")]
async fn the_two_lines_of_the_readme_place_an_order_and_ctrl_c_leaves_nothing() {
    let _ports = ports();
    if ports_are_taken().await {
        return;
    }
    let state = tempfile::tempdir().expect("a temp folder");
    let mut demo = started(state.path()).await;
    let output = run_script(&lines::readme_script());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let order: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {output:?}"));
    assert!(order["id"].is_string() && order["total_cents"].is_u64(), "{order}");
    let processes = children(demo.id());
    assert_eq!(processes.len(), PROGRAMS, "{processes:?}");
    signal(&demo, "-INT");
    let look = || {
        let ended = demo.try_wait().expect("a child");
        async move { ended }
    };
    let (status, _) = deadline::until(STOP_DEADLINE, "the end of the demo", look).await;
    assert!(status.success(), "{status}");
    all_gone(&processes).await;
    for role in ["auth", "inventory", "orders", "portal", "gateway"] {
        assert!(state.path().join("logs").join(format!("{role}.log")).exists(), "no log of {role}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::await_holding_lock, reason = "the tests of this file must not overlap, and each has its own runtime")]
async fn a_killed_demo_takes_its_children_along() {
    let _ports = ports();
    if ports_are_taken().await {
        return;
    }
    let state = tempfile::tempdir().expect("a temp folder");
    let mut demo = started(state.path()).await;
    let processes = children(demo.id());
    assert_eq!(processes.len(), PROGRAMS, "{processes:?}");
    signal(&demo, "-KILL");
    demo.wait().expect("an exit status");
    all_gone(&processes).await;
}

#[tokio::test]
#[expect(clippy::await_holding_lock, reason = "the tests of this file must not overlap, and each has its own runtime")]
async fn a_taken_port_names_the_role_and_starts_nothing() {
    let _ports = ports();
    if ports_are_taken().await {
        return;
    }
    let holder = TcpListener::bind("127.0.0.1:9101").expect("the port of the orders service");
    let state = tempfile::tempdir().expect("a temp folder");
    let output = demo(state.path()).output().expect("xtask demo");
    drop(holder);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("orders service cannot listen on 127.0.0.1:9101"), "{errors}");
    assert_eq!(fs::read_dir(state.path()).expect("the state folder").count(), 0, "nothing was started or written");
}
