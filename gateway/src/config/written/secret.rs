//! The words about secrets: `[secrets.NAME]`, and which of them a plugin's config names.
//!
//! Never shows what stands where the place of a secret should be.

use crate::config::secret::SECRET_PREFIX;
use toml::Spanned;
use toml::de::DeValue;
use witgate_settings::fault::Faults;
use witgate_settings::reader::Table;

/// `[secrets.NAME]`.
pub(in crate::config) struct WrittenSecret {
    pub(in crate::config) name: Spanned<String>,
    pub(in crate::config) file: Option<Spanned<String>>,
    pub(in crate::config) env: Option<Spanned<String>>,
}

pub(super) fn secrets(file: &mut Table<'_>, faults: &mut Faults) -> Vec<WrittenSecret> {
    let tables = file.named_tables("secrets", faults);
    tables.into_iter().map(|(name, table)| secret(name, table.with_secrets(), faults)).collect()
}

fn secret(name: Spanned<String>, mut table: Table<'_>, faults: &mut Faults) -> WrittenSecret {
    let hint = "write file = \"...\", a file that only its owner may read, or env = \"NAME\"";
    table.refuse_secret("value", hint, faults);
    let written = WrittenSecret { file: table.string("file", faults), env: table.string("env", faults), name };
    table.finish(faults);
    written
}

/// The names of the secrets that a plugin's config refers to, each as often as it does.
pub(super) fn named(config: &Spanned<DeValue<'_>>) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    gather(config, &mut found);
    found
}

fn gather(value: &Spanned<DeValue<'_>>, found: &mut Vec<Spanned<String>>) {
    match value.get_ref() {
        DeValue::String(text) => {
            found.extend(text.strip_prefix(SECRET_PREFIX).map(|name| Spanned::new(value.span(), name.to_owned())));
        }
        DeValue::Array(items) => items.iter().for_each(|item| gather(item, found)),
        DeValue::Table(entries) => entries.values().for_each(|item| gather(item, found)),
        _ => {}
    }
}
