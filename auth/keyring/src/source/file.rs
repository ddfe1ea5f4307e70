//! A key file: read whole and bounded, and looked at for who else may read it.
//!
//! Never leaves a copy of a secret behind: what was read is wiped when it is dropped.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::{Obtained, SourceFault};
use crate::config::KeySource;
use crate::fetch;

/// Longest secret file that is read, in bytes.
const MAX_SECRET_BYTES: usize = 4096;

/// Reads the file of a source, and no more than such a file may have.
pub(super) fn read(place: &KeySource, path: &Path) -> Result<Obtained, SourceFault> {
    let limit = match place {
        KeySource::SecretFile { .. } => MAX_SECRET_BYTES,
        KeySource::PemFile { .. } => witgate_token::MAX_PEM_BYTES,
        KeySource::JwksFile(_) | KeySource::JwksUrl(_) | KeySource::Discovery(_) => fetch::MAX_BODY_BYTES,
    };
    // Opening a pipe would wait for its other end, and nobody could end that.
    if !std::fs::metadata(path)?.is_file() {
        return Err(SourceFault::NoFile);
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let is_open = matches!(place, KeySource::SecretFile { .. }) && is_open_to_others(&metadata);
    // All the room at once: a buffer that grows leaves copies behind.
    let mut document = Zeroizing::new(Vec::with_capacity(limit + 1));
    file.take(limit as u64 + 1).read_to_end(&mut document)?;
    if document.len() > limit {
        return Err(SourceFault::FileTooLarge(limit));
    }
    Ok(Obtained { document, max_age: None, is_open_to_others: is_open })
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use witgate_token::Algorithm;

    fn secret(path: &Path) -> KeySource {
        KeySource::SecretFile { path: path.to_owned(), algorithm: Algorithm::Hs256 }
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        let jwks = KeySource::JwksFile(path.clone());
        for (place, limit) in [(secret(&path), MAX_SECRET_BYTES), (jwks, fetch::MAX_BODY_BYTES)] {
            std::fs::write(&path, vec![b'x'; limit]).expect("written");
            assert_eq!(read(&place, &path).expect("read").document.len(), limit);
            std::fs::write(&path, vec![b'x'; limit + 1]).expect("written");
            assert!(matches!(read(&place, &path), Err(SourceFault::FileTooLarge(at)) if at == limit));
        }
        let folder = folder.path();
        assert!(matches!(read(&secret(folder), folder), Err(SourceFault::NoFile)));
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_may_read_is_noticed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, "s").expect("written");
        for (mode, is_open) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("ours");
            assert_eq!(read(&secret(&path), &path).expect("read").is_open_to_others, is_open, "{mode:o}");
        }
        assert!(!read(&KeySource::JwksFile(path.clone()), &path).expect("read").is_open_to_others, "that is public");
    }
}
