//! One file of the cache: compiled code, then its SHA-256, so that a cut or rotten file is noticed before it runs.
//!
//! Never seen half written under its own name, and never changed after it has it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::fault::CompileError;
use super::folder;

/// How a file ends that is still being written.
pub(super) const UNFINISHED: &str = ".tmp";
/// The mode of an entry: nobody but its owner.
const OWNER_ALONE: u32 = 0o600;
/// The length of the digest at the end, in bytes.
const DIGEST_BYTES: u64 = 32;
/// How much is copied at a time, in bytes.
const CHUNK: usize = 256 * 1024;

/// What lies under an entry's name.
#[derive(Debug)]
pub(super) enum Found {
    /// nothing
    Nothing,
    /// something that is not what was written
    Damaged,
    /// what was written, and open: under the name there may be something else by now
    Whole(File),
}

/// Looks at an entry, and notes that it was used.
pub(super) fn look(path: &Path) -> Result<Found, CompileError> {
    let not_trusted = |why| CompileError::Entry { path: path.to_owned(), why };
    let file = match open(path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(Found::Nothing),
        Err(Errno::LOOP) => return Err(not_trusted("is a symbolic link")),
        Err(_) => return Ok(Found::Damaged),
    };
    let Ok(facts) = file.metadata() else { return Ok(Found::Damaged) };
    if !facts.is_file() {
        return Err(not_trusted("is no file"));
    }
    if let Some(why) = folder::distrust(&facts) {
        return Err(not_trusted(why));
    }
    if !is_whole(&file, facts.size()).unwrap_or(false) {
        return Ok(Found::Damaged);
    }
    // Its age decides when it is pruned. A cache that cannot be written still serves.
    let _ = file.set_modified(SystemTime::now());
    Ok(Found::Whole(file))
}

/// Writes beside it and renames: a process that is killed half-way leaves a file that nobody reads.
pub(super) fn write(path: &Path, code: &mut File) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let beside =
        path.with_extension(format!("{}-{}{UNFINISHED}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let written = write_new(&beside, code).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_new(path: &Path, code: &mut File) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(path)?;
    code.seek(SeekFrom::Start(0))?;
    let digest = copy(code, &mut file)?;
    file.write_all(&digest)?;
    file.sync_all()
}

fn is_whole(mut file: &File, length: u64) -> io::Result<bool> {
    let Some(code) = length.checked_sub(DIGEST_BYTES) else { return Ok(false) };
    let digest = copy(&mut file.take(code), &mut io::sink())?;
    let mut expected = Vec::new();
    file.read_to_end(&mut expected)?;
    Ok(expected == digest)
}

/// Copies, and gives back the digest of what it copied.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = from.read(&mut chunk)?;
        if count == 0 {
            return Ok(hasher.finalize().into());
        }
        hasher.update(&chunk[..count]);
        to.write_all(&chunk[..count])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::PathBuf;

    /// A folder, and an entry in it.
    fn entry() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("entry.cwasm");
        let mut code = tempfile::tempfile().expect("a file");
        code.write_all(b"compiled code").expect("written");
        write(&path, &mut code).expect("an entry");
        (folder, path)
    }

    #[test]
    fn what_was_written_is_whole_and_alone() {
        let (folder, path) = entry();
        assert!(matches!(look(&path).expect("trusted"), Found::Whole(_)));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert!(matches!(look(&folder.path().join("other")).expect("trusted"), Found::Nothing));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed() {
        let (_folder, path) = entry();
        let whole = fs::read(&path).expect("an entry");
        for at in 0..whole.len() {
            fs::write(&path, &whole[..at]).expect("written");
            assert!(matches!(look(&path).expect("trusted"), Found::Damaged), "cut at {at}");
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).expect("written");
            assert!(matches!(look(&path).expect("trusted"), Found::Damaged), "changed at {at}");
        }
    }

    #[test]
    fn what_others_could_have_written_is_refused() {
        let (folder, path) = entry();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).expect("a changed mode");
        assert!(look(&path).expect_err("not trusted").to_string().ends_with("can be written by other users"));
        let link = folder.path().join("link.cwasm");
        symlink(&path, &link).expect("a link");
        assert!(look(&link).expect_err("not trusted").to_string().ends_with("is a symbolic link"));
    }
}
