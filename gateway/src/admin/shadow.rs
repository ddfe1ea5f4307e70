//! `GET /shadow`: each candidate of the generation in force, its counts, and the differing requests as cases.
//!
//! Never shows a configuration, nor a credential of a request.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::Admin;
use crate::policy::shadow::{Counts, Difference, Tap};

/// One candidate.
#[derive(Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// the live plugin's name in gateway.toml
    pub plugin: String,
    /// SHA-256 of the live component
    pub live: String,
    /// SHA-256 of the candidate
    pub candidate: String,
    /// the sampled share of the calls, from 0 to 1
    pub share: f64,
    /// since the candidate was loaded beside this plugin
    #[serde(flatten)]
    pub counts: Counts,
    /// by kind, the first seen first
    pub differences: Vec<Difference>,
}

/// The candidates in the order of gateway.toml.
pub(super) async fn page(State(admin): State<Admin>) -> Json<Vec<Candidate>> {
    let generation = admin.reloader.current.load_full();
    Json(generation.taps.iter().map(|tap| candidate(tap)).collect())
}

fn candidate(tap: &Tap) -> Candidate {
    Candidate {
        plugin: tap.identity().plugin.clone(),
        live: tap.identity().live.to_string(),
        candidate: tap.identity().candidate.to_string(),
        share: tap.share().fraction(),
        counts: tap.tally().counts(),
        differences: tap.tally().differences(),
    }
}
