//! The words about what a plugin may use beyond its world: `[plugins.NAME.grants]`.
//!
//! Never looks at the environment, and never compares two plugins.

use super::server::size;
use std::time::Duration;
use toml::Spanned;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::{StringList, Table};

/// Entries of a store, where not given.
const STORE_ENTRIES: u64 = 10_000;
/// Memory of a store, where not given, in bytes.
const STORE_BYTES: u64 = 1 << 20;
/// How long an entry of a store lives, where not given, in seconds.
const STORE_TTL_SECONDS: u64 = 3600;
/// The longest that an entry may live, in seconds: 30 days.
const LONGEST_TTL_SECONDS: u64 = 30 * 24 * 3600;
/// How long an outbound call may take, where not given, in milliseconds.
const HTTP_DEADLINE_MS: u64 = 500;
/// Largest body of an outbound call, where not given, in bytes.
const HTTP_BODY_BYTES: u64 = 64 << 10;

/// `[plugins.NAME.grants]`.
#[derive(Default)]
pub(in crate::config) struct WrittenGrants {
    pub(in crate::config) clock: bool,
    pub(in crate::config) random: bool,
    pub(in crate::config) environment: Option<StringList>,
    pub(in crate::config) store: Option<WrittenStore>,
    pub(in crate::config) http: Option<WrittenHttp>,
}

/// `[plugins.NAME.grants.store]`.
pub(in crate::config) struct WrittenStore {
    pub(in crate::config) name: Option<Spanned<String>>,
    pub(in crate::config) entries: usize,
    pub(in crate::config) bytes: usize,
    pub(in crate::config) ttl: Duration,
}

/// `[plugins.NAME.grants.http]`.
pub(in crate::config) struct WrittenHttp {
    pub(in crate::config) span: Span,
    pub(in crate::config) hosts: Option<StringList>,
    pub(in crate::config) deadline: Duration,
    pub(in crate::config) body_bytes: usize,
    pub(in crate::config) allow_private: bool,
    pub(in crate::config) allow_http: bool,
}

pub(super) fn grants(plugin: &mut Table<'_>, faults: &mut Faults) -> WrittenGrants {
    let Some(mut table) = plugin.table("grants", faults) else { return WrittenGrants::default() };
    let grants = WrittenGrants {
        clock: table.flag("clock", faults),
        random: table.flag("random", faults),
        environment: table.strings("environment", faults),
        store: table.table("store", faults).map(|table| store(table, faults)),
        http: table.table("http", faults).map(|table| http(table, faults)),
    };
    table.finish(faults);
    grants
}

fn store(mut table: Table<'_>, faults: &mut Faults) -> WrittenStore {
    let ttl = |table: &mut Table<'_>, faults: &mut Faults| {
        table.number("ttl-seconds", 1..=LONGEST_TTL_SECONDS, STORE_TTL_SECONDS, faults)
    };
    let store = WrittenStore {
        name: table.required("name", "such as name = \"counters\"; plugins that name the same store share it", faults),
        entries: size(table.number("entries", 1..=10_000_000, STORE_ENTRIES, faults)),
        bytes: size(table.number("bytes", 4096..=4 << 30, STORE_BYTES, faults)),
        ttl: Duration::from_secs(ttl(&mut table, faults)),
    };
    table.finish(faults);
    store
}

fn http(mut table: Table<'_>, faults: &mut Faults) -> WrittenHttp {
    let http = WrittenHttp {
        span: table.span(),
        hosts: table.required_strings("hosts", faults),
        deadline: Duration::from_millis(table.number("deadline-ms", 1..=60_000, HTTP_DEADLINE_MS, faults)),
        body_bytes: size(table.number("body-bytes", 0..=16 << 20, HTTP_BODY_BYTES, faults)),
        allow_private: table.flag("allow-private", faults),
        allow_http: table.flag("allow-http", faults),
    };
    table.finish(faults);
    http
}
