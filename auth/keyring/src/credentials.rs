//! Who we are to an issuer: a client's id, and its secret from a file, as HTTP Basic (RFC 6749 section 2.3.1).
//!
//! Never shows the secret, and never sends anything itself.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::bounded_file::{self, FileFault, MAX_SECRET_BYTES};

/// A client that the issuer knows. The secret is only in the file: its bytes, of which whitespace at the end does not
/// count. It is read when the keyring is made, and again when the issuer refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The client's id.
    pub id: String,
    /// The file with its secret, at most 4096 bytes.
    pub secret_file: PathBuf,
}

/// Why there is no secret. Quotes nothing of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialFault {
    #[error(transparent)]
    File(#[from] FileFault),
    #[error("there is no secret in the file")]
    Empty,
    #[error("the client's id is empty")]
    NoId,
}

/// Credentials with the header that they make. Both uses of one issuer share it.
pub(crate) struct Account {
    credentials: ClientCredentials,
    /// Marked as sensitive: its Debug shows nothing.
    authorization: ArcSwap<HeaderValue>,
}

impl Account {
    /// Reads the secret. Blocks.
    pub fn open(credentials: ClientCredentials) -> Result<Self, CredentialFault> {
        let authorization = ArcSwap::from_pointee(read(&credentials)?);
        Ok(Self { credentials, authorization })
    }

    pub fn is_of(&self, credentials: &ClientCredentials) -> bool {
        self.credentials == *credentials
    }

    /// The value of `Authorization`.
    pub fn authorization(&self) -> Arc<HeaderValue> {
        self.authorization.load_full()
    }

    /// Reads the file again: the value of now, where it is another than the one that was sent and refused. Compared with
    /// that one, since somebody else may have read the file in the meantime.
    pub async fn read_again(&self, refused: &HeaderValue) -> Result<Option<Arc<HeaderValue>>, CredentialFault> {
        let credentials = self.credentials.clone();
        let reading = tokio::task::spawn_blocking(move || read(&credentials)).await;
        let now = Arc::new(reading.map_err(|cause| FileFault::Io(std::io::Error::other(cause)))??);
        self.authorization.store(Arc::clone(&now));
        Ok((*now != *refused).then_some(now))
    }
}

fn read(credentials: &ClientCredentials) -> Result<HeaderValue, CredentialFault> {
    if credentials.id.is_empty() {
        return Err(CredentialFault::NoId);
    }
    let content = bounded_file::read(&credentials.secret_file, MAX_SECRET_BYTES)?;
    if content.is_open_to_others {
        let file = credentials.secret_file.display();
        tracing::warn!(%file, "others than its owner may use this file with a client's secret; chmod 600 it");
    }
    let secret = content.bytes.trim_ascii_end();
    if secret.is_empty() { Err(CredentialFault::Empty) } else { Ok(basic(&credentials.id, secret)) }
}

/// Both parts are form-urlencoded first, so a colon in the id is no end of it.
fn basic(id: &str, secret: &[u8]) -> HeaderValue {
    let encoded = |bytes| byte_serialize(bytes).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(id.as_bytes()), *Zeroizing::new(encoded(secret))));
    let text = Zeroizing::new(format!("Basic {}", *Zeroizing::new(STANDARD.encode(pair.as_bytes()))));
    let mut value = HeaderValue::from_str(&text).expect("base64 is a header value");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(secret: &[u8]) -> (Result<Account, CredentialFault>, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let secret_file = folder.path().join("secret");
        std::fs::write(&secret_file, secret).expect("written");
        (Account::open(ClientCredentials { id: "gate:1".into(), secret_file }), folder)
    }

    #[test]
    fn both_parts_are_encoded_before_they_are_joined() {
        let (account, _folder) = account(b"a +%:\xc3\xa9 \r\n");
        let value = account.expect("read").authorization();
        let encoded = value.to_str().expect("text").strip_prefix("Basic ").expect("Basic");
        assert_eq!(STANDARD.decode(encoded).expect("base64"), b"gate%3A1:a+%2B%25%3A%C3%A9");
        assert!(!format!("{value:?}").contains(encoded));
    }

    #[test]
    fn a_file_without_a_secret_is_a_fault() {
        assert!(matches!(account(b" \n\t").0, Err(CredentialFault::Empty)));
        let too_long = account(&[b'x'; MAX_SECRET_BYTES + 1]).0;
        assert!(matches!(too_long, Err(CredentialFault::File(FileFault::TooLarge(MAX_SECRET_BYTES)))));
        let absent = ClientCredentials { id: "gate".into(), secret_file: "/absent/secret".into() };
        assert!(matches!(Account::open(absent.clone()), Err(CredentialFault::File(FileFault::Io(_)))));
        let nameless = ClientCredentials { id: String::new(), ..absent };
        assert!(matches!(Account::open(nameless), Err(CredentialFault::NoId)));
    }

    #[tokio::test]
    async fn a_changed_file_gives_another_header() {
        let (account, folder) = account(b"one");
        let account = account.expect("read");
        let first = account.authorization();
        assert_eq!(account.read_again(&first).await.expect("read"), None);
        std::fs::write(folder.path().join("secret"), "two").expect("written");
        let second = account.read_again(&first).await.expect("read").expect("another");
        assert_ne!(second, first);
        assert_eq!(account.authorization(), second);
        assert_eq!(account.read_again(&first).await.expect("read"), Some(second.clone()), "also who comes later");
        assert_eq!(account.read_again(&second).await.expect("read"), None);
    }
}
