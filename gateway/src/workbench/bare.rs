//! An entry for a component that no gateway.toml names.
//!
//! Never lets it reach anything: its HTTP has no host, and its store is its own.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{
    self, Breaker, Grants, HttpGrant, Isolation, OnFault, PluginLimits, PluginSpans, Recycle, StoreGrant, World,
};
use crate::policy::outline::{Kind, Outline};

/// As gateway.toml has it where nothing else is written.
const DEADLINE: Duration = Duration::from_millis(500);
/// As above, in bytes.
const BODY_BYTES: usize = 64 * 1024;
/// As above, in bytes.
const STORE_BYTES: usize = 1 << 20;

/// An entry with the default limits, whose grants are what the component imports.
pub fn bare(name: &str, world: World, outline: &Outline) -> config::Plugin {
    let imports = |short: &str| {
        outline.imports.iter().any(|import| matches!(import.kind, Kind::Contract(known, _) if known == short))
    };
    let store = StoreGrant { name: name.to_owned(), entries: 10_000, bytes: STORE_BYTES, ttl: Duration::from_secs(3600) };
    let http = HttpGrant {
        hosts: Vec::new(),
        deadline: DEADLINE,
        body_bytes: BODY_BYTES,
        allow_private: false,
        allow_http: false,
    };
    let (limits, nowhere) = (PluginLimits::default(), (0, 0).into());
    config::Plugin {
        name: name.to_owned(),
        world,
        file: PathBuf::new(),
        pin: None,
        config_json: "{}".to_owned(),
        limits,
        cases: None,
        isolation: Isolation::Instance,
        on_fault: OnFault::Close,
        breaker: Breaker::default(),
        recycle: Recycle::usual(limits.memory_bytes),
        grants: Grants {
            clock: true,
            random: true,
            environment: Vec::new(),
            store: imports("store").then_some(store),
            http: imports("outbound").then_some(http),
        },
        secrets: Vec::new(),
        shadow: None,
        spans: PluginSpans { name: nowhere, world: nowhere, file: nowhere, pin: nowhere, config: nowhere },
    }
}
