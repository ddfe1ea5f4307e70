//! The files that new policies are made of, embedded in the program: templates, the contract, the kits.
//!
//! Never reads the disk while the program runs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_embed::RustEmbed;

use crate::config::World;
use crate::workbench::package::Language;

/// Files by their path, with `/`.
pub(super) type Files = BTreeMap<String, Cow<'static, [u8]>>;

#[derive(RustEmbed)]
#[folder = "../plugins/templates/"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "../wit/"]
#[include = "*.wit"]
struct Contract;

#[derive(RustEmbed)]
#[folder = "../plugins/js-sdk/"]
#[include = "*.js"]
#[include = ".npmrc"]
#[include = "package.json"]
#[include = "package-lock.json"]
#[exclude = "node_modules/*"]
#[exclude = "test/*"]
struct JavaScriptKit;

#[derive(RustEmbed)]
#[folder = "../plugins/py-sdk/"]
#[include = "witgate/*.py"]
#[include = "requirements.txt"]
struct PythonKit;

/// The templates of a policy: what its language, its world, and both have; a later one wins.
pub(super) fn of(language: Language, world: World) -> Files {
    let language = language.word();
    let folders = [format!("worlds/{world}/"), format!("{language}/base/"), format!("{language}/{world}/")];
    folders.iter().flat_map(|folder| below::<Templates>(folder)).collect()
}

/// `wit/` as a policy in JavaScript or Python carries it.
pub(super) fn contract() -> Files {
    below::<Contract>("")
}

/// The kit of a language with its pinned tools; nothing for a crate.
pub(super) fn kit(language: Language) -> Files {
    match language {
        Language::Rust => Files::new(),
        Language::JavaScript => below::<JavaScriptKit>(""),
        Language::Python => below::<PythonKit>(""),
    }
}

/// The files below a folder, by their path within it.
fn below<E: RustEmbed>(folder: &str) -> Files {
    let found = E::iter().filter_map(|path| Some((path.strip_prefix(folder)?.to_owned(), E::get(&path)?.data)));
    found.collect()
}
