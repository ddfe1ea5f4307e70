//! Files that must be there. Never reads one, and never shows what stands where the name of a secret's file should be.

use std::path::{Path, PathBuf};
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// A file, relative to the folder of auth.toml.
pub(super) fn plain(folder: &Path, text: &Spanned<String>, content: &str, faults: &mut Faults) -> Option<PathBuf> {
    let path = folder.join(text.get_ref());
    if path.is_file() {
        return Some(path);
    }
    let hint = format!("a path relative to this file, to {content}");
    faults.push(at(text), format!("there is no file {:?}", text.get_ref()), hint);
    None
}

/// A file with a secret. Somebody may have written the secret itself.
pub(super) fn secret(folder: &Path, text: &Spanned<String>, content: &str, faults: &mut Faults) -> Option<PathBuf> {
    let path = folder.join(text.get_ref());
    if path.is_file() {
        return Some(path);
    }
    faults.hide(at(text));
    let hint = format!("a path relative to this file, to {content}; never the secret itself");
    faults.push(at(text), "there is no file of this name", hint);
    None
}
