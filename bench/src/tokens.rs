//! The issuer of the benchmark: its keys, as every gateway wants them in a file, good tokens by the thousand, and the bad
//! ones that each gateway has to refuse. Never a key that outlives the run.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use aws_lc_rs::hmac;
use serde_json::{Value, json};
use witgate_tests::mint::{SigningKey, now, part};

/// `iss` of good tokens.
pub const ISSUER: &str = "https://issuer.bench";
/// `aud` of good tokens.
pub const AUDIENCE: &str = "witgate-bench";
/// Seconds that a token lives: longer than any run.
const LIFETIME_SECONDS: u64 = 6 * 3600;
/// The shared secret is so many characters.
const SECRET_CHARACTERS: usize = 64;

/// How a token is signed; its name is also the first segment of the path that demands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA-2048, PKCS#1 v1.5
    Rs256,
    /// P-256
    Es256,
    /// a shared secret
    Hs256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::Hs256];

    /// The first segment of its path.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Rs256 => "rs256",
            Self::Es256 => "es256",
            Self::Hs256 => "hs256",
        }
    }

    fn key_id(self) -> &'static str {
        &self.segment()[..2]
    }
}

/// Why a token must not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// 401: three parts that are no token
    Garbage,
    /// 401: another key of the same kind and name
    Forged,
    /// 401: no signature at all
    Unsigned,
    /// 401
    OtherIssuer,
    /// 401
    OtherAudience,
    /// 401
    Expired,
    /// 403: another role
    OtherRole,
    /// 403: a scope that only begins like the right one
    OtherScope,
}

impl Bad {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Garbage,
        Self::Forged,
        Self::Unsigned,
        Self::OtherIssuer,
        Self::OtherAudience,
        Self::Expired,
        Self::OtherRole,
        Self::OtherScope,
    ];

    /// What the caller must be answered.
    pub fn status(self) -> u16 {
        if matches!(self, Self::OtherRole | Self::OtherScope) { 403 } else { 401 }
    }
}

/// The keys of one run.
pub struct Issuer {
    rsa: SigningKey,
    ec: SigningKey,
    secret: String,
}

impl Issuer {
    /// New keys, and what gateways need of them in `folder`: `rs256.pem`, `es256.pem`, `hs256.key`, a JWKS with one key
    /// for each algorithm, and `public.json` of the first two keys.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn create(folder: &Path) -> Result<Self> {
        let secret = std::iter::repeat_with(fastrand::alphanumeric).take(SECRET_CHARACTERS).collect();
        let issuer = Self { rsa: SigningKey::rs256(), ec: SigningKey::es256(), secret };
        let (rsa, ec) = (issuer.rsa.jwk("rs"), issuer.ec.jwk("es"));
        let shared = json!({"kty": "oct", "use": "sig", "alg": "HS256", "kid": "hs", "k": part(&issuer.secret)});
        let set = |keys: &[&serde_json::Value]| json!({ "keys": keys }).to_string();
        let files = [
            ("rs256.pem", issuer.rsa.public_pem()),
            ("es256.pem", issuer.ec.public_pem()),
            ("hs256.key", issuer.secret.clone()),
            ("public.json", set(&[&rsa, &ec])),
            ("jwks-rs256.json", set(&[&rsa])),
            ("jwks-es256.json", set(&[&ec])),
            ("jwks-hs256.json", set(&[&shared])),
        ];
        for (name, text) in files {
            write_private(&folder.join(name), &text)?;
        }
        Ok(issuer)
    }

    /// A good token of a customer; each number is another person's.
    pub fn good(&self, algorithm: Algorithm, number: usize) -> String {
        self.signed(algorithm, &claims(number))
    }

    /// A token that must be refused.
    pub fn bad(&self, algorithm: Algorithm, why: Bad) -> String {
        let with = |name: &str, value: Value| {
            let mut claims = claims(0);
            claims[name] = value;
            self.signed(algorithm, &claims)
        };
        match why {
            Bad::Garbage => "never.a.token".to_owned(),
            Bad::Forged => {
                let another = Self { rsa: self.rsa.another(), ec: self.ec.another(), secret: "another".to_owned() };
                another.good(algorithm, 0)
            }
            Bad::Unsigned => {
                let header = json!({"alg": "none", "typ": "JWT", "kid": algorithm.key_id()});
                format!("{}.{}.", part(header.to_string()), part(claims(0).to_string()))
            }
            Bad::OtherIssuer => with("iss", "https://issuer.example".into()),
            Bad::OtherAudience => with("aud", "another-api".into()),
            Bad::Expired => with("exp", (now() - 3600).into()),
            Bad::OtherRole => with("roles", json!(["supplier"])),
            Bad::OtherScope => with("scope", "orders:readx catalogue:read".into()),
        }
    }

    fn signed(&self, algorithm: Algorithm, claims: &Value) -> String {
        let header = json!({"alg": algorithm.segment().to_uppercase(), "typ": "JWT", "kid": algorithm.key_id()});
        let signed = format!("{}.{}", part(header.to_string()), part(claims.to_string()));
        let signature = match algorithm {
            Algorithm::Rs256 => self.rsa.sign(signed.as_bytes()),
            Algorithm::Es256 => self.ec.sign(signed.as_bytes()),
            Algorithm::Hs256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
                hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{signed}.{}", part(signature))
    }
}

/// The subject of a good token.
pub fn subject(number: usize) -> String {
    format!("user-{number:05}")
}

fn claims(number: usize) -> Value {
    let now = now();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject(number), "jti": format!("token-{number}"), "iat": now,
        "exp": now + LIFETIME_SECONDS, "tenant": "acme", "roles": ["customer"], "scope": "catalogue:read orders:read",
    })
}

/// Only its owner may read it: Witgate refuses a secret that others can.
fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).with_context(|| format!("write {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).context("keep a key to its owner")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_token_differs_from_the_good_one_in_what_it_is_named_after() {
        let folder = std::env::temp_dir().join(format!("witgate-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let issuer = Issuer::create(&folder).expect("keys");
        for algorithm in Algorithm::ALL {
            let good = issuer.good(algorithm, 0);
            for why in Bad::ALL {
                let bad = issuer.bad(algorithm, why);
                assert_ne!(bad, good, "{why:?}");
            }
        }
        fs::remove_dir_all(&folder).expect("the folder goes");
    }
}
