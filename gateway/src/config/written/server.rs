//! The words about the server itself: `[gateway]`, `[[listeners]]`, `[admin]`, `[limits]`.
//!
//! Never parses an address: that is the meaning's part.

use super::loading::{self, WrittenLoading};
use crate::config::model::Limits;
use crate::config::operations::ShowGeneration;
use std::time::Duration;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::{StringList, Table};

/// Most worker threads.
const MAX_THREADS: u64 = 1024;

/// Longest timeout, in milliseconds: one hour.
const MAX_TIMEOUT_MS: u64 = 3_600_000;

/// `[gateway]`.
#[derive(Default)]
pub(in crate::config) struct WrittenGateway {
    /// Number of worker threads; 0 where not given.
    pub(in crate::config) threads: u64,
    pub(in crate::config) identity_prefix: Option<Spanned<String>>,
    pub(in crate::config) trusted_proxies: Option<StringList>,
    pub(in crate::config) debug_key_file: Option<Spanned<String>>,
    pub(in crate::config) loading: WrittenLoading,
    pub(in crate::config) show_generation: Option<Spanned<String>>,
    pub(in crate::config) takeover_socket: Option<Spanned<String>>,
}

/// `[admin]`.
pub(in crate::config) struct WrittenAdmin {
    pub(in crate::config) address: Option<Spanned<String>>,
    pub(in crate::config) expose: bool,
}

pub(super) fn gateway(file: &mut Table<'_>, faults: &mut Faults) -> WrittenGateway {
    let Some(mut table) = file.table("gateway", faults) else {
        return WrittenGateway::default();
    };
    let written = WrittenGateway {
        threads: table.number("threads", 1..=MAX_THREADS, 0, faults),
        identity_prefix: table.string("identity-prefix", faults),
        trusted_proxies: table.strings("trusted-proxies", faults),
        debug_key_file: table.string("debug-key-file", faults),
        loading: loading::loading(&mut table, faults),
        show_generation: table.word("show-generation", ShowGeneration::WORDS.map(|(word, _)| word), faults),
        takeover_socket: table.string("takeover-socket", faults),
    };
    table.finish(faults);
    written
}

pub(super) fn listeners(file: &mut Table<'_>, faults: &mut Faults) -> Vec<Spanned<String>> {
    if file.is_vacant("listeners") {
        let hint = "add [[listeners]] with address = \"127.0.0.1:8080\"";
        faults.push(file.span(), "nothing to listen on: there is no [[listeners]]", hint);
    }
    let mut addresses = Vec::new();
    let tables = file.required_tables("listeners", faults);
    for mut table in tables {
        addresses.extend(table.required("address", "such as address = \"127.0.0.1:8080\"", faults));
        table.finish(faults);
    }
    addresses
}

pub(super) fn admin(file: &mut Table<'_>, faults: &mut Faults) -> Option<WrittenAdmin> {
    let mut table = file.table("admin", faults)?;
    let written = WrittenAdmin {
        address: table.required("address", "such as address = \"127.0.0.1:8081\"", faults),
        expose: table.flag("expose", faults),
    };
    table.finish(faults);
    Some(written)
}

pub(super) fn limits(file: &mut Table<'_>, faults: &mut Faults) -> Limits {
    let Some(mut table) = file.table("limits", faults) else { return Limits::default() };
    let usual = Limits::default();
    let limits = Limits {
        header_bytes: size(table.number("header-bytes", 1024..=1_048_576, usual.header_bytes as u64, faults)),
        headers: size(table.number("headers", 1..=1000, usual.headers as u64, faults)),
        body_bytes: table.number("body-bytes", 0..=1 << 40, usual.body_bytes, faults),
        header_timeout: timeout(&mut table, "header-timeout-ms", usual.header_timeout, faults),
        request_timeout: timeout(&mut table, "request-timeout-ms", usual.request_timeout, faults),
        idle_timeout: timeout(&mut table, "idle-timeout-ms", usual.idle_timeout, faults),
        connections: size(table.number("connections", 1..=1_000_000, usual.connections as u64, faults)),
        token_cache_bytes: size(table.number("token-cache-bytes", 0..=1 << 30, usual.token_cache_bytes as u64, faults)),
    };
    table.finish(faults);
    limits
}

/// A timeout in milliseconds, from 1 ms to one hour.
pub(super) fn timeout(table: &mut Table<'_>, key: &'static str, usual: Duration, faults: &mut Faults) -> Duration {
    let usual_ms = u64::try_from(usual.as_millis()).unwrap_or(MAX_TIMEOUT_MS);
    Duration::from_millis(table.number(key, 1..=MAX_TIMEOUT_MS, usual_ms, faults))
}

/// A checked number as a size of memory or a count.
pub(super) fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
