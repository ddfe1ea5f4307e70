//! A registered client of the service under test: its credentials and what it asks. Never prints a secret.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::service::{Answer, Folder, Service};

/// Id and secret of a client.
#[derive(Clone)]
pub struct Registered {
    pub id: String,
    pub secret: String,
}

impl Registered {
    /// Registers a client with these scopes on the command line.
    pub async fn with(folder: &Folder, scopes: &[&str]) -> Registered {
        let mut args = vec!["client", "add", "gateway"];
        args.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        let done = folder.cli(&args, "").await;
        assert_eq!(done.code, 0, "{}", done.stderr);
        let after = |label: &str| {
            let line = done.stdout.lines().find_map(|line| line.strip_prefix(label));
            line.unwrap_or_else(|| panic!("no {label}")).to_owned()
        };
        Registered { id: after("client id: "), secret: after("secret: ") }
    }

    /// A client that follows the feed.
    pub async fn gateway(folder: &Folder) -> Registered {
        Registered::with(folder, &["revocations:read"]).await
    }

    /// The `Authorization` header.
    pub fn basic(&self) -> String {
        let request = reqwest::Client::new().get("http://x").basic_auth(&self.id, Some(&self.secret)).build().unwrap();
        request.headers()["authorization"].to_str().unwrap().to_owned()
    }

    pub async fn get(&self, service: &Service, path: &str) -> Answer {
        service.send(Method::GET, path, &[("authorization", &self.basic())], "").await
    }

    pub async fn post_form(&self, service: &Service, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let headers =
            [("authorization", self.basic()), ("content-type", "application/x-www-form-urlencoded".to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        service.send(Method::POST, path, &headers, body.finish()).await
    }

    /// The feed's snapshot.
    pub async fn snapshot(&self, service: &Service) -> Value {
        let answer = self.get(service, "/revocations").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        answer.json()
    }

    /// What comes after the last document.
    pub async fn poll(&self, service: &Service, last: &Value, wait_seconds: u32) -> Value {
        let answer = self.get(service, &poll_path(last, wait_seconds)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Opens the stream of events.
    pub async fn stream(&self, service: &Service, last_event_id: Option<&str>) -> Events {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("accept", "text/event-stream".parse().unwrap());
        if let Some(id) = last_event_id {
            headers.insert("last-event-id", id.parse().unwrap());
        }
        let request = client.get(format!("{}/revocations", service.url)).headers(headers);
        let response = request.basic_auth(&self.id, Some(&self.secret)).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"text/event-stream".parse().unwrap())
        );
        Events { response, read: String::new() }
    }
}

pub fn poll_path(last: &Value, wait_seconds: u32) -> String {
    let (epoch, cursor) = (last["epoch"].as_str().unwrap(), last["cursor"].as_i64().unwrap());
    format!("/revocations?epoch={epoch}&after={cursor}&wait={wait_seconds}")
}

/// Server-sent events as they arrive.
pub struct Events {
    response: reqwest::Response,
    read: String,
}

/// One of them.
#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: Value,
}

impl Events {
    /// The next event; nothing when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                    line.trim_start().to_owned()
                };
                let data = serde_json::from_str(&field("data:")).unwrap();
                let event = Event { name: field("event:"), id: field("id:"), data };
                self.read = rest.to_owned();
                return Some(event);
            }
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(60), self.response.chunk()).await;
            // A stop may also cut the line.
            let chunk = chunk.expect("an event or the end in time").ok().flatten()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event that is no beat.
    pub async fn next_news(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("an event");
            if event.name != "beat" {
                return event;
            }
        }
    }
}
