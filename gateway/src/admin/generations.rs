//! `GET /generations`: the generation in force, those still draining, and why the last attempt was refused.
//!
//! Never shows a configuration's values.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;

use super::Admin;
use crate::generation::Generation;
use crate::policy::component::Digest;
use crate::reload::capabilities;
use crate::reload::ledger::{Origin, Refusal};

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    current: Live,
    /// where the one in force comes from
    origin: Origin,
    /// what a rollback returns to
    previous: Option<u64>,
    /// numbers of replaced generations that requests still hold
    draining: Vec<u64>,
    /// every generation that is alive: the one in force first
    generations: Vec<Live>,
    last_refusal: Option<Refusal>,
}

/// One generation that is alive.
#[derive(Debug, Clone, Serialize)]
struct Live {
    number: u64,
    state: &'static str,
    loaded_at: Timestamp,
    replaced_at: Option<Timestamp>,
    /// SHA-256 of the text of gateway.toml
    config_digest: String,
    routes: Vec<String>,
    plugins: Vec<Plugin>,
    /// requests under way, their response bodies too
    in_flight: usize,
}

#[derive(Debug, Clone, Serialize)]
struct Plugin {
    name: String,
    world: String,
    component: String,
    version: String,
    /// SHA-256 of the component file
    digest: String,
    /// whether its instances lie in the pool
    pooled: bool,
    /// what it may use beyond its world
    grants: Vec<String>,
}

pub(super) async fn page(State(admin): State<Admin>) -> Json<Page> {
    let generation = admin.reloader.current.load_full();
    let ledger = &admin.reloader.ledger;
    let draining = ledger.draining(generation.number);
    let current = live(&generation, None);
    let mut generations = vec![current.clone()];
    generations.extend(draining.iter().map(|retired| live(&retired.generation, Some(retired.at))));
    Json(Page {
        current,
        origin: ledger.origin(),
        previous: admin.reloader.previous(),
        draining: draining.iter().map(|retired| retired.generation.number).collect(),
        generations,
        last_refusal: ledger.last_refusal(),
    })
}

fn live(generation: &Generation, replaced_at: Option<Timestamp>) -> Live {
    let plugins = generation.plugins.iter().map(|plugin| Plugin {
        name: plugin.name().to_owned(),
        world: plugin.world().to_string(),
        component: plugin.description().name.clone(),
        version: plugin.description().version.clone(),
        digest: plugin.digest().to_string(),
        pooled: plugin.is_pooled(),
        grants: capabilities::grants(&generation.config, plugin.name()),
    });
    Live {
        number: generation.number,
        state: if replaced_at.is_none() { "in-force" } else { "draining" },
        loaded_at: generation.loaded_at,
        replaced_at,
        config_digest: Digest::of(generation.config.source.inner().as_bytes()).to_string(),
        routes: generation.config.routes.iter().map(|route| route.name.clone()).collect(),
        plugins: plugins.collect(),
        in_flight: generation.in_flight.load(Ordering::Relaxed),
    }
}
