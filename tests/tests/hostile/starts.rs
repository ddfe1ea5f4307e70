//! Attacks before the first request: while a component is instantiated, described or configured. Each is refused where
//! it is loaded, with plugin, limit and value in words, and what serves goes on serving. Never judges a time.

use std::process::Command;
use std::time::Duration;

use witgate_tests::alone::lay_out;
use witgate_tests::component::{Delivery, deliver};
use witgate_tests::trial::host::clients::{Ask, Clients};
use witgate_tests::trial::host::ground::{self, Ground};
use witgate_tests::{Mint, deadline, programs};

use crate::raw::{LOOP, Raw};

/// The limits of every plugin here: a start that never ends is over soon.
const LIMITS: &str = "limits = { start-cpu-ms = 50 }";

/// How long a reload may take until it is refused, on a busy machine.
const REFUSAL_DEADLINE: Duration = Duration::from_secs(30);

/// An upstream that nobody asks.
const NOBODY: &str = "http://127.0.0.1:9";

/// Clients that ask while a component attacks its start.
const BYSTANDERS: usize = 4;

const TOO_LONG: &str = "used more than start-cpu-ms = 50 in one start";
const TOO_MUCH_MEMORY: &str = "used more than memory-bytes = 67108864 in one instance";
/// The pool cannot hold it either; it then lies outside, and meets the limit there.
const TOO_LARGE_TABLE: &str = "used more than table-elements = 20000 in one table";
const TOO_MANY_PARTS: &str = "used more than instances = 32 in one instance";
const TOO_DEEP: &str = "used more than stack-bytes = 524288 in one instance";

const NOTHING: Raw = Raw { parts: "", module: "", describe: "", configure: "", authorize: "" };

/// Thirty-three instances of a module with nothing in it.
const MANY_INSTANCES: &str = "(core module $empty)
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))
    (core instance (instantiate $empty)) (core instance (instantiate $empty)) (core instance (instantiate $empty))";

/// Grows a memory of its own until it is refused, and then gives up.
const GROWING: &str = "(core module $bomb (memory 1) (func $grow
        (loop $more (br_if $more (i32.ne (memory.grow (i32.const 64)) (i32.const -1)))) (unreachable)) (start $grow))
    (core instance (instantiate $bomb))";

const STARTS: [(&str, Raw, &str); 10] = [
    ("loop-in-start", Raw { module: "(func $begin (loop $on (br $on))) (start $begin)", ..NOTHING }, TOO_LONG),
    ("loop-in-describe", Raw { describe: LOOP, ..NOTHING }, TOO_LONG),
    ("loop-in-configure", Raw { configure: LOOP, ..NOTHING }, TOO_LONG),
    (
        "memory-at-once",
        Raw { parts: "(core module $bomb (memory 2000)) (core instance (instantiate $bomb))", ..NOTHING },
        TOO_MUCH_MEMORY,
    ),
    ("memory-in-start", Raw { parts: GROWING, ..NOTHING }, TOO_MUCH_MEMORY),
    (
        "table-at-once",
        Raw { parts: "(core module $bomb (table 30000 funcref)) (core instance (instantiate $bomb))", ..NOTHING },
        TOO_LARGE_TABLE,
    ),
    ("many-parts", Raw { parts: MANY_INSTANCES, ..NOTHING }, TOO_MANY_PARTS),
    ("stack-in-configure", Raw { module: "(func $dive (call $dive))", configure: "(call $dive)", ..NOTHING }, TOO_DEEP),
    ("trap-in-start", Raw { module: "(func $begin unreachable) (start $begin)", ..NOTHING }, "trapped: "),
    ("bad-answer-to-configure", Raw { configure: "(return (i32.const 2147483640))", ..NOTHING }, "out of bounds"),
];

#[tokio::test]
async fn every_attack_on_the_start_is_refused_in_words() {
    let mint = Mint::serve().await;
    let mut wrong = Vec::new();
    for (name, raw, words) in STARTS {
        let said = check(&mint, name, &raw.component());
        let told = said.contains(&format!("plugin `{name}`")) && said.contains(words);
        if !told {
            wrong.push(format!("{name}: not {words:?} but {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_component_of_this_test_starts_without_an_attack() {
    let text = ground::plugin("raw", "authorizer", "raw", LIMITS) + &ground::route("raw", &["raw"]);
    let ground = Ground::start(&text, &[("raw", NOTHING.component())]).await;
    assert_eq!(ground.ask(&Ask::of("raw.test")).await.0, 200);
}

/// Three memories and four tables: odd, and no attack.
const SEVERAL: &str = "(core module $odd (memory 1) (memory 1) (memory 1)
        (table 10 funcref) (table 10 funcref) (table 10 funcref) (table 10 funcref))
    (core instance (instantiate $odd))";

#[tokio::test]
async fn a_component_with_several_memories_serves_like_any_other() {
    let limits = "isolation = \"request\"";
    let text = ground::plugin("odd", "authorizer", "odd", limits) + &ground::route("odd", &["odd"]);
    let odd = Raw { parts: SEVERAL, ..NOTHING };
    let ground = Ground::start(&text, &[("odd", odd.component())]).await;
    for _ in 0..20 {
        assert_eq!(ground.ask(&Ask::of("odd.test")).await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_to_a_component_that_attacks_its_start_changes_nothing() {
    let text = ground::plugin("raw", "authorizer", "raw", LIMITS) + &ground::route("raw", &["raw"]);
    let ground = Ground::start(&text, &[("raw", NOTHING.component())]).await;
    let bystanders = Clients::start(ground.gateway.url(), &Ask::of("raw.test"), BYSTANDERS, None);
    let file = ground.gateway.folder().join("plugins/raw.wasm");
    let mut refusals = Vec::new();
    for (_, raw, words) in STARTS {
        deliver(&file, &raw.component(), Delivery::Rename);
        let look = async || {
            let refusal = ground.gateway.generations().await["last_refusal"].to_string();
            (refusal.contains(words) && refusals.last() != Some(&refusal)).then_some(refusal)
        };
        refusals.push(deadline::until(REFUSAL_DEADLINE, words, look).await.0);
    }
    let met = bystanders.finish().await;
    assert_eq!(met.errors(), 0, "{:?} {:?}", met.statuses, met.failures);
    assert_eq!(ground.gateway.generations().await["current"]["number"], 1);
}

/// What `witgate check` says of a gateway.toml with this component; it must refuse it.
fn check(mint: &Mint, name: &str, component: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let text = ground::plugin(name, "authorizer", name, LIMITS) + &ground::route(name, &[name]);
    lay_out(folder.path(), &ground::written(mint, NOBODY, NOBODY, &text), &[(name, component.to_vec())]);
    let mut command = Command::new(programs::program("witgate"));
    let output = command.args(["check", "--config", "gateway.toml"]).current_dir(folder.path()).output();
    let output = output.expect("witgate runs");
    assert_eq!(output.status.code(), Some(2), "{name} was accepted");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
