//! The words about the service itself: the top of the file, and `[admin]`. Never parses an address or a URL.

use super::small;
use crate::config::limits::{ACCESS_TOKEN_SECONDS, MAX_ACCESS_TOKEN_SECONDS, MIN_ACCESS_TOKEN_SECONDS};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::{StringList, Table};

/// The keys at the top.
pub(in crate::config) struct WrittenServer {
    pub(in crate::config) listen: Option<Spanned<String>>,
    pub(in crate::config) issuer: Option<Spanned<String>>,
    pub(in crate::config) audience: Option<Spanned<String>>,
    pub(in crate::config) resources: Option<StringList>,
    pub(in crate::config) access_token_seconds: u32,
    pub(in crate::config) allow_http: bool,
    pub(in crate::config) trusted_proxies: Option<StringList>,
}

/// `[admin]`.
pub(in crate::config) struct WrittenAdmin {
    pub(in crate::config) listen: Option<Spanned<String>>,
    pub(in crate::config) expose: bool,
}

pub(super) fn server(file: &mut Table<'_>, faults: &mut Faults) -> WrittenServer {
    let issuer_hint = "the `iss` of every token, such as issuer = \"https://id.example.com\"";
    let audience_hint = "who the tokens are meant for, such as audience = \"witgate\"";
    let range = MIN_ACCESS_TOKEN_SECONDS..=MAX_ACCESS_TOKEN_SECONDS;
    WrittenServer {
        listen: file.string("listen", faults),
        issuer: file.required("issuer", issuer_hint, faults),
        audience: file.required("audience", audience_hint, faults),
        resources: file.strings("resources", faults),
        access_token_seconds: small(file, "access-token-seconds", range, ACCESS_TOKEN_SECONDS, faults),
        allow_http: file.flag("allow-http", faults),
        trusted_proxies: file.strings("trusted-proxies", faults),
    }
}

pub(super) fn admin(file: &mut Table<'_>, faults: &mut Faults) -> Option<WrittenAdmin> {
    let mut table = file.table("admin", faults)?;
    let written = WrittenAdmin {
        listen: table.required("listen", "such as listen = \"127.0.0.1:9001\"", faults),
        expose: table.flag("expose", faults),
    };
    table.finish(faults);
    Some(written)
}
