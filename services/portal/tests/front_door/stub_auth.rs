//! An auth service as the contract describes it: rotation, reuse that ends the session, one user.
//! Never checks anything that the portal should check.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chassis::testing::Issuer;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::issuer::alices_token;

/// What the stub does next, in the place of its usual answer.
#[derive(Clone, Copy, PartialEq)]
pub enum Mood {
    /// The contract.
    Usual,
    /// 429 with Retry-After: 7.
    SlowDown,
    /// 200 with an endless body.
    Flood,
    /// 200 with something that is no grant.
    Nonsense,
    /// A redirect to itself.
    Redirect,
    /// 500.
    Broken,
}

/// The stub's inside, open to the tests.
pub struct Inside {
    /// Refresh tokens by whether they are still good.
    pub refresh_tokens: HashMap<String, bool>,
    /// What to answer next.
    pub mood: Mood,
    /// The last X-Request-Id seen.
    pub request_id: Option<String>,
    count: usize,
    iss: String,
    issuer: Issuer,
}

/// A running stub; it ends with the test's runtime.
#[derive(Clone)]
pub struct StubAuth {
    /// Its base URL, which is also its issuer.
    pub url: String,
    /// Its inside.
    pub state: Shared,
}

type Shared = Arc<Mutex<Inside>>;

impl StubAuth {
    /// Starts on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Inside {
            refresh_tokens: HashMap::new(),
            mood: Mood::Usual,
            request_id: None,
            count: 0,
            iss: url.clone(),
            issuer: Issuer::new(),
        }));
        let router = Router::new()
            .route("/login", post(login))
            .route("/refresh", post(refresh))
            .route("/logout", post(logout))
            .route("/.well-known/jwks.json", get(jwks))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state }
    }

    /// A token of alice with `changes`.
    pub fn token(&self, changes: &Value) -> String {
        alices_token(&self.state.lock().unwrap().issuer, &self.url, changes)
    }

    /// Sets what comes next.
    pub fn set_mood(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// The refresh tokens that are still good.
    pub fn good_tokens(&self) -> usize {
        self.state.lock().unwrap().refresh_tokens.values().filter(|good| **good).count()
    }

    /// Ends all sessions, as an operator would.
    pub fn revoke_all(&self) {
        self.state.lock().unwrap().refresh_tokens.values_mut().for_each(|good| *good = false);
    }
}

async fn login(State(state): State<Shared>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut state = state.lock().unwrap();
    state.request_id = headers.get("x-request-id").map(|id| id.to_str().unwrap().to_owned());
    if let Some(answer) = state.moody() {
        return answer;
    }
    if body == json!({"username": "alice", "password": "correct horse"}) {
        state.grant()
    } else {
        problem(StatusCode::UNAUTHORIZED, "invalid_credentials")
    }
}

async fn refresh(State(state): State<Shared>, Json(body): Json<Value>) -> Response {
    let mut state = state.lock().unwrap();
    if let Some(answer) = state.moody() {
        return answer;
    }
    if state.spend(&body) {
        state.grant()
    } else {
        state.refresh_tokens.values_mut().for_each(|good| *good = false);
        problem(StatusCode::UNAUTHORIZED, "invalid_grant")
    }
}

async fn logout(State(state): State<Shared>, Json(body): Json<Value>) -> Response {
    let mut state = state.lock().unwrap();
    if let Some(answer) = state.moody() {
        return answer;
    }
    state.spend(&body);
    StatusCode::NO_CONTENT.into_response()
}

async fn jwks(State(state): State<Shared>) -> Json<Value> {
    Json(state.lock().unwrap().issuer.jwks())
}

impl Inside {
    fn spend(&mut self, body: &Value) -> bool {
        let good = self.refresh_tokens.get_mut(body["refresh_token"].as_str().unwrap());
        good.is_some_and(|good| std::mem::replace(good, false))
    }

    fn grant(&mut self) -> Response {
        self.count += 1;
        let refresh_token = format!("refresh-{}", self.count);
        self.refresh_tokens.insert(refresh_token.clone(), true);
        let access_token = alices_token(&self.issuer, &self.iss, &json!({}));
        Json(json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": 600,
            "refresh_token": refresh_token, "scope": "catalogue:read",
        }))
        .into_response()
    }

    fn moody(&self) -> Option<Response> {
        match self.mood {
            Mood::Usual => None,
            Mood::SlowDown => {
                let problem = problem(StatusCode::TOO_MANY_REQUESTS, "slow_down");
                Some(([(header::RETRY_AFTER, "7")], problem).into_response())
            }
            Mood::Flood => Some("[".repeat(2_000_000).into_response()),
            Mood::Nonsense => Some(Json(json!({"access_token": "only this"})).into_response()),
            Mood::Redirect => Some((StatusCode::FOUND, [(header::LOCATION, "/login")]).into_response()),
            Mood::Broken => Some(problem(StatusCode::INTERNAL_SERVER_ERROR, "internal")),
        }
    }
}

fn problem(status: StatusCode, code: &str) -> Response {
    let body = json!({"type": "about:blank", "title": code, "status": status.as_u16(), "code": code});
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
