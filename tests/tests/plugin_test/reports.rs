//! Exit codes, filter, coverage, the document and JUnit. Never a success without a case.

use crate::asked::{Policy, case, command, told};

const RULES: &str = r#"
[[config.rules]]
name = "staff"
effect = "allow"
when = { claim = "roles", contains = "staff" }

[[config.rules]]
name = "no admin"
effect = "deny"
paths = ["/admin/**"]
code = "staff_only"

[[config.rules]]
name = "night watch"
effect = "allow"
paths = ["/night"]

[[case]]
name = "staff pass"
request = { method = "GET", path = "/orders" }
claims = { roles = ["staff"] }
expect = { outcome = "allow" }

[[case]]
name = "nobody else is an admin"
request = { method = "GET", path = "/admin/users" }
expect = { outcome = "refused", status = 403, code = "staff_only", log = ["info denied rule=no admin code=staff_only"] }
"#;

#[test]
fn a_difference_is_told_by_key_with_what_was_read() {
    let wrong = RULES.replace("code = \"staff_only\", log", "code = \"admins_only\", log");
    let told = Policy::new("claims_authz", &wrong).test(&[]);
    assert_eq!(told.code, Some(1));
    told.says(&[
        "PASS  claims-authz  staff pass  [",
        "FAIL  claims-authz  nobody else is an admin  [",
        "\nFAIL  claims-authz  nobody else is an admin\n",
        "  code\n    expected  \"admins_only\"\n    got       \"staff_only\"\n",
        "  it read\n",
        "    claim roles: absent\n",
        "  it logged\n    info denied rule=no admin code=staff_only\n",
        "1 passed, 1 failed in ",
    ]);
    assert!(!told.out.contains('\u{1b}'), "no colours where nobody sees them");
}

#[test]
fn what_no_case_reached_is_told_and_can_be_a_failure() {
    let policy = Policy::new("claims_authz", RULES);
    let shown = policy.test(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.out);
    shown.says(&["not reached  claims-authz  ", "rule \"night watch\"", "2 passed, 0 failed in "]);
    assert!(!shown.out.contains("rule \"staff\"") && !shown.out.contains("\"no admin\""), "{}", shown.out);
    assert_eq!(policy.test(&["--coverage", "require"]).code, Some(1));
    let some = policy.test(&["--filter", "staff", "--coverage", "require"]);
    assert_eq!(some.code, Some(0), "{}", some.out);
    assert!(some.out.contains("1 passed, 0 failed") && !some.out.contains("not reached"), "{}", some.out);
}

#[test]
fn of_very_many_rules_those_that_were_not_tried_are_told() {
    let rule = |number: usize| {
        format!("[[config.rules]]\nname = \"r{number}\"\neffect = \"allow\"\npaths = [\"/r{number}\"]\n")
    };
    let many: String = (0..205).map(rule).collect();
    let policy = Policy::new("claims_authz", &RULES.replacen("[[case]]", &format!("{many}\n[[case]]"), 1));
    let required = policy.test(&["--coverage", "require"]);
    assert_eq!(required.code, Some(1), "{}", required.out);
    required.says(&["not reached  claims-authz  ", "\"r0\"", "not tried, beyond the first 200: rule", "\"r204\""]);
    let report: serde_json::Value = serde_json::from_str(&policy.test(&["--json"]).out).expect("a document");
    let unreached = &report["plugins"][0]["unreached"];
    let [rules, untried] = ["rules", "untried"].map(|key| unreached[key].as_array().expect("a list").len());
    assert!(untried >= 5 && rules + untried == 206, "{unreached}");
}

#[test]
fn the_document_and_junit_say_the_same() {
    let wrong = RULES.replace("outcome = \"allow\"", "outcome = \"abstain\"");
    let policy = Policy::new("claims_authz", &wrong);
    let document = policy.test(&["--json", "--junit", "report.xml"]);
    let report: serde_json::Value = serde_json::from_str(&document.out).expect("a document");
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &1.into()));
    let case = &report["plugins"][0]["cases"][0];
    assert_eq!(case["verdict"], "failed");
    assert_eq!(case["differences"][0], serde_json::json!({"key": "outcome", "expected": "abstain", "got": "allow"}));
    assert_eq!(report["plugins"][0]["unreached"]["rules"], serde_json::json!(["night watch"]));
    let junit = std::fs::read_to_string(policy.folder.path().join("report.xml")).expect("written");
    assert!(
        junit.contains("<testsuite name=\"claims-authz\" tests=\"2\"") && junit.contains("failures=\"1\""),
        "{junit}"
    );
    assert!(
        junit.contains("<testcase name=\"staff pass\"") && junit.contains("expected  &quot;abstain&quot;"),
        "{junit}"
    );
}

#[test]
fn what_cannot_be_asked_is_exit_2_with_the_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.wasm"), b"no component").expect("written");
    let none = told(command(folder.path()).arg("a.wasm"));
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("cases.toml") && none.err.contains("--cases"), "{}", none.err);

    let slip =
        "[[case]]\nname = \"a\"\nrequest = { method = \"GET\", path = \"/\" }\nexpect = { outcome = \"alow\" }\n";
    std::fs::write(folder.path().join("cases.toml"), slip).expect("written");
    let faulty = told(command(folder.path()).arg("a.wasm"));
    assert_eq!(faulty.code, Some(2));
    assert!(faulty.err.contains("line 1, case \"a\", `expect`: \"alow\" is no outcome"), "{}", faulty.err);

    std::fs::write(folder.path().join("cases.toml"), slip.replace("alow", "allow")).expect("written");
    let no_component = told(command(folder.path()).arg("a.wasm"));
    assert_eq!(no_component.code, Some(1), "{}", no_component.out);
    no_component.says(&["FAIL  a  ", "0 passed, 1 failed"]);

    let policy = Policy::new("claims_authz", RULES);
    let unknown = policy.test(&["--filter", "no such case"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("no case has \"no such case\" in its name"), "{}", unknown.err);
}

#[test]
fn what_is_named_is_tested_or_nothing_passes() {
    let policy = Policy::new("claims_authz", RULES);
    for missing in ["no_such.wasm", "no-such-folder"] {
        let told = policy.test(&[missing, "--cases", "cases.toml"]);
        assert_eq!(told.code, Some(2), "{missing}: {}", told.out);
        assert!(
            told.err.contains(&format!("there is no {missing}")) && told.out.is_empty(),
            "{}{}",
            told.out,
            told.err
        );
    }
    let beside = policy.test(&["--workspace", "."]);
    assert_eq!(beside.code, Some(2), "one of both would not be tested: {}", beside.out);

    let config = "[[listeners]]\naddress = \"127.0.0.1:0\"\n[plugins.authz]\nworld = \"authorizer\"\n\
                  file = \"claims_authz.wasm\"\nconfig = { rules = [] }\ncases = \"cases.toml\"\n";
    std::fs::write(policy.folder.path().join("gateway.toml"), config).expect("written");
    let entry = |places: &[&str]| {
        told(command(policy.folder.path()).args(["--config", "gateway.toml", "--plugin", "authz"]).args(places))
    };
    assert_eq!(entry(&[]).code, Some(0), "{}", entry(&[]).err);
    assert_eq!(entry(&["claims_authz.wasm"]).code, Some(0));
    let two = entry(&["claims_authz.wasm", "other.wasm"]);
    assert!(two.code == Some(2) && two.err.contains("name one folder or component"), "{}", two.err);
    let here = entry(&["."]);
    assert!(here.code == Some(2) && here.out.is_empty(), "this folder holds no policy: {}{}", here.out, here.err);
}

#[test]
fn a_matrix_is_one_line_for_each_case() {
    let cases =
        case("{who} may", "x-attack", "{who}", "expect = { outcome = \"allow\" }\n[case.matrix]\nwho = [\"a\", \"b\"]");
    let told = Policy::new("guest_hostile_authorizer", &cases).test(&[]);
    told.says(&[
        "PASS  guest-hostile-authorizer  a may",
        "PASS  guest-hostile-authorizer  b may",
        "2 passed, 0 failed",
    ]);
}
