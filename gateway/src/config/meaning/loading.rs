//! Where compiled code is kept and which bytes a component must have.
//!
//! Never opens the folder: the policy host does, since it must also distrust it.

use crate::config::loading::{CachePlace, Loading, Pin};
use crate::config::written::WrittenLoading;
use std::path::Path;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// `[gateway] cache` and `[gateway.compile]`.
pub(super) fn loading(folder: &Path, written: &WrittenLoading, faults: &mut Faults) -> Loading {
    let cache = written.cache.as_ref().map(|cache| {
        if cache.get_ref().is_empty() {
            faults.push(
                at(cache),
                "`cache` names no folder",
                "a folder of its own, such as cache = \"/var/cache/witgate\"",
            );
        }
        CachePlace { folder: folder.join(cache.get_ref()), span: at(cache) }
    });
    Loading { cache, compile: written.compile }
}

/// `sha256` of a plugin.
pub(super) fn pin(written: &Spanned<String>, faults: &mut Faults) -> Option<Pin> {
    let pin = Pin::parse(written.get_ref());
    if pin.is_none() {
        let hint = "64 hex digits, as `sha256sum FILE` shows them";
        faults.push(at(written), "`sha256` is no SHA-256 digest", hint);
    }
    pin
}
