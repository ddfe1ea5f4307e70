//! `witgate routes`, `witgate check --explain` and `witgate schema` on the shipped configuration.

use std::fs;
use std::path::Path;

use serde_json::Value;
use witgate_tests::command::{told, witgate};
use witgate_tests::{programs, shipped};

/// Runs it in a folder with the shipped configuration.
fn run(arguments: &[&str]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().expect("a folder");
    shipped::lay_out(folder.path());
    told(&witgate(folder.path(), arguments, ""))
}

fn line<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let found = text.lines().find(|line| line.split_whitespace().next() == Some(name));
    found.unwrap_or_else(|| panic!("no line {name} in\n{text}")).split_whitespace().collect()
}

#[test]
fn the_table_shows_each_route_with_its_policies_and_upstreams() {
    let (text, code) = run(&["routes"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(line(&text, "ROUTE")[..5], ["ROUTE", "HOST", "PATH", "METHODS", "POLICIES"]);
    let order = line(&text, "order").join(" ");
    assert_eq!(order, "order any /orders/{id} GET HEAD jwt > authz > route > stamp orders");
    assert_eq!(line(&text, "login").join(" "), "login any /login POST none auth public");
    assert!(line(&text, "stock").ends_with(&["inventory", "sensitive"]), "{text}");
    let place = |name: &str| text.lines().position(|line| line.split_whitespace().next() == Some(name));
    assert!(place("orders") < place("order") && place("order") < place("portal"), "{text}");
}

#[test]
fn the_document_names_worlds_and_upstreams() {
    let (text, code) = run(&["routes", "--json"]);
    assert_eq!(code, Some(0), "{text}");
    let routes: Vec<Value> = serde_json::from_str(&text).expect("a document");
    let order = routes.iter().find(|route| route["name"] == "order").expect("a route");
    assert_eq!(order["policies"][0], serde_json::json!({ "name": "jwt", "world": "authenticator" }));
    assert_eq!(order["upstreams"], serde_json::json!(["orders"]));
    assert_eq!(order["methods"], serde_json::json!(["GET", "HEAD"]));
}

#[test]
fn the_way_of_a_route_names_who_is_asked_who_may_refuse_and_how_long_it_may_take() {
    let (text, code) = run(&["check", "--explain", "stock"]);
    assert_eq!(code, Some(0), "{text}");
    let digest = jwt_digest();
    let wanted = [
        "Route stock takes PUT at any host for /catalogue/{sku}/stock.",
        "asks the token's issuer whether it is active",
        &format!("1. authenticator jwt: jwt-policy 0.1.0 (sha256 {digest})"),
        "2. authorizer authz: claims-authz 0.1.0",
        "4. filter stamp: header-stamp 0.1.0",
        "is granted nothing beyond its world",
        "may use 5 ms of CPU and 1 s in one call, and 64 MiB",
        "after 10 faults within 10 s it is not asked for 5 s",
        "inventory at http://127.0.0.1:9102: 2 s to connect, 30 s to the head of its answer",
        "with x-identity-subject, from the claim sub",
        "by jwt, authz, route or stamp, with a status and code of their own",
        "where every authorizer leaves it to the next: 403 not_permitted",
    ];
    for words in wanted {
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    }
}

#[test]
fn a_route_that_is_not_there_and_a_file_with_faults_are_exit_2() {
    let (text, code) = run(&["check", "--explain", "absent"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("there is no route \"absent\""), "{text}");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("gateway.toml"), "[limits]\nheaders = \"many\"\n").expect("a file");
    let (text, code) = told(&witgate(folder.path(), &["routes"], ""));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("`headers` must be a whole number"), "{text}");
}

#[test]
fn the_schema_is_the_one_that_the_example_names() {
    let (text, code) = told(&witgate(Path::new("."), &["schema"], ""));
    assert_eq!(code, Some(0));
    assert_eq!(text, fs::read_to_string(programs::root().join("gateway.schema.json")).expect("the schema"));
}

/// As many digits as are shown.
fn jwt_digest() -> String {
    let output = std::process::Command::new("sha256sum").arg(programs::component("jwt_policy")).output();
    String::from_utf8_lossy(&output.expect("sha256sum").stdout).chars().take(12).collect()
}
