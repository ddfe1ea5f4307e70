//! Whether a token is of the kind that is wanted: an access token, and not an id, refresh or logout token (RFC 8725
//! section 3.11, RFC 9068); or an id token, and nothing else (OpenID Connect Core 2).
//!
//! Never guesses from what is absent alone: a good access token of Keycloak, Auth0 or Entra ID says `JWT` and no more.

use serde_json::{Map, Value};

use crate::header::Header;
use crate::profile::Typing;
use crate::refusal::Refusal;

/// What the header's `typ` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `at+jwt`: an access token of RFC 9068, with the duties of one.
    AccessToken,
    /// `JWT` or nothing.
    Untold,
}

/// Kinds that a `typ` claim tells: Keycloak's TokenUtil and ClientRegistrationTokenUtils.
const OTHER_TYPES: [&str; 6] = ["id", "refresh", "offline", "logout", "initialaccesstoken", "registrationaccesstoken"];
/// Claims that only an id token or a logout token has (OpenID Connect Core 3.1.3.6 and 3.3.2.11, FAPI 1.0 part 2,
/// Back-Channel Logout 2.4).
const FOREIGN_CLAIMS: [&str; 4] = ["at_hash", "c_hash", "s_hash", "events"];

/// Judges the header's `typ`. Media types compare without regard to case, and `application/` may be left out
/// (RFC 7515 section 4.1.9).
pub(crate) fn judge_header(header: &Header, typing: Typing) -> Result<Kind, Refusal> {
    let told = header.typ.as_ref().map(|typ| typ.to_ascii_lowercase());
    let told = told.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
    match (told, typing) {
        (Some("at+jwt"), Typing::AccessToken | Typing::JwtCompatible) => Ok(Kind::AccessToken),
        (Some("jwt") | None, Typing::JwtCompatible | Typing::IdToken) => Ok(Kind::Untold),
        _ => Err(Refusal::Type),
    }
}

/// Judges what the claims tell of the kind: some issuers say it nowhere else.
pub(crate) fn judge_claims(
    payload: &Map<String, Value>,
    kind: Kind,
    typing: Typing,
    issued_at: Option<u64>,
) -> Result<(), Refusal> {
    if (kind == Kind::AccessToken || typing == Typing::IdToken) && issued_at.is_none() {
        return Err(Refusal::ClaimMissing("iat"));
    }
    let is_other = match typing {
        Typing::AccessToken => false,
        Typing::JwtCompatible => tells_other_kind(payload),
        Typing::IdToken => tells_no_id_token(payload),
    };
    if is_other { Err(Refusal::Type) } else { Ok(()) }
}

/// A logout token has `events` (Back-Channel Logout 2.4), and whoever names a kind must name this one.
fn tells_no_id_token(payload: &Map<String, Value>) -> bool {
    let names_another = |name| payload.contains_key(name) && !says(payload, name, &["id"]);
    payload.contains_key("events") || names_another("typ") || names_another("token_use")
}

fn tells_other_kind(payload: &Map<String, Value>) -> bool {
    says(payload, "typ", &OTHER_TYPES)
        || says(payload, "token_use", &["id", "refresh"])
        || FOREIGN_CLAIMS.into_iter().any(|name| payload.contains_key(name))
        || (payload.contains_key("nonce") && !tells_access(payload))
        || is_entra_id_token(payload)
}

/// A `nonce` belongs to an id token (OpenID Connect Core 2), but older Keycloaks copy it into the access token. That
/// one tells its kind or its scope, which an id token of Keycloak, Auth0, Cognito or Entra ID does not.
fn tells_access(payload: &Map<String, Value>) -> bool {
    says(payload, "typ", &["bearer", "dpop"])
        || says(payload, "token_use", &["access"])
        || payload.contains_key("scope")
        || payload.contains_key("scp")
}

/// Entra ID says `JWT` for both kinds, and an application can be the audience of both. The client that was given the
/// token is named in every access token, as `azp` (v2.0) or `appid` (v1.0), and in no id token.
fn is_entra_id_token(payload: &Map<String, Value>) -> bool {
    let is_entra = payload.get("tid").is_some_and(Value::is_string) && payload.get("ver").is_some_and(Value::is_string);
    is_entra && !payload.contains_key("azp") && !payload.contains_key("appid")
}

fn says(payload: &Map<String, Value>, name: &str, kinds: &[&str]) -> bool {
    let told = payload.get(name).and_then(Value::as_str).unwrap_or_default();
    kinds.iter().any(|kind| told.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn verdict(payload: Value, kind: Kind, typing: Typing, issued_at: Option<u64>) -> Result<(), Refusal> {
        let Value::Object(payload) = payload else { panic!("an object") };
        judge_claims(&payload, kind, typing, issued_at)
    }

    #[test]
    fn a_compatible_token_is_no_other_kind() {
        for (payload, expected) in [
            (json!({"typ": "Refresh"}), Err(Refusal::Type)),
            (json!({"typ": "ID"}), Err(Refusal::Type)),
            (json!({"typ": "Logout"}), Err(Refusal::Type)),
            (json!({"typ": "Offline"}), Err(Refusal::Type)),
            (json!({"typ": "RegistrationAccessToken"}), Err(Refusal::Type)),
            (json!({"token_use": "id"}), Err(Refusal::Type)),
            (json!({"at_hash": "x"}), Err(Refusal::Type)),
            (json!({"s_hash": null}), Err(Refusal::Type)),
            (json!({"events": {}}), Err(Refusal::Type)),
            (json!({"nonce": "n"}), Err(Refusal::Type)),
            (json!({"nonce": "n", "typ": "ID", "scope": "a"}), Err(Refusal::Type)),
            (json!({"nonce": "n", "typ": "Bearer"}), Ok(())),
            (json!({"nonce": "n", "scope": "openid"}), Ok(())),
            (json!({"typ": "Bearer"}), Ok(())),
            (json!({"token_use": "access"}), Ok(())),
            (json!({"tid": "t", "ver": "2.0"}), Err(Refusal::Type)),
            (json!({"tid": "t", "ver": "2.0", "azp": "c"}), Ok(())),
            (json!({"tid": "t", "ver": "1.0", "appid": "c"}), Ok(())),
            (json!({"tid": "tenant of another issuer"}), Ok(())),
            (json!({"ver": 1}), Ok(())),
            (json!({}), Ok(())),
        ] {
            let shown = payload.to_string();
            assert_eq!(verdict(payload, Kind::Untold, Typing::JwtCompatible, None), expected, "{shown}");
        }
    }

    #[test]
    fn an_id_token_is_no_other_kind() {
        for (payload, expected) in [
            (json!({"nonce": "n", "at_hash": "x", "sid": "s"}), Ok(())),
            (json!({"typ": "ID"}), Ok(())),
            (json!({"token_use": "id"}), Ok(())),
            (json!({"typ": "Bearer"}), Err(Refusal::Type)),
            (json!({"typ": null}), Err(Refusal::Type)),
            (json!({"token_use": "access"}), Err(Refusal::Type)),
            (json!({"events": {}}), Err(Refusal::Type)),
        ] {
            let shown = payload.to_string();
            assert_eq!(verdict(payload, Kind::Untold, Typing::IdToken, Some(0)), expected, "{shown}");
        }
        assert_eq!(verdict(json!({}), Kind::Untold, Typing::IdToken, None), Err(Refusal::ClaimMissing("iat")));
    }

    #[test]
    fn an_access_token_needs_iat_under_every_profile() {
        for typing in [Typing::AccessToken, Typing::JwtCompatible] {
            assert_eq!(verdict(json!({}), Kind::AccessToken, typing, None), Err(Refusal::ClaimMissing("iat")));
            assert_eq!(verdict(json!({}), Kind::AccessToken, typing, Some(0)), Ok(()));
        }
    }
}
