//! One key in a file: a public key as PEM, or the secret of an HMAC.
//!
//! Never takes a public key for a secret, whatever the token says.

use std::path::Path;

use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;
use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySetFault, KeySource, Keyring, KeyringError, Scrutiny};
use witgate_token::{Algorithm, Demands, KeyFault, Profile, Refusal};

use crate::issuer::{ISSUER, Signer, now, profile};

const SECRET: &[u8] = b"a secret of thirty-two bytes or more";

fn made(source: KeySource, algorithms: &[Algorithm]) -> Result<Keyring, KeyringError> {
    let profile = Profile { algorithms: algorithms.to_vec(), ..profile() };
    Keyring::new(vec![IssuerConfig::new(profile, source)], Handle::current())
}

fn secret_file(path: &Path) -> KeySource {
    KeySource::SecretFile { path: path.to_owned(), algorithm: Algorithm::Hs256 }
}

fn pem_file(path: &Path, kid: Option<&str>) -> KeySource {
    KeySource::PemFile { path: path.to_owned(), algorithm: Algorithm::Es256, kid: kid.map(str::to_owned) }
}

/// An otherwise good token under an HMAC.
fn hmac_token(algorithm: jsonwebtoken::Algorithm, secret: &[u8]) -> String {
    let mut header = Header::new(algorithm);
    header.typ = Some("at+jwt".into());
    let claims = json!({"iss": ISSUER, "aud": "api", "sub": "u1", "iat": now() - 1, "exp": now() + 600});
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).expect("signs")
}

fn verdict(keyring: &Keyring, token: &str) -> Option<Refusal> {
    keyring.verify_now("main", token, &Demands::default(), now(), &Scrutiny::usual()).err()
}

#[tokio::test]
async fn a_secret_verifies_its_one_hmac_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    std::fs::write(&path, [SECRET, b"\n"].concat()).expect("written");
    let keyring = made(secret_file(&path), &[Algorithm::Hs256]).expect("a keyring");
    use jsonwebtoken::Algorithm::{HS256, HS384};
    let good = hmac_token(HS256, SECRET);
    assert_eq!(verdict(&keyring, &good), None);
    assert!(keyring.authenticate(&good).await.is_ok());
    assert_eq!(
        verdict(&keyring, &hmac_token(HS256, b"another secret of more than 32 bytes")),
        Some(Refusal::Signature)
    );
    assert_eq!(verdict(&keyring, &hmac_token(HS256, &[SECRET, b"\n"].concat())), Some(Refusal::Signature));
    assert_eq!(verdict(&keyring, &hmac_token(HS384, SECRET)), Some(Refusal::AlgorithmNotAllowed));
    assert_eq!(verdict(&keyring, &Signer::new("k1").token()), Some(Refusal::AlgorithmNotAllowed));
}

/// The classic: the public key, which everybody knows, as the secret of an HMAC.
#[tokio::test]
async fn a_public_key_is_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.pem");
    let signer = Signer::new("k1");
    std::fs::write(&path, signer.pem()).expect("written");
    let keyring = made(pem_file(&path, None), &[Algorithm::Es256]).expect("a keyring");
    assert_eq!(verdict(&keyring, &signer.token()), None);
    let forged = hmac_token(jsonwebtoken::Algorithm::HS256, signer.pem().as_bytes());
    assert_eq!(verdict(&keyring, &forged), Some(Refusal::AlgorithmNotAllowed));
    // Nor can an operator be led to configure it.
    let both = made(pem_file(&path, None), &[Algorithm::Es256, Algorithm::Hs256]);
    assert!(matches!(both, Err(KeyringError::Symmetric { algorithm: Algorithm::Hs256, .. })));
    let as_secret = made(secret_file(&path), &[Algorithm::Hs256]).expect_err("refused");
    let cause = KeySetFault::Key(KeyFault::SecretIsKey);
    assert!(matches!(as_secret, KeyringError::FileContent { cause: found, .. } if found == cause), "{as_secret}");
}

#[tokio::test]
async fn a_pem_key_may_have_a_kid() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.pem");
    let signer = Signer::new("k1");
    std::fs::write(&path, signer.pem()).expect("written");
    for (kid, refusal) in [(None, None), (Some("k1"), None), (Some("k2"), Some(Refusal::UnknownKey))] {
        let keyring = made(pem_file(&path, kid), &[Algorithm::Es256]).expect("a keyring");
        assert_eq!(verdict(&keyring, &signer.token()), refusal, "{kid:?}");
        assert_eq!(verdict(&keyring, &Signer::new("k1").token()), refusal.or(Some(Refusal::Signature)), "{kid:?}");
    }
}

#[tokio::test]
async fn what_a_file_must_not_hold_is_refused_at_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    let refused = |source, algorithm| match made(source, &[algorithm]) {
        Err(KeyringError::FileContent { cause: KeySetFault::Key(fault), .. }) => fault,
        other => panic!("{other:?}"),
    };
    std::fs::write(&path, b"short\n").expect("written");
    assert_eq!(refused(secret_file(&path), Algorithm::Hs256), KeyFault::SecretTooShort);
    assert_eq!(refused(pem_file(&path, None), Algorithm::Es256), KeyFault::Pem);
    let rsa = KeySource::PemFile { path: path.clone(), algorithm: Algorithm::Rs256, kid: None };
    std::fs::write(&path, Signer::new("k1").pem()).expect("written");
    assert_eq!(refused(rsa, Algorithm::Rs256), KeyFault::OtherKind);
    std::fs::remove_file(&path).expect("ours");
    assert!(matches!(made(secret_file(&path), &[Algorithm::Hs256]), Err(KeyringError::File { .. })));
}

#[tokio::test]
async fn no_secret_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    std::fs::write(&path, SECRET).expect("written");
    let config = IssuerConfig::new(Profile { algorithms: vec![Algorithm::Hs256], ..profile() }, secret_file(&path));
    let keyring = Keyring::new(vec![config.clone()], Handle::current()).expect("a keyring");
    let shown = format!("{config:?} {keyring:?} {:?}", keyring.report());
    std::fs::write(&path, b"base64:c2VjcmV0!").expect("written");
    let fault = Keyring::new(vec![config], Handle::current()).expect_err("no base64");
    let shown = format!("{shown} {fault} {fault:?}");
    let hidden = [std::str::from_utf8(SECRET).expect("text"), "c2VjcmV0", &format!("{SECRET:?}")[1..20]];
    assert!(hidden.iter().all(|secret| !shown.contains(secret)), "{shown}");
}
