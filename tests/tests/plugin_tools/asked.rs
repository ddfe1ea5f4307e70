//! `witgate plugin run`: one request on the command line, what the policy read and decided, and the case it makes.

use std::fs;

use serde_json::{Value, json};
use witgate_tests::command::{told, witgate};
use witgate_tests::programs;

const SETTINGS: &str = r#"{"rules":[{"name":"staff","effect":"allow","when":{"claim":"roles","contains":"staff"}}]}"#;

/// Runs it in a folder with one component.
fn run(component: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("{component}.wasm");
    fs::copy(programs::component(component), folder.path().join(&file)).expect("a copied component");
    told(&witgate(folder.path(), &[&["plugin", "run", &file], arguments].concat(), ""))
}

#[track_caller]
fn says(found: &(String, Option<i32>), code: i32, wanted: &[&str]) {
    assert_eq!(found.1, Some(code), "{}", found.0);
    for words in wanted {
        assert!(found.0.contains(words), "`{words}` is not in\n{}", found.0);
    }
}

#[test]
fn a_request_shows_what_was_read_and_what_was_decided() {
    let staff = run("claims_authz", &["GET", "/orders/1", "--claim", "roles=[\"staff\"]", "--settings", SETTINGS]);
    says(
        &staff,
        0,
        &["claims-authz 0.1.0", "GET /orders/1", "read claim roles: staff", "answer {\"outcome\":\"allow\"}"],
    );
    assert!(!staff.0.contains("us of CPU"), "{}", staff.0);
    let other = run("claims_authz", &["/orders/1", "--claim", "roles=[]", "--settings", SETTINGS, "--cost"]);
    says(&other, 0, &["\"outcome\":\"refused\"", "\"status\":403", "us of CPU"]);
}

#[test]
fn the_same_request_is_a_case_that_holds() {
    let given =
        ["GET", "/orders/1?a=b", "--claim", "roles=[\"staff\"]", "-H", "x-a: 1", "--settings", SETTINGS, "--as-case"];
    let (text, code) = run("claims_authz", &given);
    assert_eq!(code, Some(0), "{text}");
    let file: toml::Table = toml::from_str(&text).expect("a case");
    let case = serde_json::to_value(&file["case"][0]).expect("JSON");
    assert_eq!(case["expect"], json!({ "outcome": "allow" }));
    assert_eq!(case["request"]["query"], json!({ "a": "b" }));
    assert_eq!(case["config"]["rules"][0]["name"], "staff");
}

#[test]
fn an_id_past_63_bits_is_itself_or_nobody() {
    let asked = |id: &str| {
        let claim = format!("uid={id}");
        run("rate_key", &["GET", "/", "--claim", &claim, "--settings", r#"{"from":[{"claim":"uid"}]}"#])
    };
    for id in ["18446744073709551615", "18446744073709551001"] {
        says(&asked(id), 0, &[&format!("claim:uid={id}")]);
    }
    says(&asked("18446744073709551616"), 0, &["rate_key_missing"]);
}

#[test]
fn a_path_that_no_policy_is_asked_about_is_refused_with_the_reason() {
    for (path, why) in [
        ("/public/../admin", "a dot segment, and the gateway answers 400"),
        ("//admin", "an empty segment"),
        ("/admin%2Fx", "an encoded slash"),
        ("/%61dmin", "the gateway makes `/admin` of it"),
    ] {
        says(&run("claims_authz", &["GET", path, "--settings", SETTINGS]), 2, &[why]);
    }
}

#[test]
fn a_credential_is_neither_shown_nor_written_into_a_case() {
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    let header = format!("authorization: Bearer {token}");
    for more in [&[][..], &["--as-case"], &["--json"]] {
        let given = [&["GET", "/", "-H", header.as_str(), "--settings", SETTINGS], more].concat();
        let (text, _) = run("claims_authz", &given);
        assert!(!text.contains(token), "{more:?}\n{text}");
    }
}

#[test]
fn an_authenticator_verifies_the_token_that_is_made_up() {
    let settings = r#"{"profiles":["main"]}"#;
    let claims = r#"{"iss":"https://id","sub":"alice","aud":"witgate"}"#;
    let given = ["GET", "/", "--issuer", "main=https://id", "--token-claims", claims, "--settings", settings];
    says(&run("jwt_policy", &given), 0, &["verified the token under main: verified", "\"outcome\":\"authenticated\""]);
    let without = run("jwt_policy", &["GET", "/", "--issuer", "main=https://id", "--settings", settings]);
    says(&without, 0, &["\"outcome\":\"refused\"", "\"status\":401"]);
}

#[test]
fn a_filter_is_asked_about_a_response() {
    let settings = r#"{"response":{"set":{"x-content-type-options":{"value":"nosniff"}}}}"#;
    let found = run("header_stamp", &["GET", "/", "--status", "200", "--settings", settings, "--json"]);
    assert_eq!(found.1, Some(0), "{}", found.0);
    let ran: Value = serde_json::from_str(&found.0).expect("a document");
    assert_eq!(ran["answer"]["outcome"], "response");
    assert_eq!(ran["answer"]["set"], json!({ "x-content-type-options": "nosniff" }));
}

#[test]
fn a_policy_that_breaks_is_exit_1_and_what_makes_no_request_is_exit_2() {
    let broken = run("guest_hostile_authorizer", &["GET", "/", "-H", "x-attack: trap"]);
    says(&broken, 1, &["fault trap"]);
    says(&run("claims_authz", &["GET", "orders"]), 2, &["is no path"]);
    says(&run("claims_authz", &["GET", "/", "-H", "x-a"]), 2, &["NAME: VALUE"]);
    says(&run("claims_authz", &["GET", "/", "--settings", "{}", "--clock", "noon"]), 2, &["--clock"]);
    says(&run("claims_authz", &["GET", "/", "--settings", "{\"rules\":7}"]), 1, &["refuses its configuration"]);
}
