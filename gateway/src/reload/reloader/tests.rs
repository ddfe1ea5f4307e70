//! Rollbacks of a gateway that was loaded from files. Never with traffic: the end-to-end tests do that.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::policy::loading::Compiling;

pub(in crate::reload) fn write(path: &Path, headers: u32) {
    let text = format!("[[listeners]]\naddress = \"127.0.0.1:0\"\n[limits]\nheaders = {headers}\n");
    std::fs::write(path, text).expect("written");
}

pub(in crate::reload) fn start(path: &Path) -> Reloader {
    let metrics = Arc::new(Metrics::default());
    let runtime = tokio::runtime::Handle::current();
    let builder = Builder::new(runtime, Arc::clone(&metrics), Compiling::InProcess).expect("an engine");
    Reloader::start(path.to_owned(), builder, metrics).expect("no fault")
}

fn rollback(reloader: &Reloader) -> Outcome {
    reloader.rollback(reloader.current.load().number)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_undoes_only_what_was_in_force_when_it_was_ordered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gateway.toml");
    write(&path, 100);
    let reloader = start(&path);
    assert_eq!(rollback(&reloader), Outcome::NothingBefore);
    write(&path, 1);
    assert_eq!(reloader.look(), Outcome::Accepted(2));
    // The operator orders the end of 2, and the mend is swapped in before the order has the lock.
    let meant = reloader.current.load().number;
    write(&path, 90);
    assert_eq!(reloader.look(), Outcome::Accepted(3));
    assert_eq!(reloader.rollback(meant), Outcome::Overtaken);
    assert_eq!(reloader.current.load().config.limits.headers, 90, "the mend stays");
    assert_eq!(rollback(&reloader), Outcome::Accepted(4));
    assert_eq!(reloader.current.load().config.limits.headers, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_does_without_the_operators_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, key) = (folder.path().join("gateway.toml"), folder.path().join("operator.pem"));
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
               -----END PUBLIC KEY-----\n";
    std::fs::write(&key, pem).expect("written");
    write(&path, 100);
    let text = std::fs::read_to_string(&path).expect("text");
    std::fs::write(&path, format!("[gateway]\ndebug-key-file = \"operator.pem\"\n{text}")).expect("written");
    let reloader = start(&path);
    assert!(reloader.current.load().debug_key.is_some());
    write(&path, 90);
    assert_eq!(reloader.look(), Outcome::Accepted(2));
    std::fs::remove_file(&key).expect("removed");
    assert_eq!(rollback(&reloader), Outcome::Accepted(3));
    let current = reloader.current.load();
    assert!(current.debug_key.is_none() && current.config.limits.headers == 100);
}

/// The same with a secret in the file `secret` beside it.
fn write_with_secret(path: &Path, headers: u32) {
    write(path, headers);
    let text = fs::read_to_string(path).expect("text");
    fs::write(path, format!("{text}[secrets.key]\nfile = \"secret\"\n")).expect("written");
}

/// A gateway.toml with a secret, and what serves by it.
struct Rotated {
    path: PathBuf,
    secret: PathBuf,
    reloader: Reloader,
    _folder: TempDir,
}

fn with_secret() -> Rotated {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, secret) = (folder.path().join("gateway.toml"), folder.path().join("secret"));
    fs::write(&secret, "one").expect("written");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("a mode");
    write_with_secret(&path, 100);
    Rotated { reloader: start(&path), path, secret, _folder: folder }
}

/// Writes into the file as it is: same length, same time of modification. Again until the file system's clock shows it.
fn rotate(secret: &Path) {
    let before = fs::metadata(secret).expect("a secret");
    let file = fs::File::options().write(true).open(secret).expect("opened");
    let changed = || fs::metadata(secret).map(|now| (now.ctime(), now.ctime_nsec())).expect("a secret");
    while changed() == (before.ctime(), before.ctime_nsec()) {
        fs::write(secret, "two").expect("written");
        file.set_modified(before.modified().expect("a time")).expect("set back");
    }
}

fn headers(reloader: &Reloader) -> usize {
    reloader.current.load().config.limits.headers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_rotated_undoes_no_rollback() {
    let Rotated { path, secret, reloader, _folder } = with_secret();
    // What is on disk does not even name the secret.
    write(&path, 90);
    assert_eq!((reloader.look(), rollback(&reloader)), (Outcome::Accepted(2), Outcome::Accepted(3)));
    for number in [4, 5] {
        assert!(!reloader.differs());
        rotate(&secret);
        assert!(reloader.differs(), "it is what is in force that names it");
        assert_eq!((reloader.look(), headers(&reloader)), (Outcome::Accepted(number), 100));
        assert_eq!((reloader.ledger.origin(), reloader.previous()), (Origin::Rollback { to: 1 }, Some(2)));
        assert_eq!(reloader.look(), Outcome::Unchanged);
    }
    write_with_secret(&path, 80);
    assert_eq!((reloader.look(), headers(&reloader)), (Outcome::Accepted(6), 80));
    assert_eq!((reloader.ledger.origin(), reloader.previous()), (Origin::Files, Some(5)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_rotated_is_taken_up_whatever_the_disk_says() {
    let Rotated { path, secret, reloader, _folder } = with_secret();
    assert_eq!(reloader.reload(), Outcome::Unchanged);
    rotate(&secret);
    assert_eq!(reloader.reload(), Outcome::Accepted(2), "of the same length and time");
    write_with_secret(&path, 90);
    assert_eq!(reloader.look(), Outcome::Accepted(3));
    rotate(&secret);
    assert_eq!((reloader.look(), reloader.previous()), (Outcome::Accepted(4), Some(2)), "no step to undo");

    fs::write(&path, "no TOML [").expect("written");
    assert_eq!(reloader.look(), Outcome::Refused);
    rotate(&secret);
    assert_eq!((reloader.look(), headers(&reloader)), (Outcome::Accepted(5), 90));
    assert!(reloader.ledger.last_refusal().is_some(), "the disk is still at fault");
    assert_eq!((reloader.look(), rollback(&reloader)), (Outcome::Unchanged, Outcome::Accepted(6)));
    assert_eq!(headers(&reloader), 100);
}
