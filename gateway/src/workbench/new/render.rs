//! From templates to the files of one policy: placeholders are replaced, kit and contract laid beside them.
//!
//! Never a language of its own: a placeholder is `{{word}}`, and there are no conditions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::templates::{self, Files};
use super::{NewFault, Order};
use crate::workbench::package::Language;

/// Pieces of the README, which are no files of their own in a policy.
const PIECES: [&str; 3] = ["about.md", "answers.md", "config.toml"];

/// A kit's own files that belong to the root of a policy; the rest is the kit's folder.
const KIT_FOLDER: &str = "witgate";

/// The files of a policy by their path within its folder.
pub(super) fn files(order: &Order) -> Result<BTreeMap<PathBuf, Vec<u8>>, NewFault> {
    let mut templates = templates::of(order.language, order.world);
    let values = values(order, &mut templates)?;
    let mut files = BTreeMap::new();
    for (path, bytes) in templates {
        let text = filled(text(&path, &bytes)?, &values);
        files.insert(PathBuf::from(path), text.into_bytes());
    }
    files.extend(carried(order.language));
    if order.language == Language::Rust {
        files.extend(order.sdk.lock().map(|lock| (PathBuf::from("Cargo.lock"), lock)));
    }
    Ok(files)
}

/// What each placeholder stands for. The pieces are taken out of the templates.
fn values(order: &Order, templates: &mut Files) -> Result<Vec<(String, String)>, NewFault> {
    let name = &order.name;
    let mut values = vec![
        ("name".to_owned(), name.text().to_owned()),
        ("crate".to_owned(), name.snake()),
        ("type".to_owned(), name.camel()),
        ("world".to_owned(), order.world.word().to_owned()),
        ("sdk".to_owned(), order.sdk.dependency()),
    ];
    for piece in PIECES {
        let bytes = templates.remove(piece).ok_or_else(|| NewFault::Template(piece.to_owned()))?;
        let word = piece.split('.').next().unwrap_or(piece).to_owned();
        values.push((word, text(piece, &bytes)?.trim_end().to_owned()));
    }
    Ok(values)
}

fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, NewFault> {
    std::str::from_utf8(bytes).map_err(|_| NewFault::Template(path.to_owned()))
}

fn filled(template: &str, values: &[(String, String)]) -> String {
    values.iter().fold(template.to_owned(), |text, (word, value)| text.replace(&format!("{{{{{word}}}}}"), value))
}

/// What a policy that is a script carries: the contract in `wit/`, the kit in `witgate/`, the pins of its tools beside them.
fn carried(language: Language) -> Vec<(PathBuf, Vec<u8>)> {
    if language == Language::Rust {
        return Vec::new();
    }
    let contract = templates::contract().into_iter().map(|(path, bytes)| (PathBuf::from("wit").join(path), bytes));
    let kit = templates::kit(language).into_iter().filter_map(|(path, bytes)| Some((place(&path)?, bytes)));
    contract.chain(kit).map(|(path, bytes)| (path, Cow::into_owned(bytes))).collect()
}

/// Where a file of a kit lies in a policy. The kit's package.json stays behind: the policy has its own.
fn place(path: &str) -> Option<PathBuf> {
    match path {
        "package.json" => None,
        "package-lock.json" | ".npmrc" | "requirements.txt" => Some(PathBuf::from(path)),
        _ if path.starts_with(KIT_FOLDER) && path.contains('/') => Some(PathBuf::from(path)),
        _ => Some(PathBuf::from(KIT_FOLDER).join(path)),
    }
}
