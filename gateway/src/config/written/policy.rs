//! The words about policies: `[plugins.NAME]`, with the plugin's own `config` turned into JSON.
//!
//! Never judges a plugin's config: the plugin does, when it is loaded.

use super::grants::{self, WrittenGrants};
use super::shadow::{self, WrittenShadow};
use super::{limits, secret, upkeep};
use crate::config::json;
use crate::config::limits::PluginLimits;
use crate::config::plugin::World;
use crate::config::upkeep::{Breaker, Isolation, OnFault, Recycle};
use toml::Spanned;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::{Table, at};

/// What to write where a plugin has no world.
const WORLD_HINT: &str = "world = \"authenticator\", \"authorizer\", \"router\" or \"filter\"";

/// `[plugins.NAME]`.
pub(in crate::config) struct WrittenPlugin {
    pub(in crate::config) name: Spanned<String>,
    pub(in crate::config) world: Option<Spanned<String>>,
    pub(in crate::config) file: Option<Spanned<String>>,
    pub(in crate::config) pin: Option<Spanned<String>>,
    pub(in crate::config) config_json: String,
    pub(in crate::config) config_span: Span,
    pub(in crate::config) limits: PluginLimits,
    pub(in crate::config) cases: Option<Spanned<String>>,
    pub(in crate::config) isolation: Option<Spanned<String>>,
    pub(in crate::config) on_fault: Option<Spanned<String>>,
    pub(in crate::config) breaker: Breaker,
    pub(in crate::config) recycle: Recycle,
    pub(in crate::config) grants: WrittenGrants,
    pub(in crate::config) secrets: Vec<Spanned<String>>,
    pub(in crate::config) shadow: Option<WrittenShadow>,
}

pub(super) fn plugins(file: &mut Table<'_>, faults: &mut Faults) -> Vec<WrittenPlugin> {
    let tables = file.named_tables("plugins", faults);
    tables.into_iter().map(|(name, table)| plugin(name, table, faults)).collect()
}

fn plugin(name: Spanned<String>, mut table: Table<'_>, faults: &mut Faults) -> WrittenPlugin {
    let config = table.any_table("config");
    let limits = limits::limits(&mut table, faults);
    let written = WrittenPlugin {
        world: table.required_word("world", World::ALL.map(World::word), WORLD_HINT, faults),
        file: table.required("file", "the component, such as file = \"plugins/jwt_policy.wasm\"", faults),
        pin: table.string("sha256", faults),
        config_json: config.map_or_else(|| "{}".to_owned(), |value| json::config(value, faults)),
        config_span: config.map_or_else(|| at(&name), at),
        limits,
        cases: table.string("cases", faults),
        isolation: table.word("isolation", Isolation::ALL.map(Isolation::word), faults),
        on_fault: table.word("on-fault", OnFault::ALL.map(OnFault::word), faults),
        breaker: upkeep::breaker(&mut table, faults),
        recycle: upkeep::recycle(&mut table, limits.memory_bytes, faults),
        grants: grants::grants(&mut table, faults),
        secrets: config.map(secret::named).unwrap_or_default(),
        shadow: shadow::shadow(&mut table, faults),
        name,
    };
    table.finish(faults);
    written
}
