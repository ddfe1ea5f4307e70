//! The admin listener's clients: registered, seen, given a new secret, disabled; and a client that administers. Never looks
//! into the crate.

use reqwest::Method;
use serde_json::{Value, json};

use super::both::on_both;
use super::operator::Operator;
use super::registered::Registered;
use super::service::Folder;

on_both!(
    clients_are_seen_disabled_and_get_new_secrets,
    clients_are_registered_by_the_rules_of_the_command_line,
    a_client_with_the_scope_administers_until_it_is_disabled,
);

async fn clients_are_seen_disabled_and_get_new_secrets(folder: Folder) {
    let gateway = Registered::gateway(&folder).await;
    let operator = Operator::start(&folder).await;
    let path = format!("/admin/v1/clients/{}", gateway.id);
    let shown = operator.get(&path).await;
    assert_eq!((&shown.json()["name"], &shown.json()["scopes"]), (&json!("gateway"), &json!(["revocations:read"])));
    assert_eq!(operator.get("/admin/v1/clients").await.json()["clients"], json!([shown.json()]));
    assert!(!shown.text.contains("secret_hash") && !shown.text.contains(&gateway.secret));

    let renewed = operator.post(&format!("{path}/secret"), &Value::Null).await;
    assert_eq!(renewed.headers["cache-control"], "no-store");
    let newer = Registered { secret: renewed.string("secret"), ..gateway.clone() };
    gateway.get(&operator.service, "/revocations").await.is_problem(401, "invalid_client");
    assert_eq!(newer.get(&operator.service, "/revocations").await.status, 200);
    assert_eq!(operator.post(&format!("{path}/disable"), &Value::Null).await.json(), json!({ "ended": 0 }));
    newer.get(&operator.service, "/revocations").await.is_problem(401, "invalid_client");
    assert_eq!((operator.audited("client_secret_replaced").await, operator.audited("client_disabled").await), (1, 1));
    assert!(!folder.log().contains(&newer.secret));
}

async fn clients_are_registered_by_the_rules_of_the_command_line(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let shop = json!({
        "id": "shop", "name": "Shop", "auth_method": "none", "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://shop.example.com/back"], "scopes": ["openid", "orders:read"],
    });
    let added = operator.post("/admin/v1/clients", &shop).await;
    assert_eq!((added.status, &added.json()["secret"]), (201, &Value::Null), "{added:?}");
    assert_eq!(added.json()["client"], operator.get("/admin/v1/clients/shop").await.json());
    operator.post("/admin/v1/clients/shop/secret", &Value::Null).await.is_problem(404, "not_found");
    operator.post("/admin/v1/clients", &shop).await.is_problem(409, "name_taken");
    let with = |member: &str, value: Value| {
        let mut body = shop.clone();
        body["id"] = "other".into();
        body[member] = value;
        body
    };
    let wrong = [
        with("redirect_uris", json!(["http://shop.example.com/back"])),
        with("redirect_uris", json!([])),
        with("grant_types", json!(["password"])),
        with("scopes", json!(["revocations:read"])),
        with("audiences", json!(["elsewhere"])),
        with("auth_method", json!("private_key_jwt")),
        with("jwks", json!({ "keys": [] })),
        with("auth_method", json!("tls")),
        with("name", json!("")),
        with("id", json!("a b")),
        with("secret", json!("mine")),
    ];
    for body in wrong {
        operator.post("/admin/v1/clients", &body).await.is_problem(400, "invalid_request");
    }
    assert_eq!((folder.number("SELECT count(*) FROM clients"), operator.audited("client_added").await), (1, 1));
}

async fn a_client_with_the_scope_administers_until_it_is_disabled(folder: Folder) {
    let operator = Operator::start(&folder).await;
    let body = json!({
        "name": "robot", "auth_method": "client_secret", "grant_types": ["client_credentials"],
        "scopes": ["auth:admin", "orders:read"],
    });
    let added = operator.post("/admin/v1/clients", &body).await.json();
    let (id, secret) = (added["client"]["client_id"].as_str().unwrap(), added["secret"].as_str().unwrap());
    let robot = Registered { id: id.to_owned(), secret: secret.to_owned() };
    let token = async |scope: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        robot.post_form(&operator.service, "/oauth/token", &form).await.string("access_token")
    };
    let (wide, narrow) = (token("auth:admin").await, token("orders:read").await);
    let list = async |token: &str| operator.ask_with(Some(token), Method::GET, "/admin/v1/users", "").await;
    assert_eq!(list(&wide).await.status, 200);
    list(&narrow).await.is_problem(403, "insufficient_scope");
    assert_eq!(operator.post(&format!("/admin/v1/clients/{id}/disable"), &Value::Null).await.status, 200);
    list(&wide).await.is_problem(401, "token_invalid");
    assert!(!folder.log().contains(secret));
}
