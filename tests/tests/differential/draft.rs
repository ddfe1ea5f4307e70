//! A good token before it is written down: what the mutations change. Never judged as such.

use serde_json::{Map, Value, json};

use crate::keys::{Keys, encode};
use crate::random::Random;

pub const ISSUER: &str = "https://id.witgate.test";
pub const AUDIENCE: &str = "witgate";

/// The middle of the times at which tokens are judged, in seconds since 1970.
const EPOCH: u64 = 1_800_000_000;

/// Header and claims of a good token, and who signs it.
#[derive(Clone)]
pub struct Draft {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    /// The place of the key in the issuer's list.
    pub signer: usize,
    /// The time of the judgement.
    pub now: u64,
    /// The strict profile of RFC 9068, or the compatible one.
    pub access_token: bool,
}

impl Draft {
    /// A good token of one of the keys.
    pub fn good(random: &mut Random, keys: &Keys) -> Draft {
        let signer = random.within(0..keys.signers.len());
        Draft::of(signer, random, keys)
    }

    /// The token, truly signed.
    pub fn token(&self, keys: &Keys) -> String {
        let signed = self.texts().map(encode).join(".");
        let signature = encode(keys.sign(self.signer, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The JSON texts of header and payload.
    pub fn texts(&self) -> [Vec<u8>; 2] {
        [&self.header, &self.claims].map(|members| Value::Object(members.clone()).to_string().into_bytes())
    }

    /// A good token of this key.
    pub fn of(signer: usize, random: &mut Random, keys: &Keys) -> Draft {
        let now = EPOCH + random.bits() % 1000;
        let key = &keys.signers[signer];
        let header = json!({"alg": key.alg, "kid": key.kid, "typ": "at+jwt"});
        let age = if random.percent(50) { 10 } else { 1000 };
        let audience = if random.percent(30) { json!([AUDIENCE, "other"]) } else { json!(AUDIENCE) };
        let mut claims = json!({
            "iss": ISSUER, "aud": audience, "sub": "user-1", "iat": now - age, "exp": now + 600, "jti": "token-1",
            "client_id": "tests", "scope": "catalogue:read", "roles": ["customer"],
        });
        if random.percent(30) {
            claims["nbf"] = json!(now - 10);
        }
        Draft { header: object(header), claims: object(claims), signer, now, access_token: random.percent(50) }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => unreachable!("made above as an object"),
    }
}
