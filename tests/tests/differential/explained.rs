//! Why we and an oracle differ: every class of difference that may occur, with its reason. Never a class for a signature,
//! a date that has passed, a foreign issuer or audience: where an oracle accepts such a token, the test fails.
//!
//! `tests/oracles/README.md` tells the same at more length.

/// We refuse with this code what the named oracles accept.
pub struct Stricter {
    pub code: &'static str,
    pub accepted_by: &'static [&'static str],
    pub why: &'static str,
}

/// We accept what the named oracle refuses with this error; the other oracle accepts it as well.
pub struct Laxer {
    pub oracle: &'static str,
    pub error: &'static str,
    pub why: &'static str,
}

const BOTH: &[&str] = &["jose", "PyJWT"];
const JOSE: &[&str] = &["jose"];

pub const STRICTER: [Stricter; 11] = [
    Stricter {
        code: "token_malformed",
        accepted_by: BOTH,
        why: "padding (both) and white space inside a part (jose) are read; RFC 7515 section 2 has neither",
    },
    Stricter {
        code: "token_encoding",
        accepted_by: JOSE,
        why: "trailing bits that no byte uses are ignored, so one token has several spellings",
    },
    Stricter { code: "token_too_large", accepted_by: BOTH, why: "they have no limit; ours is 8 KiB" },
    Stricter {
        code: "token_header_json",
        accepted_by: BOTH,
        why: "names twice (the last one counts), deep nesting, a byte order mark, halves of surrogate pairs; PyJWT also \
              NaN, UTF-16 and UTF-32",
    },
    Stricter {
        code: "token_payload_json",
        accepted_by: BOTH,
        why: "as for the header; RFC 7519 section 4 lets a reader take the last of two names, which two readers may not \
              agree on",
    },
    Stricter {
        code: "token_header_member",
        accepted_by: BOTH,
        why: "jku, x5u, jwk, x5c, cty, enc and zip are ignored, b64 and crit obeyed; we have no use for any, so who sends \
              one means another verifier. Also a typ that is no text",
    },
    Stricter {
        code: "token_type",
        accepted_by: BOTH,
        why: "PyJWT never looks at typ, and jose only at the one that it is told to demand; neither knows id, refresh and \
              logout tokens by their claims (RFC 8725 section 3.12)",
    },
    Stricter {
        code: "token_claim_invalid",
        accepted_by: BOTH,
        why: "dates with a fraction or past the year 9999 (both), as text or true (PyJWT); an empty sub, jti or sid (both), \
              or one that is no text (sid: both, sub and jti: jose); iat after exp (both); an aud list with more than \
              texts (jose)",
    },
    Stricter {
        code: "token_claim_missing",
        accepted_by: BOTH,
        why: "a token whose header says at+jwt needs iat (RFC 9068 section 2.2) under every profile; they are told to \
              demand it only where no other type passes",
    },
    Stricter {
        code: "token_issued_in_future",
        accepted_by: JOSE,
        why: "iat is only looked at where a maximum age is demanded",
    },
    Stricter { code: "token_lifetime", accepted_by: BOTH, why: "they have no limit; ours is a day here" },
];

pub const LAXER: [Laxer; 2] = [
    Laxer {
        oracle: "PyJWT",
        error: "InvalidAlgorithmError",
        why: "PyJWT 2.15 does not know Ed25519, the name that RFC 9864 gives to EdDSA on that curve",
    },
    Laxer {
        oracle: "PyJWT",
        error: "InvalidKeyError",
        why: "the same without a kid: judge.py then looks for a key of that name",
    },
];

/// Why we may refuse what this oracle accepts.
pub fn why_stricter(code: &str, oracle: &str) -> Option<&'static str> {
    let found = STRICTER.iter().find(|one| one.code == code && one.accepted_by.contains(&oracle));
    found.map(|one| one.why)
}

/// Why this oracle may refuse what we and the other oracle accept.
pub fn why_laxer(oracle: &str, error: &str) -> Option<&'static str> {
    LAXER.iter().find(|one| one.oracle == oracle && one.error == error).map(|one| one.why)
}
