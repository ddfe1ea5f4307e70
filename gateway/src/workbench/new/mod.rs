//! `witgate plugin new`: a policy of any world in any language, made of the templates in the program.
//!
//! Never writes into a folder that was there before, and never needs the network.

mod fault;
mod name;
mod sdk;
mod templates;
mod render;

use std::fs;
use std::path::{Path, PathBuf};

pub use fault::NewFault;
pub use name::Name;
pub use sdk::Sdk;

use super::package::Language;
use crate::config::World;

/// What to make.
#[derive(Debug)]
pub struct Order {
    /// Its name.
    pub name: Name,
    /// Its role.
    pub world: World,
    /// What it is written in.
    pub language: Language,
    /// The folder to make.
    pub folder: PathBuf,
    /// Where a crate finds the SDK; the other languages carry their kit.
    pub sdk: Sdk,
}

/// Makes the folder with all its files; their paths within it, sorted.
///
/// # Errors
/// When the folder is there already or cannot be written; nothing is left behind then.
pub fn make(order: &Order) -> Result<Vec<PathBuf>, NewFault> {
    let files = render::files(order)?;
    let fault = |error| NewFault::Write { path: order.folder.clone(), error };
    if let Some(above) = order.folder.parent() {
        fs::create_dir_all(above).map_err(fault)?;
    }
    // The one call that decides whose folder it is.
    fs::create_dir(&order.folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => NewFault::Exists(order.folder.clone()),
        _ => fault(error),
    })?;
    let written = files.iter().try_for_each(|(path, bytes)| write(&order.folder.join(path), bytes));
    written.inspect_err(|_| drop(fs::remove_dir_all(&order.folder)))?;
    Ok(files.into_keys().collect())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), NewFault> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(path, bytes)).map_err(|error| NewFault::Write { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests;
