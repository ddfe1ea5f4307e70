//! The master key in a file. A file is written completely under another name and then linked to its own, so that it is
//! there as a whole or not at all. Never replaces a file, and never reads one that is open to others.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::master_key::MasterKey;

/// Mode of a key file that this program makes.
const FILE_MODE: u32 = 0o600;
/// Mode of a folder that this program makes.
const FOLDER_MODE: u32 = 0o700;
/// Largest key file, in bytes. A key in base64 has 44.
const MAX_FILE_BYTES: u64 = 256;

/// Reads the key of an existing file.
pub(super) fn read(path: &Path) -> Result<MasterKey, VaultError> {
    let unreadable = |cause| VaultError::Unreadable { path: path.into(), cause };
    let file = open_regular(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(VaultError::Exposed { path: path.into(), mode });
    }
    // Room for the whole text at once: a buffer that grows leaves copies of the key behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_FILE_BYTES as usize + 1));
    let malformed = || VaultError::Malformed { place: path.display().to_string() };
    match file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text) {
        Err(cause) if cause.kind() == ErrorKind::InvalidData => Err(malformed()),
        Err(cause) => Err(unreadable(cause)),
        Ok(bytes) if bytes as u64 > MAX_FILE_BYTES => Err(malformed()),
        Ok(_) => MasterKey::from_base64(&text).ok_or_else(malformed),
    }
}

/// Reads the key, or makes the file when there is none. Who loses a race reads the winner's.
pub(super) fn find_or_make(path: &Path) -> Result<MasterKey, VaultError> {
    match read(path) {
        Err(VaultError::Unreadable { cause, .. }) if cause.kind() == ErrorKind::NotFound => {
            make(path).map_err(|cause| VaultError::Make { path: path.into(), cause })?;
            read(path)
        }
        found => found,
    }
}

/// Opening a pipe would wait for its writer, for ever.
fn open_regular(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    File::open(path)
}

fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    let draft = Draft(folder.join(format!(".auth-key-{}", Uuid::new_v4())));
    draft.write(&MasterKey::generate().map_err(io::Error::from)?)?;
    match std::fs::hard_link(&draft.0, path) {
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(cause),
        Ok(()) => tracing::info!(event = "encryption_key_made", path = %path.display(), "keep a copy in a safe place"),
    }
    drop(draft);
    // Also where another process won: its key must not vanish after this one has used it.
    File::open(folder)?.sync_all()
}

/// A file that is removed when its owner is done with it, whatever happened.
struct Draft(PathBuf);

impl Draft {
    fn write(&self, key: &MasterKey) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&self.0)?;
        file.write_all(key.to_base64().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Purpose;
    use std::os::unix::fs::symlink;
    use std::sync::Barrier;

    fn mode_of(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    fn fingerprint(key: &MasterKey) -> [u8; 32] {
        *key.subkey(Purpose::Throttle).expose()
    }

    #[test]
    fn the_first_start_makes_a_private_file_and_the_next_ones_keep_it() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("state/auth.key");
        let made = find_or_make(&path).unwrap();
        assert_eq!((mode_of(&path), mode_of(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fingerprint(&find_or_make(&path).unwrap()), fingerprint(&made));
        assert_eq!(fingerprint(&read(&path).unwrap()), fingerprint(&made));
        let names: Vec<_> =
            path.parent().unwrap().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["auth.key"], "no draft is left");
    }

    #[test]
    fn starts_at_the_same_time_agree() {
        const STARTS: usize = 8;
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("auth.key");
        let barrier = Barrier::new(STARTS);
        let start = || {
            barrier.wait();
            fingerprint(&find_or_make(&path).unwrap())
        };
        let seen: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..STARTS).map(|_| scope.spawn(start)).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(seen.iter().all(|key| *key == fingerprint(&read(&path).unwrap())));
    }

    #[test]
    fn a_file_open_to_others_is_refused_and_left_alone() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("auth.key");
        find_or_make(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = find_or_make(&path).err().expect("exposed").to_string();
            assert!(error.contains("chmod 600") && error.contains(&format!("{mode:o}")), "{error}");
        }
    }

    #[test]
    fn what_holds_no_key_is_refused_and_never_replaced() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("auth.key");
        for content in [&b""[..], b"hunter2", &[0xff; 40], &[b'A'; 300]] {
            let _ = std::fs::remove_file(&path);
            let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&path).unwrap();
            file.write_all(content).unwrap();
            let error = find_or_make(&path).err().expect("no key");
            assert!(matches!(error, VaultError::Malformed { .. }), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
    }

    #[test]
    fn an_absent_file_a_folder_and_a_dangling_link_are_refused() {
        let temp = tempfile::tempdir().unwrap();
        let absent = temp.path().join("auth.key");
        assert!(read(&absent).err().expect("absent").to_string().contains("backup"));
        assert!(matches!(find_or_make(temp.path()), Err(VaultError::Unreadable { .. })));
        symlink(temp.path().join("elsewhere"), &absent).unwrap();
        assert!(matches!(find_or_make(&absent), Err(VaultError::Unreadable { .. })), "no key goes through a link");
    }
}
