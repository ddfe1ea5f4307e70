//! `GET /generations`: the generation in force, those still draining, and why the last attempt was refused.
//!
//! Never shows a configuration's values.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;

use super::Admin;
use crate::generation::Generation;
use crate::reload::capabilities;
use crate::reload::ledger::Refusal;

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    current: Current,
    /// numbers of replaced generations that requests still hold
    draining: Vec<u64>,
    last_refusal: Option<Refusal>,
}

#[derive(Debug, Serialize)]
struct Current {
    number: u64,
    loaded_at: Timestamp,
    routes: Vec<String>,
    plugins: Vec<Plugin>,
}

#[derive(Debug, Serialize)]
struct Plugin {
    name: String,
    world: String,
    component: String,
    version: String,
    /// SHA-256 of the component file
    digest: String,
    /// what it may use beyond its world
    grants: Vec<String>,
}

pub(super) async fn page(State(admin): State<Admin>) -> Json<Page> {
    let generation = admin.reloader.current.load_full();
    Json(Page {
        current: current(&generation),
        draining: admin.reloader.ledger.draining(generation.number),
        last_refusal: admin.reloader.ledger.last_refusal(),
    })
}

fn current(generation: &Generation) -> Current {
    let plugins = generation.plugins.iter().map(|plugin| Plugin {
        name: plugin.name().to_owned(),
        world: plugin.world().to_string(),
        component: plugin.description().name.clone(),
        version: plugin.description().version.clone(),
        digest: plugin.digest().to_string(),
        grants: capabilities::grants(&generation.config, plugin.name()),
    });
    Current {
        number: generation.number,
        loaded_at: generation.loaded_at,
        routes: generation.config.routes.iter().map(|route| route.name.clone()).collect(),
        plugins: plugins.collect(),
    }
}
