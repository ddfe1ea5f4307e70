//! The admin listener: what operators do, and what it changes. Never looks into the crate.

use reqwest::Method;
use serde_json::{Value, json};

use super::both::on_both;
use super::operator::Operator;
use super::service::{Folder, Service};

/// How many signing keys may be in use.
const MOST_KEYS: usize = 20;

on_both!(
    users_are_added_shown_changed_and_disabled,
    what_the_rules_refuse_changes_nothing,
    a_new_password_and_ended_sessions,
    lists_come_in_pages,
    sessions_of_others_are_seen_and_ended,
    keys_are_rotated_and_retired,
    a_signing_key_too_many_is_refused_and_does_no_harm,
);

async fn users_are_added_shown_changed_and_disabled(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let body = json!({ "name": "Bob", "roles": ["customer"], "email": "bob@x.org", "password": "battery staple" });
    let bob = operator.post("/admin/v1/users", &body).await;
    assert_eq!(bob.status, 201, "{bob:?}");
    let path = format!("/admin/v1/users/{}", bob.string("id"));
    let shown = operator.get(&path).await.json();
    assert_eq!(
        (&shown["name"], &shown["tenant"], &shown["email"]),
        (&json!("bob"), &json!("main"), &json!("bob@x.org"))
    );
    assert_eq!(shown, bob.json());
    assert!(!bob.text.contains("argon2"));

    let changed = operator.ask(Method::PATCH, &path, &json!({ "roles": ["staff"], "email": null })).await.json();
    assert_eq!(
        (&changed["roles"], &changed["email"], &changed["tenant"]),
        (&json!(["staff"]), &Value::Null, &json!("main"))
    );
    let changed = operator.ask(Method::PATCH, &path, &json!({ "tenant": "acme" })).await.json();
    assert_eq!((&changed["roles"], &changed["tenant"]), (&json!(["staff"]), &json!("acme")));

    let login = operator.service.login("bob", "battery staple").await;
    let refresh = login.string("refresh_token");
    assert!(login.string("scope").contains("stock:write"), "the new role");
    assert_eq!(operator.post(&format!("{path}/disable"), &Value::Null).await.json(), json!({ "ended": 1 }));
    operator.service.refresh(&refresh).await.is_problem(401, "invalid_grant");
    operator.service.login("bob", "battery staple").await.is_problem(401, "invalid_credentials");
    assert!(operator.get(&path).await.json()["disabled_at"].is_i64());
    assert_eq!(operator.post(&format!("{path}/enable"), &Value::Null).await.status, 204);
    assert_eq!(operator.service.login("bob", "battery staple").await.status, 200);
    for (event, times) in [("user_added", 1), ("user_changed", 2), ("user_disabled", 1), ("user_enabled", 1)] {
        assert_eq!(operator.audited(event).await, times, "{event}");
    }
}

async fn what_the_rules_refuse_changes_nothing(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let user = |name: &str, role: &str, password: &str| json!({ "name": name, "roles": [role], "password": password });
    let mut extra = user("carl", "staff", "a long password");
    extra["is_admin"] = true.into();
    let mut email = user("carl", "staff", "a long password");
    email["email"] = "a\r\nb@c".into();
    let cases = [
        (user("ALICE", "staff", "a long password"), 409, "name_taken"),
        (user("ca rl", "staff", "a long password"), 400, "invalid_request"),
        (user("carl", "root", "a long password"), 400, "invalid_request"),
        (user("carl", "staff", "short"), 400, "password_refused"),
        (extra, 400, "invalid_request"),
        (email, 400, "invalid_request"),
        (json!({}), 400, "invalid_request"),
    ];
    for (body, status, code) in cases {
        operator.post("/admin/v1/users", &body).await.is_problem(status, code);
    }
    let alice = format!("/admin/v1/users/{}", operator.id_of("alice").await);
    for body in [json!({ "roles": ["root"] }), json!({ "name": "x" }), json!({ "email": "x" }), json!({ "tenant": "" })]
    {
        operator.ask(Method::PATCH, &alice, &body).await.is_problem(400, "invalid_request");
    }
    for id in ["nobody", "a%00b", "%FF", "4b0c9a52-3f1e-4b1e-9a3f-0a8a2f1c9b77"] {
        let path = format!("/admin/v1/users/{id}");
        operator.get(&path).await.is_problem(404, "not_found");
        operator.ask(Method::PATCH, &path, &json!({})).await.is_problem(404, "not_found");
        operator.ask(Method::DELETE, &format!("{path}/sessions"), &Value::Null).await.is_problem(404, "not_found");
        for verb in ["disable", "enable"] {
            operator.post(&format!("{path}/{verb}"), &Value::Null).await.is_problem(404, "not_found");
        }
        operator
            .ask(Method::DELETE, &format!("/admin/v1/sessions/{id}"), &Value::Null)
            .await
            .is_problem(404, "not_found");
        operator.post(&format!("/admin/v1/clients/{id}/disable"), &Value::Null).await.is_problem(404, "not_found");
        operator.post(&format!("/admin/v1/keys/{id}/retire"), &Value::Null).await.is_problem(404, "not_found");
    }
    assert_eq!(folder.number("SELECT count(*) FROM users"), 2);
    assert_eq!(operator.audited("user_added").await + operator.audited("user_changed").await, 0);
}

async fn a_new_password_and_ended_sessions(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let path = format!("/admin/v1/users/{}", operator.id_of("alice").await);
    let refresh = operator.service.alice().await;
    let put = async |password: &str| {
        operator.ask(Method::PUT, &format!("{path}/password"), &json!({ "password": password })).await
    };
    put("alice").await.is_problem(400, "password_refused");
    assert_eq!(put("battery staple").await.json(), json!({ "ended": 1 }));
    operator.service.refresh(&refresh).await.is_problem(401, "invalid_grant");
    operator.service.login("alice", "correct horse").await.is_problem(401, "invalid_credentials");
    assert_eq!(operator.service.login("alice", "battery staple").await.status, 200);
    let ended = operator.ask(Method::DELETE, &format!("{path}/sessions"), &Value::Null).await;
    assert_eq!(ended.json(), json!({ "ended": 1 }));
    assert_eq!((operator.audited("password_changed").await, operator.audited("session_ended").await), (1, 2));
    assert!(!folder.log().contains("battery staple"));
}

async fn lists_come_in_pages(folder: Folder) {
    let operator = Operator::start(&folder).await;
    for name in ["bob", "carl", "dora"] {
        operator.add(name, "customer", "battery staple").await;
    }
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("/admin/v1/users?limit=2{after}")).await.json();
        let users = page["users"].as_array().unwrap();
        assert!(users.len() <= 2 && !users.is_empty(), "{page}");
        names.extend(users.iter().map(|user| user["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(names, ["alice", "bob", "carl", "dora", "root"]);
    for query in ["limit=0", "limit=501", "limit=-1", "limit=x", "limit=1&limit=2", "offset=3"] {
        operator.get(&format!("/admin/v1/users?{query}")).await.is_problem(400, "invalid_request");
    }
    let page = operator.get("/admin/v1/audit?limit=1").await.json();
    let second = operator.get(&format!("/admin/v1/audit?limit=1&after={}", page["next"])).await.json();
    assert!(second["entries"][0]["id"].as_i64() > page["entries"][0]["id"].as_i64(), "{page} {second}");
}

async fn sessions_of_others_are_seen_and_ended(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let (first, second) = (operator.service.alice().await, operator.service.alice().await);
    let alice = operator.id_of("alice").await;
    let list = operator.get(&format!("/admin/v1/sessions?user={alice}")).await.json();
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2, "{list}");
    assert!(sessions.iter().all(|session| session["user_name"] == "alice" && session["source"] == "127.0.0.1"));
    assert_eq!(operator.get("/admin/v1/sessions").await.json()["sessions"].as_array().unwrap().len(), 3);
    let path = format!("/admin/v1/sessions/{}", sessions[0]["sid"].as_str().unwrap());
    assert_eq!(operator.ask(Method::DELETE, &path, &Value::Null).await.status, 204);
    operator.ask(Method::DELETE, &path, &Value::Null).await.is_problem(404, "not_found");
    let mut left = vec![operator.service.refresh(&first).await.status, operator.service.refresh(&second).await.status];
    left.sort_unstable();
    assert_eq!(left, [200, 401]);
    assert_eq!((operator.audited("session_ended").await, folder.number("SELECT seq FROM feed")), (1, 1));
}

async fn a_signing_key_too_many_is_refused_and_does_no_harm(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let old = operator.service.kid().await;
    for _ in 1..MOST_KEYS {
        assert_eq!(operator.post("/admin/v1/keys", &json!({})).await.status, 201);
    }
    operator.post("/admin/v1/keys", &json!({})).await.is_problem(409, "too_many_keys");
    let refused = folder.cli(&["keys", "rotate"], "").await;
    assert!(refused.code == 1 && refused.stderr.contains("20 signing keys are in use"), "{}", refused.stderr);
    let listed = folder.cli(&["keys", "list"], "").await;
    assert_eq!((listed.code, listed.stdout.lines().count()), (0, MOST_KEYS), "{}", listed.stderr);
    // What the error advises.
    assert_eq!(folder.cli(&["keys", "rotate", "--now"], "").await.code, 0);
    assert_eq!(folder.number("SELECT count(*) FROM signing_keys WHERE retired_at IS NULL"), 2);
    assert_eq!(folder.cli(&["keys", "retire", &old], "").await.code, 0);
    assert!(operator.service.stop().await.success());
    Service::start(&folder).await;
}

async fn keys_are_rotated_and_retired(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let old = operator.service.kid().await;
    let new = operator.post("/admin/v1/keys", &json!({})).await;
    assert_eq!(new.status, 201, "{new:?}");
    let states = async || {
        let list = operator.get("/admin/v1/keys").await;
        assert!(!list.text.contains("sealed") && !list.text.contains("pkcs8"));
        let keys = list.json()["keys"].as_array().unwrap().clone();
        keys.iter().map(|key| key["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states().await, ["signs", "published"]);
    // The key that signed the operator's own token: the answer is the last one that it opens.
    assert_eq!(operator.post(&format!("/admin/v1/keys/{old}/retire"), &Value::Null).await.status, 204);
    operator.get("/admin/v1/keys").await.is_problem(401, "token_invalid");
    let token = operator.service.login("root", "operators own words").await.string("access_token");
    let operator = Operator { token, ..operator };
    operator.post(&format!("/admin/v1/keys/{old}/retire"), &Value::Null).await.is_problem(404, "not_found");
    assert_eq!(operator.post("/admin/v1/keys", &json!({ "now": true })).await.status, 201);
    // The key that waited left with the one that was retired: a newer one took the place of both.
    assert_eq!((operator.audited("key_added").await, operator.audited("key_retired").await), (3, 2));
    assert_eq!(folder.number("SELECT count(*) FROM revocations WHERE kind = 'key'"), 1);
}
