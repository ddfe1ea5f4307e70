//! A key file: how much of it is read, and whether who else may read it matters.
//!
//! Never reads more than a file of its kind may have.

use std::path::Path;

use super::{Obtained, SourceFault};
use crate::bounded_file::{self, FileFault, MAX_SECRET_BYTES};
use crate::config::KeySource;
use crate::fetch;

/// Reads the file of a source, and no more than such a file may have.
pub(super) fn read(place: &KeySource, path: &Path) -> Result<Obtained, SourceFault> {
    let limit = match place {
        KeySource::SecretFile { .. } => MAX_SECRET_BYTES,
        KeySource::PemFile { .. } => witgate_token::MAX_PEM_BYTES,
        KeySource::JwksFile(_) | KeySource::JwksUrl(_) | KeySource::Discovery(_) => fetch::MAX_BODY_BYTES,
    };
    let content = bounded_file::read(path, limit)?;
    let is_open_to_others = matches!(place, KeySource::SecretFile { .. }) && content.is_open_to_others;
    Ok(Obtained { document: content.bytes, max_age: None, is_open_to_others })
}

impl From<FileFault> for SourceFault {
    fn from(fault: FileFault) -> Self {
        match fault {
            FileFault::Io(cause) => Self::File(cause),
            FileFault::NoFile => Self::NoFile,
            FileFault::TooLarge(limit) => Self::FileTooLarge(limit),
        }
    }
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
