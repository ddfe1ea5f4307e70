//! What was written in auth.toml: words with their places, types and ranges checked. Never relates one key to another,
//! and never looks at the disk.

mod server;
mod store;
mod accounts;

pub(super) use accounts::{WrittenPasswords, WrittenSessions};
pub(super) use server::{WrittenAdmin, WrittenServer};
pub(super) use store::{WrittenKeys, WrittenPostgres};

use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::DeTable;
use witgate_settings::document::TOP;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::{StringList, Table};

/// The words of a whole file.
pub(super) struct Written {
    pub(super) server: WrittenServer,
    pub(super) admin: Option<WrittenAdmin>,
    pub(super) database: Option<Spanned<String>>,
    pub(super) postgres: Option<WrittenPostgres>,
    pub(super) keys: WrittenKeys,
    pub(super) sessions: WrittenSessions,
    pub(super) passwords: WrittenPasswords,
    pub(super) roles: Option<WrittenRoles>,
}

/// `[roles]`, and where it is.
pub(super) struct WrittenRoles {
    pub(super) span: Span,
    pub(super) rows: Vec<(Spanned<String>, StringList)>,
}

impl Written {
    /// Reads the words of a file whose syntax is good.
    pub(super) fn read(document: &DeTable<'_>, faults: &mut Faults) -> Written {
        let mut file = Table::new("the file", Span::from(TOP), document).with_secrets();
        let written = Written {
            server: server::server(&mut file, faults),
            database: file.string("database", faults),
            postgres: store::postgres(&mut file, faults),
            keys: store::keys(&mut file, faults),
            admin: server::admin(&mut file, faults),
            sessions: accounts::sessions(&mut file, faults),
            passwords: accounts::passwords(&mut file, faults),
            roles: roles(&mut file, faults),
        };
        file.finish(faults);
        written
    }
}

fn roles(file: &mut Table<'_>, faults: &mut Faults) -> Option<WrittenRoles> {
    let span = file.place_of("roles")?;
    file.lists("roles", faults).map(|rows| WrittenRoles { span, rows })
}

/// A number that fits 32 bits, since its range does.
fn small(table: &mut Table<'_>, key: &'static str, range: RangeInclusive<u32>, usual: u32, faults: &mut Faults) -> u32 {
    let wide = u64::from(*range.start())..=u64::from(*range.end());
    u32::try_from(table.number(key, wide, usual.into(), faults)).unwrap_or(usual)
}
