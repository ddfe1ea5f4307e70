//! An operator of the service under test, and what operators ask. Never waits without a deadline.

use reqwest::Method;
use serde_json::Value;

use super::service::{Answer, Folder, Service};

const PASSWORD: &str = "operators own words";

/// A service with an admin listener, and the token of somebody who may administer.
pub struct Operator {
    pub service: Service,
    pub token: String,
    pub id: String,
}

impl Operator {
    /// Adds the operator `root`, starts the service and signs in.
    pub async fn start(folder: &Folder) -> Operator {
        folder.configure("\n[admin]\nlisten = \"127.0.0.1:0\"\n");
        folder.add("root", "operator", PASSWORD).await;
        let service = Service::start(folder).await;
        let answer = service.login("root", PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut operator = Operator { service, token: answer.string("access_token"), id: String::new() };
        operator.id = operator.id_of("root").await;
        operator
    }

    /// Asks the admin listener with a token, or without.
    pub async fn ask_with(&self, token: Option<&str>, method: Method, path: &str, body: &str) -> Answer {
        let url = self.service.admin_url.as_deref().expect("an admin listener");
        let bearer = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        self.service.send_to(url, method, path, &headers, body.to_owned()).await
    }

    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.ask_with(Some(&self.token), method, path, &body.to_string()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &Value::Null).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    /// Adds a user; the id.
    pub async fn add(&self, name: &str, role: &str, password: &str) -> String {
        let body = serde_json::json!({ "name": name, "roles": [role], "password": password });
        let answer = self.post("/admin/v1/users", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.string("id")
    }

    /// The id of the user of this name.
    pub async fn id_of(&self, name: &str) -> String {
        let list = self.get("/admin/v1/users?limit=500").await.json();
        let user = list["users"].as_array().unwrap().iter().find(|user| user["name"] == name);
        user.unwrap_or_else(|| panic!("no {name}: {list}"))["id"].as_str().unwrap().to_owned()
    }

    /// How many rows of the audit log name this event and this operator.
    pub async fn audited(&self, event: &str) -> usize {
        let page = self.get("/admin/v1/audit?limit=500").await.json();
        let entries = page["entries"].as_array().unwrap();
        entries.iter().filter(|entry| entry["event"] == event && entry["actor"] == self.id).count()
    }
}
