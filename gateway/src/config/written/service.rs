//! The words about other services: `[issuers.NAME]` and `[upstreams.NAME]`.
//!
//! Never parses a URL: that is the meaning's part.

use super::server::timeout;
use crate::config::model::Typ;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::Spanned;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::Table;
use witgate_token::{DEFAULT_LEEWAY_SECONDS, DEFAULT_MAX_LIFETIME_SECONDS};

/// Time to open a connection to an upstream, where not given.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(2_000);

/// Time until an upstream's response head, where not given.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(30_000);

/// Most clock leeway, in seconds.
const MAX_LEEWAY_SECONDS: u64 = 300;

/// Longest lifetime a token may be allowed, in seconds: one year.
const MAX_LIFETIME_SECONDS: u64 = 31_536_000;

/// How long the last word of a feed of revocations may count, in seconds.
const MAX_STALE_SECONDS: RangeInclusive<u64> = 30..=3600;

/// How long it counts where not given, in seconds.
const USUAL_MAX_STALE_SECONDS: u64 = 60;

/// `[issuers.NAME]`.
pub(in crate::config) struct WrittenIssuer {
    pub(in crate::config) name: Spanned<String>,
    pub(in crate::config) issuer: Option<Spanned<String>>,
    pub(in crate::config) audiences: Option<Spanned<Vec<Spanned<String>>>>,
    pub(in crate::config) algorithms: Option<Spanned<Vec<Spanned<String>>>>,
    pub(in crate::config) jwks_url: Option<Spanned<String>>,
    pub(in crate::config) jwks_file: Option<Spanned<String>>,
    pub(in crate::config) pem_file: Option<Spanned<String>>,
    pub(in crate::config) secret_file: Option<Spanned<String>>,
    pub(in crate::config) discovery: bool,
    pub(in crate::config) typ: Option<Spanned<String>>,
    pub(in crate::config) leeway_seconds: u64,
    pub(in crate::config) max_lifetime_seconds: u64,
    pub(in crate::config) allow_http: bool,
    pub(in crate::config) allow_private: bool,
    pub(in crate::config) key_origins: Option<Spanned<Vec<Spanned<String>>>>,
    pub(in crate::config) revocations_url: Option<Spanned<String>>,
    pub(in crate::config) revocations_max_stale: Option<Spanned<u64>>,
    pub(in crate::config) introspection_url: Option<Spanned<String>>,
    pub(in crate::config) client_id: Option<Spanned<String>>,
    pub(in crate::config) client_secret_file: Option<Spanned<String>>,
}

/// `[upstreams.NAME]`.
pub(in crate::config) struct WrittenUpstream {
    pub(in crate::config) name: Spanned<String>,
    pub(in crate::config) url: Option<Spanned<String>>,
    pub(in crate::config) connect_timeout: Duration,
    pub(in crate::config) response_timeout: Duration,
}

pub(super) fn issuers(file: &mut Table<'_>, faults: &mut Faults) -> Vec<WrittenIssuer> {
    let tables = file.named_tables("issuers", faults);
    tables.into_iter().map(|(name, table)| issuer(name, table, faults)).collect()
}

pub(super) fn upstreams(file: &mut Table<'_>, faults: &mut Faults) -> Vec<WrittenUpstream> {
    let tables = file.named_tables("upstreams", faults);
    tables.into_iter().map(|(name, table)| upstream(name, table, faults)).collect()
}

fn issuer(name: Spanned<String>, mut table: Table<'_>, faults: &mut Faults) -> WrittenIssuer {
    let span = table.span();
    let written = WrittenIssuer {
        issuer: table.required(
            "issuer",
            "the exact `iss` of its tokens, such as \"https://login.example.com\"",
            faults,
        ),
        audiences: table.required_strings("audiences", faults),
        algorithms: table.strings("algorithms", faults),
        jwks_url: table.string("jwks-url", faults),
        jwks_file: table.string("jwks-file", faults),
        pem_file: table.string("pem-file", faults),
        secret_file: table.string("secret-file", faults),
        discovery: table.flag("discovery", faults),
        typ: table.word("typ", Typ::WORDS.map(|(word, _)| word), faults),
        leeway_seconds: table.number("leeway-seconds", 0..=MAX_LEEWAY_SECONDS, DEFAULT_LEEWAY_SECONDS, faults),
        max_lifetime_seconds: table.number(
            "max-lifetime-seconds",
            1..=MAX_LIFETIME_SECONDS,
            DEFAULT_MAX_LIFETIME_SECONDS,
            faults,
        ),
        allow_http: table.flag("allow-http", faults),
        allow_private: table.flag("allow-private", faults),
        key_origins: table.strings("key-origins", faults),
        revocations_url: table.string("revocations-url", faults),
        revocations_max_stale: max_stale(&mut table, faults),
        introspection_url: table.string("introspection-url", faults),
        client_id: table.string("client-id", faults),
        client_secret_file: table.string("client-secret-file", faults),
        name,
    };
    table.finish(faults);
    require_audiences(&written, span, faults);
    written
}

/// In seconds, with its place.
fn max_stale(table: &mut Table<'_>, faults: &mut Faults) -> Option<Spanned<u64>> {
    const KEY: &str = "revocations-max-stale-seconds";
    let place = table.place_of(KEY);
    let seconds = table.number(KEY, MAX_STALE_SECONDS, USUAL_MAX_STALE_SECONDS, faults);
    place.map(|place| Spanned::new(place.offset()..place.offset() + place.len(), seconds))
}

fn require_audiences(written: &WrittenIssuer, span: Span, faults: &mut Faults) {
    let hint = "name what the tokens are meant for, such as audiences = [\"witgate\"]: a token for another service must not pass";
    match &written.audiences {
        None => faults.push(span, format!("[issuers.{}] has no `audiences`", written.name.get_ref()), hint),
        Some(list) if list.get_ref().is_empty() => {
            faults.push(list.span().into(), "`audiences` is empty: no token could pass", hint);
        }
        Some(_) => {}
    }
}

fn upstream(name: Spanned<String>, mut table: Table<'_>, faults: &mut Faults) -> WrittenUpstream {
    let written = WrittenUpstream {
        url: table.required("url", "such as url = \"http://127.0.0.1:9101\"", faults),
        connect_timeout: timeout(&mut table, "connect-timeout-ms", CONNECT_TIMEOUT, faults),
        response_timeout: timeout(&mut table, "response-timeout-ms", RESPONSE_TIMEOUT, faults),
        name,
    };
    table.finish(faults);
    written
}
