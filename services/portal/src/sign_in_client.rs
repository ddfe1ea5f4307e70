//! Who the portal is to the auth service when it signs people in: a public client, or one with a secret from a file.
//! Never shows the secret. Its own proof for each sign-in is PKCE; the secret only comes on top.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use url::form_urlencoded::Serializer;

/// The largest secret file, in bytes.
const MAX_SECRET_BYTES: u64 = 4096;

/// The client's id, and its secret if it has one. Whitespace at the end of the file does not count.
#[derive(Clone)]
pub struct SignInClient {
    id: String,
    secret: Option<String>,
}

/// Why the secret cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the secret of the sign-in client cannot be read from {file} (--sign-in-secret-file): {cause}")]
pub struct SecretError {
    file: String,
    cause: io::Error,
}

impl SignInClient {
    /// Reads the secret when there is a file for it.
    pub fn open(id: &str, secret_file: Option<&Path>) -> Result<Self, SecretError> {
        let read = |file: &Path| read(file).map_err(|cause| SecretError { file: file.display().to_string(), cause });
        Ok(Self { id: id.to_owned(), secret: secret_file.map(read).transpose()? })
    }

    /// The client's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A form that says who sends it (RFC 6749 section 2.3.1), ready for more.
    pub fn form(&self) -> Serializer<'static, String> {
        let mut form = Serializer::new(String::new());
        form.append_pair("client_id", &self.id);
        if let Some(secret) = &self.secret {
            form.append_pair("client_secret", secret);
        }
        form
    }
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(MAX_SECRET_BYTES + 1).read_to_string(&mut text)?;
    let secret = text.trim_end();
    if secret.is_empty() || text.len() as u64 > MAX_SECRET_BYTES {
        return Err(io::Error::other(format!("it must hold 1 to {MAX_SECRET_BYTES} bytes")));
    }
    Ok(secret.to_owned())
}

impl fmt::Debug for SignInClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInClient").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_client_sends_its_id_and_another_its_secret_too() {
        let public = SignInClient { id: "portal".into(), secret: None };
        assert_eq!(public.form().finish(), "client_id=portal");
        let other = SignInClient { id: "portal".into(), secret: Some("a+b &".into()) };
        assert_eq!(other.form().finish(), "client_id=portal&client_secret=a%2Bb+%26");
        assert!(!format!("{other:?}").contains("a+b"));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = SignInClient::open("portal", Some(Path::new("/absent/secret"))).unwrap_err().to_string();
        assert!(error.contains("/absent/secret") && error.contains("--sign-in-secret-file"), "{error}");
    }
}
