//! The audit log from outside: pages, the NDJSON stream, and the command line. Never takes a part for all of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::both::on_both;
use super::operator::Operator;
use super::service::Folder;

on_both!(the_export_is_the_whole_log_in_order, every_change_names_who_made_it);

/// More than two pages of the export.
const ROWS: usize = 1_100;

async fn the_export_is_the_whole_log_in_order(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let insert = "INSERT INTO audit (at, event, detail) VALUES ";
    let rows = vec!["(1, 'made_up', '{\"x\":\"a\\nb\"}')"; ROWS].join(", ");
    assert_eq!(folder.sql(&format!("{insert}{rows}")), ROWS);
    let answer = operator.get("/admin/v1/audit/export").await;
    assert_eq!((answer.status, &answer.headers["content-type"].to_str().unwrap()), (200, &"application/x-ndjson"));
    let lines = parsed(&answer.text);
    assert_eq!(lines.len() as i64, folder.number("SELECT count(*) FROM audit"));
    assert_eq!(lines.iter().filter(|line| line["event"] == "made_up").count(), ROWS);
    assert!(lines.windows(2).all(|pair| pair[0]["id"].as_i64() < pair[1]["id"].as_i64()), "in order");

    let page = operator.get("/admin/v1/audit?limit=500").await.json();
    assert_eq!(page["entries"].as_array().unwrap()[..], lines[..500]);
    let after = page["next"].as_i64().unwrap();
    let rest = operator.get(&format!("/admin/v1/audit/export?after={after}")).await;
    assert_eq!(parsed(&rest.text), lines[500..]);
    let end = lines.last().unwrap()["id"].as_i64().unwrap();
    assert_eq!(operator.get(&format!("/admin/v1/audit/export?after={end}")).await.text, "");
    operator.get("/admin/v1/audit/export?after=x").await.is_problem(400, "invalid_request");

    let done = folder.cli(&["audit", "export"], "").await;
    assert_eq!((done.code, parsed(&done.stdout)), (0, lines), "{}", done.stderr);
    let done = folder.cli(&["audit", "export", "--after", &after.to_string()], "").await;
    assert_eq!(done.stdout, rest.text);
}

async fn every_change_names_who_made_it(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let bob = operator.add("bob", "customer", "battery staple").await;
    let path = format!("/admin/v1/users/{bob}");
    operator.ask(Method::PATCH, &path, &json!({ "roles": ["staff"] })).await;
    folder.cli(&["user", "set-email", "bob", "bob@x.org"], "").await;
    let page = operator.get("/admin/v1/audit?limit=500").await.json();
    let of_bob: Vec<&Value> = page["entries"].as_array().unwrap().iter().filter(|row| row["user_id"] == bob).collect();
    let actors: Vec<&str> = of_bob.iter().map(|row| row["actor"].as_str().unwrap()).collect();
    assert_eq!(actors, [operator.id.as_str(), &operator.id, "cli"], "{page}");
    assert!(of_bob[0]["request_id"].is_string() && of_bob[0]["source"] == "127.0.0.1");
    assert_eq!(of_bob[1]["detail"]["roles"], json!(["staff"]));
}

fn parsed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
