//! An entry for a component that no gateway.toml names.
//!
//! Never more than a stage can answer: what is granted here comes from a case, not from this machine.

use std::path::PathBuf;
use std::time::Duration;

use witgate_cases::File;

use crate::config::{
    self, Breaker, Grants, HttpGrant, Isolation, OnFault, PluginLimits, PluginSpans, Recycle, Span, StoreGrant, World,
};
use crate::policy::outline::{Kind, Outline};

/// As gateway.toml has it where nothing else is written.
const DEADLINE: Duration = Duration::from_secs(1);
/// As above, in bytes.
const BODY_BYTES: usize = 64 * 1024;
/// Core instances of a component alone: CPython is made of more than gateway.toml's default, and its entry there says
/// so.
const PARTS: usize = 64;

/// An entry with the default limits, but for an interpreter's many parts, whose grants are what the component imports.
/// Clock and randomness are always granted: most components import them on their language's account.
pub fn bare(name: &str, world: World, outline: &Outline) -> config::Plugin {
    let imports = |wanted: &str| {
        outline.imports.iter().any(|import| matches!(import.kind, Kind::Contract(short, _) if short == wanted))
    };
    let nowhere = Span::from((0_usize, 0_usize));
    let limits = PluginLimits { parts: PARTS, ..PluginLimits::default() };
    let store = StoreGrant { name: name.to_owned(), entries: 1, bytes: 1, ttl: DEADLINE };
    let http = HttpGrant {
        hosts: Vec::new(),
        deadline: DEADLINE,
        body_bytes: BODY_BYTES,
        allow_private: false,
        allow_http: false,
    };
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

/// Grants a bare entry the variables that the cases give.
pub fn grant_variables(entry: &mut config::Plugin, file: &File) {
    let names = file.cases.iter().flat_map(|case| case.environment.keys());
    for name in names {
        if !entry.grants.environment.contains(name) {
            entry.grants.environment.push(name.clone());
        }
    }
}
