//! The words about what is kept: `[postgres]` and `[keys]`. Never shows the value of a key that it does not know: it may
//! be a secret.

use super::small;
use crate::config::limits::{
    AHEAD_SECONDS, CONNECTIONS, MAX_AHEAD_SECONDS, MAX_CONNECTIONS, MAX_ROTATE_DAYS, ROTATE_DAYS,
};
use toml::Spanned;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::Table;

/// `[postgres]`.
pub(in crate::config) struct WrittenPostgres {
    pub(in crate::config) span: Span,
    pub(in crate::config) password_file: Option<Spanned<String>>,
    pub(in crate::config) connections: u64,
    pub(in crate::config) tls: Option<Spanned<String>>,
    pub(in crate::config) allow_plain: bool,
}

/// `[keys]`.
pub(in crate::config) struct WrittenKeys {
    pub(in crate::config) algorithm: Option<Spanned<String>>,
    pub(in crate::config) rotate_after_days: u32,
    pub(in crate::config) publish_ahead_seconds: u32,
    pub(in crate::config) encryption_key_file: Option<Spanned<String>>,
    pub(in crate::config) encryption_key_env: Option<Spanned<String>>,
}

pub(super) fn postgres(file: &mut Table<'_>, faults: &mut Faults) -> Option<WrittenPostgres> {
    let mut table = file.table("postgres", faults)?.with_secrets();
    table.refuse_secret("password", "put it in a file and name that: password-file = \"pg.password\"", faults);
    let written = WrittenPostgres {
        span: table.span(),
        password_file: table.string("password-file", faults),
        connections: table.number("connections", 1..=MAX_CONNECTIONS, CONNECTIONS, faults),
        tls: table.string("tls", faults),
        allow_plain: table.flag("allow-plain", faults),
    };
    table.finish(faults);
    Some(written)
}

pub(super) fn keys(file: &mut Table<'_>, faults: &mut Faults) -> WrittenKeys {
    let Some(table) = file.table("keys", faults) else {
        return WrittenKeys {
            algorithm: None,
            rotate_after_days: ROTATE_DAYS,
            publish_ahead_seconds: AHEAD_SECONDS,
            encryption_key_file: None,
            encryption_key_env: None,
        };
    };
    let mut table = table.with_secrets();
    table.refuse_secret("encryption-key", "put it in a file: encryption-key-file = \"state/auth.key\"", faults);
    let written = WrittenKeys {
        algorithm: table.string("algorithm", faults),
        rotate_after_days: small(&mut table, "rotate-after-days", 0..=MAX_ROTATE_DAYS, ROTATE_DAYS, faults),
        publish_ahead_seconds: small(&mut table, "publish-ahead-seconds", 0..=MAX_AHEAD_SECONDS, AHEAD_SECONDS, faults),
        encryption_key_file: table.string("encryption-key-file", faults),
        encryption_key_env: table.string("encryption-key-env", faults),
    };
    table.finish(faults);
    written
}
