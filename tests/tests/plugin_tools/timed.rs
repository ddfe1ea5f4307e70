//! `witgate plugin bench`: that it measures every case, and that a baseline catches a policy that grew slower. Never a limit on
//! how fast this machine is.

use std::fs;
use std::path::Path;

use serde_json::Value;
use witgate_tests::command::{told, witgate};
use witgate_tests::programs;

const CASES: &str = "
[config]
rules = [{ name = \"all\", effect = \"allow\" }]
[[case]]
name = \"anybody\"
request = { method = \"GET\", path = \"/\" }
expect = { outcome = \"allow\" }
";

fn bench(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let given = ["plugin", "bench", "claims_authz.wasm", "--cases", "cases.toml"];
    told(&witgate(folder, &[&given, arguments].concat(), ""))
}

#[test]
fn a_saved_measurement_is_a_baseline_for_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(programs::component("claims_authz"), folder.path().join("claims_authz.wasm")).expect("a copied component");
    fs::write(folder.path().join("cases.toml"), CASES).expect("a written file");
    let (text, code) = bench(folder.path(), &["--save", "then.json"]);
    assert_eq!(code, Some(0), "{text}");
    for words in ["claims-authz 0.1.0 (authorizer), 1 cases", "warm call", "fresh instance", "reference call"] {
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    }
    let saved = folder.path().join("then.json");
    let mut then: Value = serde_json::from_str(&fs::read_to_string(&saved).expect("a file")).expect("a document");
    assert!(then["warm"]["by_reference"].as_f64() > Some(0.0) && then["memory_bytes"].as_u64() > Some(0), "{then}");
    // Ten times what it is: no machine is so uneven.
    let (text, code) = bench(folder.path(), &["--baseline", "then.json", "--threshold", "900%"]);
    assert_eq!(code, Some(0), "{text}");
    let halved = then["bytes"].as_u64().expect("a size") / 2;
    then["bytes"] = halved.into();
    fs::write(&saved, then.to_string()).expect("a written file");
    let (text, code) = bench(folder.path(), &["--baseline", "then.json", "--threshold", "90"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("component") && text.contains("PAST THE THRESHOLD"), "{text}");
    then["build"] = "another".into();
    fs::write(&saved, then.to_string()).expect("a written file");
    let (text, code) = bench(folder.path(), &["--baseline", "then.json"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--save"), "{text}");
}

#[test]
fn a_case_that_breaks_the_policy_is_told_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(programs::component("claims_authz"), folder.path().join("claims_authz.wasm")).expect("a copied component");
    let wrong = CASES.replace("\"GET\"", "\"G E T\"");
    fs::write(folder.path().join("cases.toml"), wrong).expect("a written file");
    let (text, code) = bench(folder.path(), &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("\"anybody\""), "{text}");
}
