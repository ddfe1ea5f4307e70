//! An inventory that does what the test says: answers well, refuses, lies, hangs or is gone. It records what came.
//! Never checks tokens: that the right one comes is what tests look at.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// What the stub does with a reservation.
#[derive(Debug, Clone)]
pub enum Mood {
    /// Holds everything at 100 cents a piece.
    Good,
    /// Answers with this status and body.
    Says(u16, Value),
    /// Answers 201 with this text.
    Babbles(String),
    /// Answers 307 to itself.
    Redirects,
    /// Waits for a permit of `gate`, then is good.
    Gated,
}

/// One call that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub call: String,
    pub authorization: String,
    pub request_id: String,
}

#[derive(Clone)]
pub struct InventoryStub {
    pub address: String,
    pub gate: Arc<Semaphore>,
    mood: Arc<Mutex<Mood>>,
    seen: watch::Sender<Vec<Seen>>,
}

impl InventoryStub {
    /// Serves until the test's runtime ends.
    pub async fn start() -> InventoryStub {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stub = InventoryStub {
            address: listener.local_addr().unwrap().to_string(),
            gate: Arc::new(Semaphore::new(0)),
            mood: Arc::new(Mutex::new(Mood::Good)),
            seen: watch::channel(Vec::new()).0,
        };
        let router = Router::new()
            .route("/reservations", post(reserve))
            .route("/reservations/{id}", delete(release))
            .with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }

    /// Waits until a call that starts with `prefix` has come, and returns it.
    pub async fn saw(&self, prefix: &str) -> Seen {
        let mut seen = self.seen.subscribe();
        let all = seen.wait_for(|all| all.iter().any(|one| one.call.starts_with(prefix)));
        let all = tokio::time::timeout(chassis::testing::DEADLINE, all).await.unwrap().unwrap();
        all.iter().find(|one| one.call.starts_with(prefix)).unwrap().clone()
    }

    fn note(&self, call: String, headers: &HeaderMap) {
        let header = |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let one = Seen { call, authorization: header("authorization"), request_id: header("x-request-id") };
        self.seen.send_modify(|seen| seen.push(one));
    }
}

async fn reserve(State(stub): State<InventoryStub>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    stub.note(format!("POST {}", body["order_id"].as_str().unwrap()), &headers);
    let mood = stub.mood.lock().unwrap().clone();
    match mood {
        Mood::Good => held(body),
        Mood::Says(status, problem) => (StatusCode::from_u16(status).unwrap(), Json(problem)).into_response(),
        Mood::Babbles(text) => (StatusCode::CREATED, text).into_response(),
        Mood::Redirects => (StatusCode::TEMPORARY_REDIRECT, [("location", "/reservations")]).into_response(),
        Mood::Gated => {
            stub.gate.acquire().await.unwrap().forget();
            held(body)
        }
    }
}

fn held(mut body: Value) -> Response {
    for line in body["lines"].as_array_mut().unwrap() {
        line["price_cents"] = json!(100);
    }
    body["currency"] = json!("EUR");
    (StatusCode::CREATED, Json(body)).into_response()
}

async fn release(State(stub): State<InventoryStub>, headers: HeaderMap, Path(id): Path<String>) -> StatusCode {
    stub.note(format!("DELETE {id}"), &headers);
    StatusCode::NO_CONTENT
}
