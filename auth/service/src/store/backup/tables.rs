//! Which tables and columns a backup holds. A table stands behind those that it refers to. Never leaves out a column: a
//! test compares this list with both databases.

use std::sync::LazyLock;

use super::super::value::Value;

/// A table, with the SQL that reads and fills it.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [&'static str],
    /// Below every key.
    pub(super) start: Vec<Value>,
    /// Rows behind the key `$1`, ..., in its order, at most so many.
    pub(super) page: String,
    pub(super) insert: String,
}

/// The type of a column of a primary key. The key's columns are a table's first ones.
#[derive(Clone, Copy)]
enum Key {
    Int,
    Text,
    Bytes,
}

type Spec = (&'static str, &'static [Key], &'static [&'static str]);

const SPECS: [Spec; 15] = [
    (
        "users",
        &[Key::Text],
        &[
            "id",
            "name",
            "email",
            "password_hash",
            "roles",
            "tenant",
            "disabled_at",
            "created_at",
            "password_changed_at",
        ],
    ),
    (
        "clients",
        &[Key::Text],
        &[
            "client_id",
            "name",
            "auth_method",
            "secret_hash",
            "jwks",
            "redirect_uris",
            "grant_types",
            "scopes",
            "audiences",
            "first_party",
            "created_at",
            "disabled_at",
        ],
    ),
    (
        "sessions",
        &[Key::Text],
        &[
            "sid",
            "user_id",
            "created_at",
            "last_used_at",
            "ended_at",
            "end_reason",
            "client_id",
            "scope",
            "audience",
            "auth_time",
            "amr",
            "source",
            "tokens_until",
        ],
    ),
    ("refresh_tokens", &[Key::Bytes], &["hash", "sid", "issued_at", "expires_at", "spent_at", "salt", "successor"]),
    (
        "signing_keys",
        &[Key::Text],
        &["kid", "alg", "public_jwk", "sealed_pkcs8", "created_at", "signs_from", "retired_at", "succeeded_at"],
    ),
    ("browser_sessions", &[Key::Bytes], &["hash", "user_id", "auth_time", "amr", "expires_at", "ended_at"]),
    (
        "authorization_codes",
        &[Key::Bytes],
        &[
            "hash",
            "client_id",
            "user_id",
            "redirect_uri",
            "code_challenge",
            "scope",
            "nonce",
            "audience",
            "auth_time",
            "amr",
            "expires_at",
            "used_at",
            "sid",
        ],
    ),
    ("consents", &[Key::Text, Key::Text], &["user_id", "client_id", "scopes", "granted_at"]),
    ("used_assertions", &[Key::Bytes], &["hash", "expires_at"]),
    ("second_factors", &[Key::Text], &["user_id", "sealed_secret", "created_at", "confirmed_at", "last_step"]),
    ("recovery_codes", &[Key::Text, Key::Bytes], &["user_id", "hash", "used_at"]),
    ("throttles", &[Key::Text], &["key", "failures", "last_at"]),
    (FEED, &[Key::Int], &["id", "epoch", "seq", "pruned_to"]),
    ("revocations", &[Key::Int], &["seq", "kind", "name", "at", "until_at", "subject"]),
    (
        "audit",
        &[Key::Int],
        &["id", "at", "event", "actor", "user_id", "sid", "client_id", "source", "request_id", "detail"],
    ),
];

/// The one table that is never empty.
pub(super) const FEED: &str = "feed";

/// All tables, in the order of a backup.
pub(super) fn tables() -> &'static [Table] {
    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| SPECS.iter().map(table).collect());
    &TABLES
}

fn table((name, key, columns): &Spec) -> Table {
    let keys = columns[..key.len()].join(", ");
    let places = |count: usize| (1..=count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    let (all, count) = (columns.join(", "), key.len());
    let page =
        format!("SELECT {all} FROM {name} WHERE ({keys}) > ({}) ORDER BY {keys} LIMIT ${}", places(count), count + 1);
    // The ids of the audit log are PostgreSQL's to give, unless it is told otherwise.
    let overriding = if *name == "audit" { " OVERRIDING SYSTEM VALUE" } else { "" };
    let insert = format!("INSERT INTO {name} ({all}){overriding} VALUES ({})", places(columns.len()));
    let start = key.iter().map(Key::least).collect();
    Table { name, columns, start, page, insert }
}

impl Key {
    fn least(&self) -> Value {
        match self {
            Key::Int => i64::MIN.into(),
            Key::Text => "".into(),
            Key::Bytes => Value::Bytes(Vec::new()),
        }
    }
}
