//! Between the password and the code of the second factor: what was typed first, sealed, so that the next page can bring it
//! back. Never in clear in a page, never of another browser, and never for longer than a few minutes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{GrantError, Grants};
use crate::clock::UnixSeconds;
use crate::opaque::TokenHash;
use crate::secret::Secret;

/// How long the page for the code is good, in seconds.
const FIRST_STEP_SECONDS: UnixSeconds = 300;

/// Name and password, as they were typed.
#[derive(Deserialize)]
pub struct FirstStep {
    /// The account's name.
    pub name: String,
    /// The password.
    pub password: Secret,
    until: UnixSeconds,
}

impl Grants {
    /// Name and password, sealed for this browser.
    pub fn seal_first_step(
        &self,
        name: &str,
        password: &Secret,
        browser: &TokenHash,
        now: UnixSeconds,
    ) -> Result<String, GrantError> {
        let until = now.saturating_add(FIRST_STEP_SECONDS);
        let plain = Zeroizing::new(json!({ "name": name, "password": password.expose(), "until": until }).to_string());
        let sealed = self.sealer.seal(&label(browser), plain.as_bytes())?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What was sealed for this browser; none when it is too old, or of another.
    pub fn open_first_step(&self, sealed: &str, browser: &TokenHash, now: UnixSeconds) -> Option<FirstStep> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = self.sealer.open(&label(browser), &sealed).ok()?;
        serde_json::from_slice(&plain).ok().filter(|step: &FirstStep| now < step.until)
    }
}

/// What the seal is bound to.
fn label(browser: &TokenHash) -> String {
    format!("first-step:{}", URL_SAFE_NO_PAD.encode(browser))
}

#[cfg(test)]
mod tests {
    use super::super::tests::grants_with_alice;
    use super::*;

    #[tokio::test]
    async fn a_first_step_is_of_one_browser_and_a_few_minutes() {
        let (_temp, grants) = grants_with_alice().await;
        let password = Secret::new("correct horse".to_owned());
        let sealed = grants.seal_first_step("alice", &password, &[1; 32], 1000).unwrap();
        let open = |browser: [u8; 32], now| grants.open_first_step(&sealed, &browser, now);
        let step = open([1; 32], 1000 + FIRST_STEP_SECONDS - 1).expect("it is good");
        assert_eq!((step.name.as_str(), step.password.expose()), ("alice", "correct horse"));
        assert!(open([1; 32], 1000 + FIRST_STEP_SECONDS).is_none(), "too old");
        assert!(open([2; 32], 1000).is_none(), "another browser");
    }
}
