//! The folder of compiled code, and whether it may be trusted: what lies there runs inside the gateway.
//!
//! Never trusts a folder or file that another user owns or could write, nor a symbolic link to one.

use std::env;
use std::fs::{self, DirBuilder, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::fault::FolderFault;

/// The folder below the user's cache.
const NAME: &str = "witgate";
/// The mode of the folder: nobody but its owner.
const OWNER_ALONE: u32 = 0o700;
/// The bits of a mode that let others write.
const OTHERS_WRITE: u32 = 0o022;
/// The bit that keeps what others made from being replaced nevertheless.
const STICKY: u32 = 0o1000;

/// A trusted folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it where it is missing, and judges it.
    pub(super) fn open(path: &Path) -> Result<Self, FolderFault> {
        let unusable = |error: io::Error| FolderFault::Unusable { path: path.to_owned(), why: error.to_string() };
        let not_trusted = |why| FolderFault::Unsafe { path: path.to_owned(), why };
        make(path).map_err(unusable)?;
        let facts = fs::symlink_metadata(path).map_err(unusable)?;
        if facts.is_symlink() {
            return Err(not_trusted("is a symbolic link"));
        }
        if !facts.is_dir() {
            return Err(not_trusted("is no folder"));
        }
        distrust(&facts).map_or(Ok(()), |why| Err(not_trusted(why)))?;
        let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let above = fs::metadata(above).map_err(unusable)?;
        if above.mode() & OTHERS_WRITE != 0 && above.mode() & STICKY == 0 {
            return Err(not_trusted("lies in a folder where others may replace it"));
        }
        let ours = rustix::process::geteuid();
        if above.uid() != ours.as_raw() && above.uid() != 0 {
            return Err(not_trusted("lies in a folder of another user, who may replace it"));
        }
        Ok(Self(path.to_owned()))
    }

    /// The folder where the operator names none: below `$XDG_CACHE_HOME` or `$HOME/.cache`.
    pub(super) fn usual() -> Option<PathBuf> {
        let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
        Some(cache.join(NAME))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

/// Why these facts of a folder or file make it untrustworthy, if they do.
pub(super) fn distrust(facts: &Metadata) -> Option<&'static str> {
    if facts.uid() != rustix::process::geteuid().as_raw() {
        Some("belongs to another user")
    } else if facts.mode() & OTHERS_WRITE != 0 {
        Some("can be written by other users")
    } else {
        None
    }
}

fn make(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(OWNER_ALONE).create(path)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    fn refused(path: &Path) -> String {
        Folder::open(path).expect_err("not to be trusted").to_string()
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a changed mode");
    }

    #[test]
    fn a_new_folder_is_its_owners_alone() {
        let above = tempfile::tempdir().expect("a folder");
        let path = above.path().join("deep/cache");
        Folder::open(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, OWNER_ALONE);
        Folder::open(&path).expect("opened again");
    }

    #[test]
    fn what_others_could_write_is_refused() {
        let above = tempfile::tempdir().expect("a folder");
        let path = above.path().join("cache");
        Folder::open(&path).expect("made");
        for mode in [0o720, 0o702, 0o777] {
            set_mode(&path, mode);
            assert!(refused(&path).ends_with("can be written by other users"), "{mode:o}");
        }
        set_mode(&path, 0o755);
        Folder::open(&path).expect("others may look");
        set_mode(above.path(), 0o777);
        assert!(refused(&path).ends_with("others may replace it"));
        set_mode(above.path(), 0o1777);
        Folder::open(&path).expect("as in /tmp");
    }

    #[test]
    fn a_link_and_a_file_are_refused() {
        let above = tempfile::tempdir().expect("a folder");
        let link = above.path().join("link");
        symlink(above.path(), &link).expect("a link");
        assert!(refused(&link).ends_with("is a symbolic link"));
        let file = above.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(refused(&file).ends_with("is no folder"));
    }

    #[test]
    fn another_users_folder_is_refused() {
        let above = tempfile::tempdir().expect("a folder");
        let path = above.path().join("cache");
        Folder::open(&path).expect("made");
        // Only root can give a folder away; elsewhere somebody else's is at hand.
        if chown(&path, Some(12_345), None).is_ok() {
            assert!(refused(&path).ends_with("belongs to another user"));
        } else {
            assert!(refused(Path::new("/usr")).ends_with("belongs to another user"));
        }
    }
}
