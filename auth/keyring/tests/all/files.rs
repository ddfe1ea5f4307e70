//! A key set in a file: read at start, read again when it changed.
//!
//! Never uses a fixed path: each test has its own folder.

use std::path::Path;
use std::time::Duration;

use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, KeyringError, Scrutiny, Timing};
use witgate_token::Demands;

use crate::issuer::{Signer, eventually, keyring_from, now, profile, quick};

fn made(path: &Path) -> Result<Keyring, KeyringError> {
    let config = IssuerConfig::new(profile(), KeySource::JwksFile(path.to_owned()));
    Keyring::new(vec![config], Handle::current())
}

#[tokio::test]
async fn a_file_is_read_at_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let signer = Signer::new("k1");
    std::fs::write(&path, signer.jwks()).expect("written");
    let keyring = made(&path).expect("a keyring");
    assert!(keyring.verify_now("main", &signer.token(), &Demands::default(), now(), &Scrutiny::usual()).is_ok());
    assert_eq!(keyring.generation("main"), 1);
}

#[tokio::test]
async fn a_bad_file_is_refused_at_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    assert!(matches!(made(&path), Err(KeyringError::File { .. })));
    for content in ["", "{}", r#"{"keys":[]}"#] {
        std::fs::write(&path, content).expect("written");
        assert!(matches!(made(&path), Err(KeyringError::FileContent { .. })), "{content}");
    }
}

#[tokio::test]
async fn a_changed_file_is_read_again_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    std::fs::write(&path, old.jwks()).expect("written");
    let short = Duration::from_millis(20);
    let timing = Timing { file_check: short, cooldown: short, ..quick() };
    let keyring = keyring_from(KeySource::JwksFile(path.clone()), &timing);
    assert!(keyring.authenticate(&old.token()).await.is_ok());
    std::fs::write(&path, "{ half a docu").expect("written");
    assert!(keyring.authenticate(&new.token()).await.is_err());
    assert!(keyring.authenticate(&old.token()).await.is_ok());
    std::fs::write(&path, new.jwks()).expect("written");
    let token = new.token();
    let verified = async || keyring.verify_now("main", &token, &Demands::default(), now(), &Scrutiny::usual()).is_ok();
    eventually("the changed file", verified).await;
    assert_eq!(keyring.generation("main"), 2);
}
