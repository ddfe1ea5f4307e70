//! The words about a candidate: `shadow = "FILE"` or `[plugins.NAME.shadow]`.
//!
//! Never looks at the disk.

use toml::Spanned;
use toml::de::DeValue;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::{Table, at};

use super::secret;
use crate::config::json;

/// The sampled share, where not given, in millionths.
const SHARE_MILLIONTHS: u32 = 100_000;

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
    let value = plugin.value("shadow")?;
    match value.get_ref() {
        DeValue::String(file) => Some(of_file(Spanned::new(value.span(), file.clone().into_owned()))),
        DeValue::Table(entries) => Some(of_table(Table::new("[shadow]", at(value), entries), faults)),
        _ => {
            let hint = "such as shadow = \"candidate.wasm\", or a table [plugins.NAME.shadow]";
            faults.push(at(value), "`shadow` must be a file or a table", hint);
            None
        }
    }
}

fn of_file(file: Spanned<String>) -> WrittenShadow {
    let (span, secrets) = (at(&file), Vec::new());
    WrittenShadow { file: Some(file), pin: None, config: None, secrets, share_millionths: SHARE_MILLIONTHS, span }
}

fn of_table(mut table: Table<'_>, faults: &mut Faults) -> WrittenShadow {
    let value = table.value("config");
    let config = value.map(|value| (json::config(value, faults), at(value)));
    let written = WrittenShadow {
        file: table.string("file", faults),
        pin: table.string("sha256", faults),
        config,
        secrets: value.map(secret::named).unwrap_or_default(),
        share_millionths: table.value("share").map_or(SHARE_MILLIONTHS, |value| share(value, faults)),
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

/// A share from 0 to 1, in millionths.
pub(super) fn share(value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> u32 {
    let number: Option<f64> = match value.get_ref() {
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::Integer(integer) => integer.as_str().parse().ok(),
        _ => None,
    };
    match number {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 1,000,000
        Some(share) if (0.0..=1.0).contains(&share) => (share * 1e6).round() as u32,
        _ => {
            faults.push(at(value), "`share` must be a number from 0 to 1", "such as share = 0.1, one call in ten");
            0
        }
    }
}
