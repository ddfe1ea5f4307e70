//! The words about a candidate: `shadow = "FILE"` or `[plugins.NAME.shadow]`.
//!
//! Never looks at the disk.

use toml::Spanned;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::{Table, TextOrTable, at};

use super::secret;
use crate::config::json;

/// The sampled share of the calls, where not given.
const SHARE: f64 = 0.1;

/// `shadow` of a plugin.
pub(in crate::config) struct WrittenShadow {
    pub(in crate::config) file: Option<Spanned<String>>,
    pub(in crate::config) pin: Option<Spanned<String>>,
    pub(in crate::config) config: Option<(String, Span)>,
    /// those that `config` names
    pub(in crate::config) secrets: Vec<Spanned<String>>,
    pub(in crate::config) share_millionths: u32,
    pub(in crate::config) span: Span,
}

/// A component alone, or a table.
pub(super) fn shadow(plugin: &mut Table<'_>, faults: &mut Faults) -> Option<WrittenShadow> {
    let hint = "such as shadow = \"candidate.wasm\", or a table [plugins.NAME.shadow]";
    Some(match plugin.text_or_table("shadow", hint, faults)? {
        TextOrTable::Text(file) => of_file(file),
        TextOrTable::Table(table) => of_table(table, faults),
    })
}

fn of_file(file: Spanned<String>) -> WrittenShadow {
    let (span, secrets) = (at(&file), Vec::new());
    WrittenShadow { file: Some(file), pin: None, config: None, secrets, share_millionths: millionths(SHARE), span }
}

fn of_table(mut table: Table<'_>, faults: &mut Faults) -> WrittenShadow {
    let value = table.any_table("config");
    let config = value.map(|value| (json::config(value, faults), at(value)));
    let written = WrittenShadow {
        file: table.string("file", faults),
        pin: table.string("sha256", faults),
        config,
        secrets: value.map(secret::named).unwrap_or_default(),
        share_millionths: millionths(table.decimal("share", 0.0..=1.0, SHARE, faults)),
        span: table.span(),
    };
    if written.file.is_none() && written.config.is_none() {
        faults.push(
            table.span(),
            "this shadow would be the plugin itself",
            "give it `file`, the candidate's component, or `config`, or both",
        );
    }
    table.finish(faults);
    written
}

/// A share from 0 to 1 of the calls, in millionths.
pub(super) fn millionths(share: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 1,000,000
    let millionths = (share * 1e6).round() as u32;
    millionths
}
