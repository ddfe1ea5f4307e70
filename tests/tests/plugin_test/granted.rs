//! What an entry may grant, as a case says it. Never this machine's clock, chance, variables, memory or network.

use crate::asked::{Policy, case, command, told};

/// The guest logs what it got.
fn cases() -> String {
    let asks = |name: &str, ask: &str, got: &str, given: &str| {
        let expect =
            format!("expect = {{ outcome = \"refused\", code = \"granted\", log = [\"info granted got={got}\"] }}");
        case(name, "x-ask", ask, &format!("{given}\n{expect}"))
    };
    asks("the time", "clock", "1795770000", "clock = \"2026-11-27T09:00:00Z\"")
        // The first number of SplitMix64 for this seed.
        + &asks("chance", "random", "63cbe1e459320dd7", "seed = 7")
        + &asks("a variable", "env REGION", "eu", "environment = { REGION = \"eu\" }")
        + &asks("no variable", "env REGION", "absent", "")
        + &asks("an entry", "get k", "v", "store = { k = \"v\" }")
        + &asks("no entry", "get k", "absent", "")
        + &asks("a count", "count n", "Ok(42)", "store = { n = \"41\" }")
        + &asks("an answer", "http GET https://a.test/x", "200 gold", "answers = [{ url = \"https://a.test/x\", body = \"gold\" }]")
        + &asks("no answer", "http GET https://b.test/", "Timeout", "answers = [{ url = \"https://b.test/\", fails = \"timeout\" }]")
        + &asks("nobody", "http GET https://c.test/", "Denied", "")
}

#[test]
fn a_case_is_the_whole_world_of_a_component() {
    let told = Policy::new("guest_granted", &cases()).test(&["--json"]);
    assert_eq!(told.code, Some(0), "{}{}", told.out, told.err);
    let report: serde_json::Value = serde_json::from_str(&told.out).expect("a document");
    let plugin = &report["plugins"][0];
    let granted = plugin["granted"].as_array().expect("a list");
    assert!(granted.contains(&"clock".into()) && granted.contains(&"environment REGION".into()), "{granted:?}");
    let read = |name: &str, what: &str| {
        let cases = plugin["cases"].as_array().expect("cases");
        let case = cases.iter().find(|case| case["name"] == name).expect(name);
        let reads = case["reads"].as_array().expect("reads");
        let read = reads.iter().find(|read| read["what"] == what).unwrap_or_else(|| panic!("{what} in {reads:?}"));
        read["value"].as_str().unwrap_or("absent").to_owned()
    };
    assert_eq!(read("the time", "clock"), "1795770000");
    assert_eq!(read("a variable", "environment"), "eu");
    assert_eq!(read("an entry", "store"), "v");
    assert_eq!(read("a count", "store"), "42");
    assert_eq!(read("an answer", "http"), "200");
    assert!(read("no answer", "http").contains("timeout") && read("nobody", "http").contains("denied"));
}

#[test]
fn what_an_entry_does_not_grant_no_case_can_give() {
    let policy = Policy::new("guest_granted", &cases());
    let folder = policy.folder.path();
    let gateway = "[[listeners]]\naddress = \"127.0.0.1:0\"\n\
        [plugins.one]\nworld = \"authorizer\"\nfile = \"guest_granted.wasm\"\ncases = \"cases.toml\"\n\
        grants = { store = { name = \"s\" }, http = { hosts = [\"a.test\", \"b.test\", \"c.test\"] }, random = true }\n";
    std::fs::write(folder.join("gateway.toml"), gateway).expect("written");
    let told = told(command(folder).args(["--config", "gateway.toml", "--plugin", "one"]));
    assert_eq!(told.code, Some(1), "{}{}", told.out, told.err);
    told.says(&[
        "FAIL  one  the time",
        "PASS  one  chance",
        "FAIL  one  a variable",
        "PASS  one  an entry",
        "called `wasi:clocks/wall-clock#now`, which is not granted: add clock = true",
        "the case gives the variable `REGION`, which the entry does not grant",
        "8 passed, 2 failed in ",
    ]);
}
