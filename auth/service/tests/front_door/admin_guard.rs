//! Who may administer: every route of the admin listener, with every lack of a right; and that somebody always may. Never
//! a list of routes that somebody has to keep: the routes come from the OpenAPI document.

use reqwest::Method;
use serde_json::{Value, json};

use super::both::on_both;
use super::openapi::operations;
use super::operator::Operator;
use super::service::{Folder, Service};

on_both!(
    every_route_needs_the_scope,
    a_role_that_is_taken_away_counts_no_more_at_once,
    the_last_operator_stays,
    of_two_who_disable_each_other_one_stays,
);

async fn every_route_needs_the_scope(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let customer = operator.service.login("alice", "correct horse").await.string("access_token");
    let document = operator.ask_with(None, Method::GET, "/openapi.json", "").await.json();
    let mut guarded = 0;
    for (method, path) in operations(&document) {
        if path == "/openapi.json" {
            continue;
        }
        guarded += 1;
        let path = path.replace("{id}", &operator.id).replace("{sid}", "x").replace("{kid}", "x");
        let ask = async |token: Option<&str>| operator.ask_with(token, method.clone(), &path, "{}").await;
        let missing = ask(None).await;
        assert_eq!(missing.headers["www-authenticate"], "Bearer", "{method} {path}");
        missing.is_problem(401, "token_missing");
        ask(Some("x.y.z")).await.is_problem(401, "token_invalid");
        let lacking = ask(Some(&customer)).await;
        let challenge = lacking.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains("insufficient_scope") && challenge.contains("auth:admin"), "{challenge}");
        lacking.is_problem(403, "insufficient_scope");
    }
    assert!(guarded >= 17, "{guarded} routes");
    let events = "SELECT count(*) FROM audit WHERE event NOT IN ('user_added', 'login_succeeded', 'key_added')";
    assert_eq!(folder.number(events), 0, "nothing was done");
    for path in ["/login", "/sessions", "/revocations", "/admin", "/admin/v1/"] {
        operator.ask_with(None, Method::POST, path, "{}").await.is_problem(404, "not_found");
    }
    operator.service.get("/admin/v1/users").await.is_problem(404, "not_found");
}

async fn a_role_that_is_taken_away_counts_no_more_at_once(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let second = operator.add("second", "operator", "battery staple").await;
    let token = operator.service.login("second", "battery staple").await.string("access_token");
    let list = async || operator.ask_with(Some(&token), Method::GET, "/admin/v1/users", "").await;
    assert_eq!(list().await.status, 200);
    let path = format!("/admin/v1/users/{second}");
    assert_eq!(operator.ask(Method::PATCH, &path, &json!({ "roles": ["staff"] })).await.status, 200);
    list().await.is_problem(403, "insufficient_scope");
    // A role that comes later does not widen a token that is out.
    let staff = operator.service.login("second", "battery staple").await.string("access_token");
    assert_eq!(operator.ask(Method::PATCH, &path, &json!({ "roles": ["operator"] })).await.status, 200);
    operator.ask_with(Some(&staff), Method::GET, "/admin/v1/users", "").await.is_problem(403, "insufficient_scope");
    assert_eq!(operator.post(&format!("{path}/disable"), &Value::Null).await.status, 200);
    list().await.is_problem(401, "token_invalid");
}

async fn the_last_operator_stays(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let path = format!("/admin/v1/users/{}", operator.id);
    let disable = format!("{path}/disable");
    let second = operator.add("second", "operator", "battery staple").await;
    assert_eq!(operator.post(&format!("/admin/v1/users/{second}/disable"), &Value::Null).await.status, 200);
    operator.post(&disable, &Value::Null).await.is_problem(409, "last_operator");
    for roles in [json!([]), json!(["staff"])] {
        operator.ask(Method::PATCH, &path, &json!({ "roles": roles })).await.is_problem(409, "last_operator");
    }
    let both = json!({ "roles": ["staff", "operator"], "tenant": "acme" });
    assert_eq!(operator.ask(Method::PATCH, &path, &both).await.status, 200, "the right stays");
    assert_eq!(operator.get(&path).await.json()["disabled_at"], Value::Null);
    let done = folder.cli(&["user", "disable", "root"], "").await;
    assert_eq!(done.code, 0, "the command line may: {}", done.stderr);
}

async fn of_two_who_disable_each_other_one_stays(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let second = operator.add("second", "operator", "battery staple").await;
    let other = operator.service.login("second", "battery staple").await.string("access_token");
    let (root, second) = (disable_path(&operator.id), disable_path(&second));
    let (one, two) = tokio::join!(
        operator.ask_with(Some(&operator.token), Method::POST, &second, ""),
        operator.ask_with(Some(&other), Method::POST, &root, ""),
    );
    // The slower one is refused as the last, or as one who may nothing any more.
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && [401, 409].contains(&statuses[1]), "{one:?} {two:?}");
    let enabled = "SELECT count(*) FROM users WHERE disabled_at IS NULL AND roles LIKE '%operator%'";
    assert_eq!(folder.number(enabled), 1);
}

fn disable_path(id: &str) -> String {
    format!("/admin/v1/users/{id}/disable")
}

#[tokio::test]
async fn without_the_section_there_is_no_admin_listener() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    assert!(service.admin_url.is_none());
    service.get("/admin/v1/users").await.is_problem(404, "not_found");
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_with_the_place() {
    let folder = Folder::with_alice().await;
    let operator = Operator::start(&folder).await;
    let taken = operator.service.admin_url.clone().unwrap();
    let other = Folder::new();
    other.configure(&format!("\n[admin]\nlisten = \"{}\"\n", taken.strip_prefix("http://").unwrap()));
    let done = other.cli(&["run"], "").await;
    assert!(done.code == 2 && done.stderr.contains("in [admin]"), "{}", done.stderr);
    assert!(operator.service.stop().await.success(), "both listeners stop");
}
