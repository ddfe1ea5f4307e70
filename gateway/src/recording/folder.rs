//! The folder of a recording: its owner's alone.
//!
//! Never repairs the mode of a folder that is there: who opened it to others may have had a reason, and must decide.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The mode of the folder.
const OWNER_ALONE: u32 = 0o700;
/// The bits of a mode that let others in.
const OTHERS: u32 = 0o077;

/// Why a folder cannot hold a recording.
#[derive(Debug, Error)]
#[error("the folder {} {why}", path.display())]
pub struct FolderFault {
    path: PathBuf,
    why: String,
}

impl FolderFault {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        "a recording tells what people did: name a folder that is the gateway's user's alone (chmod 700), or one that \
         the gateway can make"
    }
}

/// Makes the folder where it is missing, and judges it.
///
/// # Errors
/// When it cannot be made, is none, or is open to others.
pub(super) fn open(path: &Path) -> Result<(), FolderFault> {
    let fault = |why: String| FolderFault { path: path.to_owned(), why };
    if !path.exists() {
        let made = DirBuilder::new().recursive(true).mode(OWNER_ALONE).create(path);
        made.map_err(|error| fault(format!("cannot be made: {error}")))?;
    }
    let facts = fs::metadata(path).map_err(|error| fault(format!("cannot be looked at: {error}")))?;
    if !facts.is_dir() {
        return Err(fault("is no folder".to_owned()));
    }
    if facts.uid() != rustix::process::geteuid().as_raw() {
        return Err(fault("belongs to another user".to_owned()));
    }
    if facts.mode() & OTHERS != 0 {
        return Err(fault(format!("is open to other users (mode {:o})", facts.mode() & 0o777)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_folder_is_private_and_an_open_one_is_refused() {
        let above = tempfile::tempdir().expect("a folder");
        let path = above.path().join("deep/recording");
        open(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, OWNER_ALONE);
        for mode in [0o750, 0o705, 0o777] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a changed mode");
            let said = open(&path).expect_err("open to others").to_string();
            assert!(said.ends_with(&format!("is open to other users (mode {mode:o})")), "{said}");
        }
        let file = above.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(open(&file).expect_err("a file").to_string().ends_with("is no folder"));
    }
}
