//! `witgate plugin inspect` and `witgate plugin check` on real components, good and bad.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;
use witgate_tests::command::{told, witgate};
use witgate_tests::{programs, shipped};

/// A config that claims-authz takes.
const SETTINGS: &str = r#"{"rules":[{"name":"all","effect":"allow"}]}"#;

/// A folder with components, and one run there.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// With a built component under a name of its own.
    fn with(self, component: &str) -> Self {
        let name = self.0.path().join(format!("{component}.wasm"));
        fs::copy(programs::component(component), name).expect("a copied component");
        self
    }

    fn with_file(self, name: &str, content: &[u8]) -> Self {
        fs::write(self.0.path().join(name), content).expect("a written file");
        self
    }

    fn run(&self, arguments: &[&str]) -> (String, Option<i32>) {
        told(&witgate(self.0.path(), &[&["plugin"], arguments].concat(), ""))
    }

    /// What must be in the text, and the exit code.
    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32, wanted: &[&str]) -> String {
        let (text, found) = self.run(arguments);
        assert_eq!(found, Some(code), "{text}");
        for words in wanted {
            assert!(text.contains(words), "`{words}` is not in\n{text}");
        }
        text
    }
}

#[test]
fn a_component_is_told_by_its_name_imports_and_config() {
    let bench = Bench::new().with("claims_authz");
    let wanted = [
        "claims-authz 0.1.0",
        "authorizer",
        "witgate:policy@0.2.0",
        "witgate:policy/claims@0.2.0",
        "nothing beyond its world",
        "rules[].effect",
        "\"allow\" or \"deny\"",
    ];
    let text = bench.says(&["inspect", "claims_authz.wasm"], 0, &wanted);
    let digest = text.lines().find_map(|line| line.strip_prefix("sha256")).expect("a digest").trim();
    assert_eq!(digest.len(), 64, "{text}");
}

#[test]
fn the_document_has_the_schema_that_the_schema_alone_is() {
    let bench = Bench::new().with("claims_authz");
    let (text, code) = bench.run(&["inspect", "claims_authz.wasm", "--json"]);
    assert_eq!(code, Some(0), "{text}");
    let found: Value = serde_json::from_str(&text).expect("a document");
    assert_eq!(
        (&found["name"], &found["world"], &found["grants"]),
        (&json!("claims-authz"), &json!("authorizer"), &json!([]))
    );
    let (text, code) = bench.run(&["inspect", "claims_authz.wasm", "--schema"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(serde_json::from_str::<Value>(&text).expect("a schema"), found["config_schema"]);
}

#[test]
fn what_needs_a_grant_says_which() {
    let wanted = ["store = { name = \"NAME\" }", "http = { hosts = [\"HOST:443\"] }", "works with grants.clock = true"];
    Bench::new().with("guest_granted").says(&["inspect", "guest_granted.wasm"], 0, &wanted);
}

#[test]
fn what_is_no_policy_is_told_so() {
    let bench = Bench::new().with_file("module.wasm", b"\0asm\x01\0\0\0").with_file("text.wasm", b"hello");
    bench.says(&["inspect", "module.wasm"], 2, &["module.wasm"]);
    bench.says(&["inspect", "text.wasm"], 2, &["text.wasm"]);
    bench.says(&["inspect", "absent.wasm"], 2, &["absent.wasm"]);
    let socket = wat::parse_str(
        r#"(component (import "wasi:sockets/tcp@0.2.6" (instance))
            (instance $role) (export "witgate:policy/authorizer@0.2.0" (instance $role)))"#,
    );
    let bench = bench.with_file("socket.wasm", &socket.expect("well-formed text"));
    bench.says(&["inspect", "socket.wasm"], 1, &["! wasi:sockets/tcp@0.2.6", "fault:"]);
    bench.says(&["check", "socket.wasm"], 1, &["FAIL imports", "no plugin gets a socket", "1 check failed"]);
    bench.says(&["check", "module.wasm"], 1, &["FAIL component"]);
}

#[test]
fn a_good_component_with_a_good_config_would_be_taken() {
    let wanted = [
        "ok   world     authorizer",
        "ok   imports   types, request, claims, log",
        "ok   limits",
        "the gateway would take it",
    ];
    Bench::new().with("claims_authz").says(&["check", "claims_authz.wasm", "--settings", SETTINGS], 0, &wanted);
}

#[test]
fn a_config_is_held_against_the_schema_and_configure() {
    let bench = Bench::new().with("claims_authz");
    let wrong = r#"{"rules":[{"name":"all","effect":"hush-hush"}]}"#;
    let text = bench.says(&["check", "claims_authz.wasm", "--settings", wrong], 1, &["FAIL config", "rules[0]"]);
    assert!(!text.contains("hush-hush"), "a config's value is shown:\n{text}");
    let unknown = r#"{"ruels":[]}"#;
    bench.says(&["check", "claims_authz.wasm", "--settings", unknown], 1, &["FAIL config", "did you mean `rules`?"]);
    let text = bench.says(&["check", "claims_authz.wasm"], 0, &["skip config", "--settings"]);
    assert!(text.contains("the gateway would take it"), "{text}");
}

#[test]
fn an_entry_without_a_grant_or_with_a_limit_too_low_is_told_with_the_line_to_write() {
    let gateway = "[[listeners]]\naddress = \"127.0.0.1:0\"\n\
        [plugins.bare]\nworld = \"authorizer\"\nfile = \"guest_granted.wasm\"\n\
        [plugins.small]\nworld = \"authorizer\"\nfile = \"claims_authz.wasm\"\nlimits = { memory-bytes = 65536 }\n\
        [plugins.other]\nworld = \"router\"\nfile = \"claims_authz.wasm\"\n\
        [plugins.idle]\nworld = \"authorizer\"\nfile = \"claims_authz.wasm\"\nconfig = { rules = [] }\ngrants = { clock = true }\n";
    let bench = Bench::new().with("guest_granted").with("claims_authz").with_file("gateway.toml", gateway.as_bytes());
    bench.says(&["check", "--plugin", "bare"], 1, &["FAIL imports", "add below [plugins.bare.grants]: store = {"]);
    bench.says(&["check", "--plugin", "small"], 1, &["FAIL", "memory-bytes"]);
    bench.says(&["check", "--plugin", "other"], 1, &["FAIL world", "correct `world`"]);
    bench.says(&["check", "--plugin", "idle"], 0, &["note imports", "take `clock` out of its grants"]);
    bench.says(&["check", "--plugin", "absent"], 2, &["has no plugin \"absent\"", "its plugins"]);
}

/// The check must find what the guard is for: an authenticator that lets a forged token in.
#[test]
fn an_authenticator_that_lets_anybody_in_fails_the_corpus() {
    let bench = Bench::new().with("jwt_policy").with("guest_liar");
    let settings = r#"{"profiles":["main"]}"#;
    bench.says(&["check", "jwt_policy.wasm", "--settings", settings], 0, &["ok   refusals"]);
    bench.says(&["check", "guest_liar.wasm", "--settings", r#"{"always":true}"#], 1, &["FAIL refusals"]);
}

#[test]
fn every_shipped_entry_passes() {
    let folder = tempfile::tempdir().expect("a folder");
    shipped::lay_out(folder.path());
    for plugin in ["jwt", "authz", "route", "stamp"] {
        let (text, code) = told(&witgate(folder.path(), &["plugin", "check", "--plugin", plugin, "--json"], ""));
        assert_eq!(code, Some(0), "{text}");
        let checked: Value = serde_json::from_str(&text).expect("a document");
        assert_eq!(checked["plugin"], plugin);
        let outcomes: Vec<&Value> =
            checked["findings"].as_array().expect("findings").iter().map(|one| &one["outcome"]).collect();
        assert!(outcomes.iter().all(|outcome| *outcome != "failed"), "{text}");
    }
}
