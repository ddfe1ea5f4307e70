//! The words of a `[[routes]]` table.
//!
//! Never resolves a name and never parses a pattern: that is the meaning's part.

use toml::Spanned;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::Table;

/// A name or header with its value, both with their places.
pub(in crate::config) type WrittenPair = (Spanned<String>, Spanned<String>);

/// `[[routes]]`.
pub(in crate::config) struct WrittenRoute {
    /// The table itself, for what is missing.
    pub(in crate::config) span: Span,
    pub(in crate::config) name: Option<Spanned<String>>,
    pub(in crate::config) host: Option<Spanned<String>>,
    pub(in crate::config) path: Option<Spanned<String>>,
    pub(in crate::config) prefix: Option<Spanned<String>>,
    pub(in crate::config) methods: Option<Spanned<Vec<Spanned<String>>>>,
    pub(in crate::config) headers: Vec<WrittenPair>,
    pub(in crate::config) policies: Vec<Spanned<String>>,
    pub(in crate::config) upstream: Option<Spanned<String>>,
    pub(in crate::config) upstreams: Vec<Spanned<String>>,
    pub(in crate::config) identity_headers: Vec<WrittenPair>,
    pub(in crate::config) public: bool,
    /// The value of `sensitive`, where it is `true`.
    pub(in crate::config) sensitive: Option<Span>,
}

pub(super) fn routes(file: &mut Table<'_>, faults: &mut Faults) -> Vec<WrittenRoute> {
    file.list_of_tables("routes", faults).into_iter().map(|table| route(table, faults)).collect()
}

fn route(mut table: Table<'_>, faults: &mut Faults) -> WrittenRoute {
    let written = WrittenRoute {
        span: table.span(),
        name: table.required("name", "give each route a name for logs and metrics, such as name = \"orders\"", faults),
        host: table.string("host", faults),
        path: table.string("path", faults),
        prefix: table.string("prefix", faults),
        methods: table.strings("methods", faults),
        headers: table.pairs("headers", faults),
        policies: list(&mut table, "policies", faults),
        upstream: table.required("upstream", "name one of the upstreams, such as upstream = \"orders\"", faults),
        upstreams: list(&mut table, "upstreams", faults),
        identity_headers: table.pairs("identity-headers", faults),
        public: table.flag("public", faults),
        sensitive: sensitive(&mut table, faults),
    };
    table.finish(faults);
    written
}

fn sensitive(table: &mut Table<'_>, faults: &mut Faults) -> Option<Span> {
    let is_sensitive = table.flag("sensitive", faults);
    table.place_of("sensitive").filter(|_| is_sensitive)
}

fn list(table: &mut Table<'_>, key: &'static str, faults: &mut Faults) -> Vec<Spanned<String>> {
    table.strings(key, faults).map(Spanned::into_inner).unwrap_or_default()
}
