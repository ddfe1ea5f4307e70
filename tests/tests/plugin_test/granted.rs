//! What an entry may grant, as a case says it. Never this machine's clock, chance, variables, memory or network.

use witgate_tests::programs;

use crate::asked::{Policy, case, command, told};

/// The guest denies with what it got as the message, which a case does not see, so each case asks for what decides. The SDK's
/// mock is asked the same file in `tests/guests/granted`.
fn cases() -> String {
    let denied = "expect = { outcome = \"refused\", code = \"granted\" }";
    let asks = |name: &str, ask: &str, given: &str| case(name, "x-ask", ask, &format!("{given}\n{denied}"));
    asks("the time", "clock", "clock = \"2026-11-27T09:00:00Z\"")
        + &asks("chance", "random", "seed = 7")
        + &asks("a variable", "env REGION", "environment = { REGION = \"eu\" }")
        + &asks("an entry", "get k", "store = { k = \"v\" }")
        + &asks("a count", "count n", "store = { n = \"41\" }")
        + &asks("an answer", "http GET https://a.test/x", "answers = [{ url = \"https://a.test/x\", body = \"gold\" }]")
        + &asks(
            "no answer",
            "http GET https://b.test/",
            "answers = [{ url = \"https://b.test/\", fails = \"timeout\" }]",
        )
        + &asks("nobody", "http GET https://c.test/", "")
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
    assert_eq!(read("no answer", "http"), "Error::Timeout");
    assert_eq!(read("nobody", "http"), "Error::Denied");
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
        "6 passed, 2 failed in ",
    ]);
    assert!(programs::component("guest_granted").exists());
}
