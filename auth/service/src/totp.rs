//! The second factor: time-based codes (RFC 6238) with what every authenticator app has: SHA-1, six digits, 30 seconds.
//! A step counts once. Never keeps a secret: the store does, encrypted; here it is wiped when dropped.

use thiserror::Error;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::clock::UnixSeconds;
use crate::secret::Secret;

/// Length of a secret, in bytes (RFC 4226 section 4 recommends 160 bits).
pub const SECRET_BYTES: usize = 20;
/// How long a code is shown, in seconds.
pub const STEP_SECONDS: i64 = 30;
/// How many steps the phone's clock may be off, each way (RFC 6238 section 5.2).
const SKEW_STEPS: i64 = 1;
/// Digits of a code.
const DIGITS: u8 = 6;

/// A shared secret. It has no `Debug`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl TotpSecret {
    /// Random bytes. Fails only when the system has no randomness.
    pub fn generate() -> Result<TotpSecret, getrandom::Error> {
        let mut secret = TotpSecret([0; SECRET_BYTES]);
        getrandom::fill(&mut secret.0)?;
        Ok(secret)
    }

    /// What the store kept; `None` for another length. The caller wipes its own copy.
    pub fn from_bytes(bytes: &[u8]) -> Option<TotpSecret> {
        bytes.try_into().ok().map(TotpSecret)
    }

    /// The bytes, to be encrypted and stored.
    pub fn expose(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }
}

/// The name under which a user's secret is sealed.
pub fn sealed_name(user: &str) -> String {
    format!("second-factor:{user}")
}

/// Why a second factor cannot be set up.
#[derive(Debug, Error)]
pub enum EnrolmentError {
    /// The system has no randomness.
    #[error("no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// Names that do not fit into the URL.
    #[error("no otpauth URL can be made: {0}")]
    Url(#[from] totp_rs::TotpError),
}

/// Why a code is refused. Tell the caller neither: both are the same wrong code. The audit log may know.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum TotpRefusal {
    /// The code is of no step around now.
    #[error("the code is wrong")]
    Wrong,
    /// The code was right, but its step, or a later one, was used before.
    #[error("the code was used before")]
    Replayed,
}

/// A new secret, and the two ways to bring it into an app. It counts only after a first code was verified.
pub struct Enrolment {
    /// To be kept.
    pub secret: TotpSecret,
    /// The `otpauth://totp/...` URL, for a QR code.
    pub url: Secret,
    /// The secret in base32, for typing.
    pub base32: Secret,
}

impl Enrolment {
    /// For an account of an issuer, as the app will show them. An issuer that is a URL is shown without its scheme, and
    /// colons as spaces, because the format has no way to write them.
    pub fn new(issuer: &str, account: &str) -> Result<Enrolment, EnrolmentError> {
        let secret = TotpSecret::generate()?;
        let issuer = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
        let shown = |text: &str| text.replace(':', " ");
        let totp = builder(&secret).with_issuer(Some(shown(issuer))).with_account_name(shown(account)).build()?;
        let (url, base32) = (Secret::new(totp.to_url()?), Secret::new(totp.secret().to_base32()));
        Ok(Enrolment { secret, url, base32 })
    }
}

/// Checks a code. `last_step` is the step of the last code that was accepted. The result is the step to store in its
/// place, in the transaction that read it: a step counts once.
pub fn verify(secret: &TotpSecret, code: &str, now: UnixSeconds, last_step: Option<i64>) -> Result<i64, TotpRefusal> {
    let totp = builder(secret).build_noncompliant();
    let code: String = code.chars().filter(|digit| !digit.is_whitespace()).take(usize::from(DIGITS) + 1).collect();
    let current = now.div_euclid(STEP_SECONDS);
    let mut refusal = TotpRefusal::Wrong;
    for step in current.saturating_sub(SKEW_STEPS)..=current.saturating_add(SKEW_STEPS) {
        if !shows(&totp, step, &code) {
            continue;
        }
        if last_step.is_none_or(|last| step > last) {
            return Ok(step);
        }
        refusal = TotpRefusal::Replayed;
    }
    Err(refusal)
}

/// Whether the app shows this code at this step. Compared in constant time by the library.
fn shows(totp: &Totp, step: i64, code: &str) -> bool {
    let Some(start) = step.checked_mul(STEP_SECONDS).and_then(|start| u64::try_from(start).ok()) else { return false };
    totp.check(code, start).is_some()
}

/// Without skew: [`verify`] walks over the steps itself, because it must know about each whether it was used.
fn builder(secret: &TotpSecret) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(STEP_SECONDS.unsigned_abs())
        .with_skew(0)
        .with_secret(secret.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: UnixSeconds = 1_800_000_000;

    fn vectors() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    fn code_at(secret: &TotpSecret, time: UnixSeconds) -> String {
        builder(secret).build_noncompliant().generate(time.unsigned_abs()).to_string()
    }

    /// RFC 6238 appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn the_vectors_of_the_standard() {
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(verify(&vectors(), code, time, None), Ok(time / 30), "{time}");
            assert_eq!(verify(&vectors(), code, time + 90, None), Err(TotpRefusal::Wrong), "{time}, three steps later");
        }
    }

    #[test]
    fn one_step_off_is_good_and_two_are_not() {
        let code = code_at(&vectors(), NOW);
        for (off, good) in [(-60, false), (-30, true), (-1, true), (0, true), (29, true), (59, true), (60, false)] {
            assert_eq!(verify(&vectors(), &code, NOW + off, None).is_ok(), good, "{off} s");
        }
    }

    #[test]
    fn a_step_counts_once_and_so_do_those_before_it() {
        let (secret, step) = (vectors(), NOW / 30);
        let code = code_at(&secret, NOW);
        assert_eq!(verify(&secret, &code, NOW, Some(step - 1)), Ok(step));
        assert_eq!(verify(&secret, &code, NOW, Some(step)), Err(TotpRefusal::Replayed));
        assert_eq!(verify(&secret, &code, NOW + 30, Some(step)), Err(TotpRefusal::Replayed), "in the next step, too");
        let before = code_at(&secret, NOW - 30);
        assert_eq!(verify(&secret, &before, NOW, Some(step)), Err(TotpRefusal::Replayed), "an older one");
        assert_eq!(verify(&secret, &code_at(&secret, NOW + 30), NOW + 30, Some(step)), Ok(step + 1));
    }

    #[test]
    fn only_six_digits_are_a_code() {
        let secret = vectors();
        assert!(verify(&secret, "287 082\n", 59, None).is_ok(), "spaces as apps show them");
        for wrong in ["", "28708", "2870822", "94287082", "+87082", "２８７０８２", "28708a", "-287082"] {
            assert_eq!(verify(&secret, wrong, 59, None), Err(TotpRefusal::Wrong), "{wrong:?}");
        }
    }

    #[test]
    fn an_enrolment_can_be_read_by_an_app() {
        let enrolment = Enrolment::new("http://127.0.0.1:9000", "alice@example.com").unwrap();
        let url = url::Url::parse(enrolment.url.expose()).unwrap();
        assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
        assert_eq!(url.path(), "/127.0.0.1%209000:alice%40example.com");
        let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(query("secret").as_deref(), Some(enrolment.base32.expose()));
        assert_eq!(query("issuer").as_deref(), Some("127.0.0.1 9000"));
        let typed = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, enrolment.base32.expose()).unwrap();
        assert_eq!(typed, enrolment.secret.expose());
        assert_eq!(enrolment.base32.expose().len(), 32);
        let other = Enrolment::new("https://id.example.com", "alice").unwrap();
        assert_ne!(other.secret.expose(), enrolment.secret.expose());
        assert!(Enrolment::new("https://id.example.com", "").is_err());
        assert!(TotpSecret::from_bytes(&[0; 19]).is_none());
    }

    proptest! {
        #[test]
        fn a_code_is_good_at_most_once(bytes in any::<[u8; SECRET_BYTES]>(), now in 0..4_000_000_000_i64, late in 0..200_i64) {
            let secret = TotpSecret::from_bytes(&bytes).unwrap();
            let code = code_at(&secret, now);
            let step = verify(&secret, &code, now, None).unwrap();
            prop_assert!((now / 30 - 1..=now / 30).contains(&step));
            if let Ok(again) = verify(&secret, &code, now + late, Some(step)) {
                // Two steps with the same digits: one in a million.
                prop_assert!(again > step && code_at(&secret, again * 30) == code);
            }
        }

        #[test]
        fn no_code_and_no_time_make_it_panic(code in ".{0,12}", now in any::<i64>(), last in any::<Option<i64>>()) {
            let _ = verify(&vectors(), &code, now, last);
        }
    }
}
