//! The secrets: each in one place that is there and that only the gateway's user may read, and each name known.
//!
//! Never reads a secret's file: the policy host does, when a plugin that names it is loaded.

use super::{key_places, names};
use crate::config::secret::{SECRET_PREFIX, Secret, SecretPlace};
use crate::config::written::WrittenSecret;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// Every `[secrets.NAME]` that can be meant.
pub(super) fn secrets(folder: &Path, written: &[WrittenSecret], faults: &mut Faults) -> Vec<Secret> {
    written.iter().filter_map(|secret| one(folder, secret, faults)).collect()
}

/// The secrets that a plugin's config names, each once; an unknown one is noted.
///
/// `known`: those that can be meant, and all that were written.
pub(super) fn named(
    names: &[Spanned<String>],
    (known, written): (&[Secret], &[WrittenSecret]),
    faults: &mut Faults,
) -> Vec<Secret> {
    let is_named = |secret: &&Secret| names.iter().any(|name| *name.get_ref() == secret.name);
    for name in names {
        if !written.iter().any(|secret| secret.name.get_ref() == name.get_ref()) {
            let names = written.iter().map(|secret| secret.name.get_ref().as_str());
            let hint = suggest::hint(name.get_ref(), names, "known secrets");
            let message = format!("no secret is named {:?}", name.get_ref());
            faults.push(at(name), message, format!("{hint} (a string that begins with {SECRET_PREFIX:?} names one)"));
        }
    }
    known.iter().filter(is_named).cloned().collect()
}

fn one(folder: &Path, written: &WrittenSecret, faults: &mut Faults) -> Option<Secret> {
    names::check(&written.name, faults);
    let place = match (&written.file, &written.env) {
        (Some(text), None) => SecretPlace::File(file(folder, text, faults)?),
        (None, Some(name)) => SecretPlace::Environment(variable(name, faults)?),
        (file, env) => {
            // Somebody may have written the secret itself.
            [file, env].into_iter().flatten().for_each(|text| faults.hide(at(text)));
            let message = format!("[secrets.{}] must say in one way where the secret is", written.name.get_ref());
            faults.push(at(&written.name), message, "exactly one of file = \"...\" and env = \"NAME\"");
            return None;
        }
    };
    Some(Secret { name: written.name.get_ref().clone(), place })
}

fn file(folder: &Path, text: &Spanned<String>, faults: &mut Faults) -> Option<PathBuf> {
    let path = key_places::secret_file(folder, text, faults)?;
    let mode = std::fs::metadata(&path).map_or(0, |file| file.permissions().mode());
    if mode & 0o077 == 0 {
        return Some(path);
    }
    let message = format!("others than its owner may use {:?}", text.get_ref());
    faults.push(at(text), message, "chmod 600 it (in Kubernetes: defaultMode: 0400), and change the secret");
    None
}

/// Somebody may have written the secret itself, so what is no variable is not shown.
fn variable(name: &Spanned<String>, faults: &mut Faults) -> Option<String> {
    if std::env::var(name.get_ref()).is_ok() {
        return Some(name.get_ref().clone());
    }
    faults.hide(at(name));
    let hint = "the name of a variable that is set where the gateway is started; never the secret itself";
    faults.push(at(name), "the gateway's environment has no such variable, or no text in it", hint);
    None
}
