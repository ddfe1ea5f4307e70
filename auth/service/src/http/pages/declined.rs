//! Why a page is not what was asked for. Who sent the user here is told in the URL, but only where that was checked; all
//! else is a page. Never shows a cause, and never sends anybody to an address that is not registered.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use super::page::{go_to, page};
use super::templates::MessagePage;
use crate::authorization::{AuthorizeError, Target, Unreadable, error_response};
use crate::grants::{GrantError, Grants};

/// An answer other than the one that was hoped for.
#[derive(Debug)]
pub(super) enum Declined {
    /// No such client, or not with this redirect URI.
    UnknownClient,
    /// The parameters cannot be read.
    Unreadable(Unreadable),
    /// The form does not come from a page of ours in this browser. The request to begin again with.
    Forged(Option<String>),
    /// The service could not do it.
    Failed(GrantError),
    /// The client is told, at its own address.
    Back(String),
}

impl Declined {
    /// Tells the client. The target was checked.
    pub(super) fn back(grants: &Grants, target: &Target, error: &AuthorizeError) -> Declined {
        tracing::info!(event = "authorization_refused", client = target.client_id, error = error.error);
        Declined::Back(error_response(target, error, grants.issuer().issuer()))
    }

    /// Tells the client that the service failed, and the operator why.
    pub(super) fn failed(grants: &Grants, target: &Target, cause: &GrantError) -> Declined {
        if matches!(cause, GrantError::Busy) {
            return Declined::back(grants, target, &AuthorizeError::TEMPORARILY_UNAVAILABLE);
        }
        tracing::error!(%cause, "request failed");
        Declined::back(grants, target, &AuthorizeError::SERVER_ERROR)
    }
}

impl From<GrantError> for Declined {
    fn from(cause: GrantError) -> Declined {
        Declined::Failed(cause)
    }
}

impl From<Unreadable> for Declined {
    fn from(cause: Unreadable) -> Declined {
        Declined::Unreadable(cause)
    }
}

impl IntoResponse for Declined {
    fn into_response(self) -> Response {
        match self {
            Declined::Back(location) => go_to(&location).unwrap_or_else(unknown_client),
            Declined::UnknownClient => unknown_client(),
            Declined::Unreadable(cause) => message(
                StatusCode::BAD_REQUEST,
                "This link does not work",
                &format!("The app sent you here with a request that cannot be read: {cause}."),
                None,
            ),
            Declined::Forged(again) => message(
                StatusCode::FORBIDDEN,
                "This page was out of date",
                "Nothing was done. Perhaps you signed in or out in another tab, or your browser keeps no cookies.",
                again.as_deref(),
            ),
            Declined::Failed(cause) => failed(&cause),
        }
    }
}

/// Some words on a page.
pub(super) fn message(status: StatusCode, title: &str, text: &str, again: Option<&str>) -> Response {
    page(status, &MessagePage { title, text, again }, None)
}

fn unknown_client() -> Response {
    tracing::info!(event = "authorization_refused", error = "unknown client or redirect URI");
    let text = "The app that sent you here is not registered with this service, or wants you sent to an address that is not. \
                Go back to the app. If this happens again, tell its operator.";
    message(StatusCode::BAD_REQUEST, "This app is not known here", text, None)
}

fn failed(cause: &GrantError) -> Response {
    if matches!(cause, GrantError::Busy) {
        let text = "Too many people are waiting. Try again in a moment.";
        let mut response = message(StatusCode::SERVICE_UNAVAILABLE, "Please wait a moment", text, None);
        response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static("1"));
        return response;
    }
    tracing::error!(%cause, "request failed");
    let text = "The service could not do this. Try again later.";
    message(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", text, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shown(declined: Declined) -> (StatusCode, String) {
        let response = declined.into_response();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 65536).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_cause_stays_inside() {
        let (status, html) = shown(Declined::Failed(GrantError::Broken("disk /dev/sda1 is full".into()))).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!html.contains("sda1"));
    }

    #[tokio::test]
    async fn an_address_that_no_header_can_hold_is_a_page() {
        let (status, _) = shown(Declined::Back("https://a.example/\n".into())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}
