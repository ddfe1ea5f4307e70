//! An auth service as the contract describes it: codes with PKCE, rotation, reuse that ends the session, one user.
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
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::testing::Issuer;
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::issuer::{CLIENT, alices_id_token, alices_token};

/// What the refresh tokens of another client begin with: the portal may not revoke them.
pub const ANOTHERS: &str = "anothers-";

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
    /// 401: it does not know the portal.
    Stranger,
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
    /// What is different in the next id tokens; a string stands for the whole id token, null for none.
    pub id_token: Value,
    /// The last form that came to the token endpoint.
    pub form: Fields,
    /// Who signs id tokens in the stub's place.
    pub forger: Option<Issuer>,
    codes: HashMap<String, Fields>,
    codes_made: usize,
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
type Fields = HashMap<String, String>;

impl StubAuth {
    /// Starts on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Inside {
            refresh_tokens: HashMap::new(),
            mood: Mood::Usual,
            request_id: None,
            id_token: json!({}),
            form: Fields::new(),
            forger: None,
            codes: HashMap::new(),
            codes_made: 0,
            count: 0,
            iss: url.clone(),
            issuer: Issuer::new(),
        }));
        let router = Router::new()
            .route("/oauth/token", post(token))
            .route("/oauth/revoke", post(revoke))
            .route("/.well-known/jwks.json", get(jwks))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state }
    }

    /// Alice signs in and agrees: the address to which `location`, an authorization request, sends her browser back.
    pub fn authorize(&self, location: &Url) -> Url {
        let asked: Fields = location.query_pairs().into_owned().collect();
        assert!(location.as_str().starts_with(&format!("{}/oauth/authorize?", self.url)), "{location}");
        assert_eq!((&*asked["response_type"], &*asked["client_id"]), ("code", CLIENT));
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        let mut inside = self.state.lock().unwrap();
        inside.codes_made += 1;
        let code = format!("code-{}", inside.codes_made);
        back.query_pairs_mut().extend_pairs([("code", &code), ("state", &asked["state"]), ("iss", &self.url)]);
        inside.codes.insert(code, asked);
        back
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

async fn token(State(state): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let form = fields(&body);
    let mut state = state.lock().unwrap();
    state.request_id = headers.get("x-request-id").map(|id| id.to_str().unwrap().to_owned());
    state.form.clone_from(&form);
    if let Some(answer) = state.moody() {
        return answer;
    }
    match form["grant_type"].as_str() {
        "authorization_code" => state.redeem(&form),
        "refresh_token" => state.refresh(&form),
        other => panic!("the portal never asks for {other}"),
    }
}

async fn revoke(State(state): State<Shared>, body: String) -> Response {
    let form = fields(&body);
    let mut state = state.lock().unwrap();
    if let Some(answer) = state.moody() {
        return answer;
    }
    assert_eq!(form["client_id"], CLIENT);
    if form["token"].starts_with(ANOTHERS) {
        return (StatusCode::FORBIDDEN, Json(json!({"error": "insufficient_scope"}))).into_response();
    }
    state.spend(&form["token"]);
    StatusCode::OK.into_response()
}

async fn jwks(State(state): State<Shared>) -> Json<Value> {
    Json(state.lock().unwrap().issuer.jwks())
}

impl Inside {
    fn redeem(&mut self, form: &Fields) -> Response {
        let Some(asked) = self.codes.remove(&form["code"]) else { return oauth_error("invalid_grant") };
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, form["code_verifier"].as_bytes());
        let is_proven = URL_SAFE_NO_PAD.encode(hash) == asked["code_challenge"];
        if !is_proven || form["redirect_uri"] != asked["redirect_uri"] || form["client_id"] != asked["client_id"] {
            return oauth_error("invalid_grant");
        }
        let signer = self.forger.as_ref().unwrap_or(&self.issuer);
        let id_token = match &self.id_token {
            Value::Object(_) => json!(alices_id_token(signer, &self.iss, &asked["nonce"], &self.id_token)),
            other => other.clone(),
        };
        self.grant(&id_token)
    }

    fn refresh(&mut self, form: &Fields) -> Response {
        if self.spend(&form["refresh_token"]) {
            return self.grant(&Value::Null);
        }
        self.refresh_tokens.values_mut().for_each(|good| *good = false);
        oauth_error("invalid_grant")
    }

    fn spend(&mut self, token: &str) -> bool {
        self.refresh_tokens.get_mut(token).is_some_and(|good| std::mem::replace(good, false))
    }

    fn grant(&mut self, id_token: &Value) -> Response {
        self.count += 1;
        let refresh_token = format!("refresh-{}", self.count);
        self.refresh_tokens.insert(refresh_token.clone(), true);
        let access_token = alices_token(&self.issuer, &self.iss, &json!({}));
        Json(json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": 600,
            "refresh_token": refresh_token, "scope": "openid catalogue:read", "id_token": id_token,
        }))
        .into_response()
    }

    fn moody(&self) -> Option<Response> {
        match self.mood {
            Mood::Usual => None,
            Mood::SlowDown => {
                let answer = ([(header::RETRY_AFTER, "7")], "slow down");
                Some((StatusCode::TOO_MANY_REQUESTS, answer).into_response())
            }
            Mood::Flood => Some("[".repeat(2_000_000).into_response()),
            Mood::Nonsense => Some(Json(json!({"access_token": "only this"})).into_response()),
            Mood::Redirect => Some((StatusCode::FOUND, [(header::LOCATION, "/oauth/token")]).into_response()),
            Mood::Stranger => {
                Some((StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"}))).into_response())
            }
            Mood::Broken => Some(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        }
    }
}

fn fields(form: &str) -> Fields {
    url::form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}

/// RFC 6749 section 5.2.
fn oauth_error(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response()
}
