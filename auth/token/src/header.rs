//! The protected header of a token, under strict rules (RFC 7515 section 4.1, RFC 8725).
//!
//! Never trusted: it only says which key and algorithm to try among those already configured.

use serde_json::{Map, Value};

use crate::compact::{self, Compact};
use crate::refusal::Refusal;
use crate::strict_json;

/// Longest `kid` that is looked up, in bytes.
const MAX_KID_BYTES: usize = 512;
/// Members that change what the signature covers, or where the key comes from, or that belong to encryption.
const REFUSED_MEMBERS: [&str; 9] = ["crit", "b64", "jku", "x5u", "jwk", "x5c", "cty", "enc", "zip"];

/// The unverified header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `alg`, as written. Never `none`.
    pub alg: String,
    /// `kid`: which key of the issuer.
    pub kid: Option<String>,
    /// `typ`, as written.
    pub typ: Option<String>,
}

/// Reads the header of a token without verifying anything.
///
/// # Errors
/// Every fault of form: size, characters, encoding, JSON, refused members, `alg` none.
pub fn peek(token: &str) -> Result<Header, Refusal> {
    Header::read(&Compact::split(token)?)
}

impl Header {
    pub(crate) fn read(token: &Compact<'_>) -> Result<Self, Refusal> {
        let bytes = compact::decode(token.header)?;
        let members = strict_json::object(&bytes).map_err(|_| Refusal::HeaderJson)?;
        if let Some(name) = REFUSED_MEMBERS.into_iter().find(|name| members.contains_key(*name)) {
            return Err(Refusal::HeaderMember(name));
        }
        let alg = text(&members, "alg")?.ok_or(Refusal::HeaderMember("alg"))?;
        if alg.trim().eq_ignore_ascii_case("none") {
            return Err(Refusal::AlgorithmNone);
        }
        let kid = text(&members, "kid")?;
        if kid.as_ref().is_some_and(|kid| kid.is_empty() || kid.len() > MAX_KID_BYTES) {
            return Err(Refusal::HeaderMember("kid"));
        }
        Ok(Self { alg, kid, typ: text(&members, "typ")? })
    }
}

/// A member that must be a string where it is present.
fn text(members: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Refusal> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::HeaderMember(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn peek_at(header: &str) -> Result<Header, Refusal> {
        peek(&format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header)))
    }

    #[test]
    fn a_plain_header_is_read() {
        let header = peek_at(r#"{"alg":"ES256","kid":"k1","typ":"at+jwt","x5t":"ignored","unknown":1}"#);
        let expected = Header { alg: "ES256".into(), kid: Some("k1".into()), typ: Some("at+jwt".into()) };
        assert_eq!(header, Ok(expected));
    }

    #[test]
    fn none_is_refused_in_every_casing() {
        for alg in ["none", "None", "NONE", "nOnE", " none", "none\\t"] {
            assert_eq!(peek_at(&format!(r#"{{"alg":"{alg}"}}"#)), Err(Refusal::AlgorithmNone), "{alg}");
        }
    }

    #[test]
    fn dangerous_members_are_refused_whatever_they_hold() {
        for name in REFUSED_MEMBERS {
            for value in ["null", "[]", "\"x\"", "{}", "true"] {
                let header = format!(r#"{{"alg":"ES256","{name}":{value}}}"#);
                assert_eq!(peek_at(&header), Err(Refusal::HeaderMember(name)), "{header}");
            }
        }
    }

    #[test]
    fn members_must_be_strings() {
        let long = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(MAX_KID_BYTES + 1));
        for (header, name) in [
            (r#"{}"#, "alg"),
            (r#"{"alg":null}"#, "alg"),
            (r#"{"alg":["ES256"]}"#, "alg"),
            (r#"{"alg":"ES256","kid":1}"#, "kid"),
            (r#"{"alg":"ES256","kid":""}"#, "kid"),
            (r#"{"alg":"ES256","typ":{}}"#, "typ"),
            (&long, "kid"),
        ] {
            assert_eq!(peek_at(header), Err(Refusal::HeaderMember(name)), "{header}");
        }
    }

    #[test]
    fn a_header_is_one_object_with_unique_names() {
        for header in [r#"{"alg":"ES256","alg":"ES256"}"#, "[]", "null", "\"ES256\"", "{", ""] {
            assert!(matches!(peek_at(header), Err(Refusal::HeaderJson | Refusal::Malformed)), "{header}");
        }
    }
}
