//! The client of the inventory service: reserves and releases stock in the caller's name.
//! Never acts with rights of its own: it has no token but the caller's, which it never logs.

mod address;

mod answer;

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::json;
use url::Url;
use uuid::Uuid;
use witgate_keyring::resource_server::BearerToken;

use crate::order::Lines;
use crate::store::Prices;
use answer::{prices, refusal};

pub use address::InventoryUrlError;
pub use answer::StockError;

/// Longest wait for a connection.
const CONNECT_DEADLINE: Duration = Duration::from_secs(2);

/// Longest time of one call, body included: longer than the 8 s that inventory gives its database.
const CALL_DEADLINE: Duration = Duration::from_secs(10);

/// How long an idle connection is kept; shorter than the 30 s after which a service closes it.
const IDLE: Duration = Duration::from_secs(15);

/// Largest accepted answer, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The inventory service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Inventory {
    base: Url,
    client: Client,
}

/// In whose name a call is made, and for which request.
#[derive(Debug, Clone)]
pub struct OnBehalf {
    /// The caller's own token.
    pub token: BearerToken,
    /// The request id that the gateway gave, passed on.
    pub request_id: Option<String>,
}

impl Inventory {
    /// A client of the service at `base`, which has neither path nor credentials.
    pub fn new(base: Url, allow_http: bool) -> Result<Inventory, InventoryUrlError> {
        address::judge(&base, allow_http)?;
        let client = Client::builder()
            .pool_idle_timeout(IDLE)
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(CALL_DEADLINE)
            // A redirect or a proxy from the environment could carry the token elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Inventory { base, client })
    }

    /// Holds the stock of all lines under the order's id, or of none. Returns their prices.
    pub async fn reserve(&self, id: Uuid, lines: &Lines, caller: &OnBehalf) -> Result<Prices, StockError> {
        let body = json!({"order_id": id, "lines": lines.as_slice()});
        let request = self.client.post(self.path("reservations")).json(&body);
        let response = send(request, caller).await?;
        let status = response.status();
        let answer = read(response).await?;
        match status {
            StatusCode::OK | StatusCode::CREATED => prices(&answer, lines.as_slice()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(StockError::Refused(status)),
            _ => Err(refusal(status, &answer, lines.as_slice())),
        }
    }

    /// Gives the stock back. Inventory then refuses a reservation under this id for good.
    pub async fn release(&self, id: Uuid, caller: &OnBehalf) -> Result<(), StockError> {
        let request = self.client.delete(self.path(&format!("reservations/{id}")));
        match send(request, caller).await?.status() {
            StatusCode::NO_CONTENT => Ok(()),
            status => Err(StockError::WrongAnswer(format!("status {status} to a release"))),
        }
    }

    fn path(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }
}

async fn send(request: RequestBuilder, caller: &OnBehalf) -> Result<Response, StockError> {
    // bearer_auth marks the header as sensitive, so that no log of the client shows it.
    let mut request = request.bearer_auth(caller.token.as_str());
    if let Some(id) = &caller.request_id {
        request = request.header("x-request-id", id);
    }
    request.send().await.map_err(|cause| {
        if cause.is_connect() { StockError::Unreachable(cause) } else { StockError::Unanswered(cause) }
    })
}

async fn read(mut response: Response) -> Result<Vec<u8>, StockError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(StockError::Unanswered)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(StockError::WrongAnswer(format!("more than {MAX_ANSWER_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
