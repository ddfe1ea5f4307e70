//! The operators' listener: health, readiness, generations, metrics, and the orders to reload and to go back.
//!
//! Never serves traffic, never obeys a page of the web, and never shows a plugin's configuration or a key.

mod generations;
mod commands;
mod host;
pub mod shadow;
mod traces;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::explain::traces::Traces;
use crate::observe::issuers;
use crate::observe::metrics::Metrics;
use crate::reload::orders::Orders;
use crate::reload::reloader::Reloader;

/// What the pages read.
#[derive(Clone)]
pub struct Admin {
    /// the generations
    pub reloader: Arc<Reloader>,
    /// where they are changed
    pub orders: Orders,
    /// the counters
    pub metrics: Arc<Metrics>,
    /// what operators asked to be shown
    pub traces: Arc<Traces>,
    /// true once the process was told to stop
    pub draining: watch::Receiver<bool>,
}

/// Serves on a bound, non-blocking listener until told to stop.
pub async fn serve(listener: std::net::TcpListener, admin: Admin, mut stop: watch::Receiver<bool>) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the admin listener did not start"),
    };
    let stopped = async move {
        let _ = stop.wait_for(|stopped| *stopped).await;
    };
    if let Err(error) = axum::serve(listener, router(admin)).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the admin listener ended");
    }
}

fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/generations", get(generations::page))
        .route("/metrics", get(metrics))
        .route("/shadow", get(shadow::page))
        .route("/traces", get(traces::list))
        .route("/traces/{id}", get(traces::one))
        .route("/reload", post(commands::reload))
        .route("/rollback", post(commands::rollback))
        .layer(middleware::from_fn_with_state(admin.clone(), host::check))
        .with_state(admin)
}

async fn ready(State(admin): State<Admin>) -> (StatusCode, &'static str) {
    if *admin.draining.borrow() { (StatusCode::SERVICE_UNAVAILABLE, "draining\n") } else { (StatusCode::OK, "ready\n") }
}

async fn metrics(State(admin): State<Admin>) -> Response {
    let generation = admin.reloader.current.load();
    let (reports, cache) = (generation.keyring.report(), generation.keyring.cache_report());
    match admin.metrics.encode().and_then(|text| issuers::append(&text, &reports, &cache)) {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests;
