//! What the host answers when a policy asks: the imports of `wit/host.wit`.
//!
//! Never waits (whatever may wait was done before the call), and never hands out a key.

use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use percent_encoding::percent_decode_str;
use wasmtime::Result;
use witgate_keyring::resource_server::bearer_token;
use witgate_token::{Algorithm, Demands, Failure, Refusal};

use super::bindings::{claims, jwt, log, request, types};
use super::guest::GuestState;
use super::tokens::Tokens;

/// Log lines a policy may write in one call; the rest is dropped.
const LOG_LINES_PER_CALL: usize = 32;
/// The longest log message or field that is kept, in bytes.
const LOG_BYTES: usize = 4 * 1024;

impl types::Host for GuestState {}

impl request::Host for GuestState {
    fn header(&mut self, name: String) -> Result<Option<Vec<u8>>> {
        Ok(self.exchange.headers.get(name).map(|value| value.as_bytes().to_vec()))
    }

    fn header_values(&mut self, name: String) -> Result<Vec<Vec<u8>>> {
        Ok(self.exchange.headers.get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect())
    }

    fn query_param(&mut self, name: String) -> Result<Option<String>> {
        Ok(self.exchange.query.as_deref().and_then(|query| query_param(query, &name)))
    }

    fn authority(&mut self) -> Result<String> {
        Ok(self.exchange.authority.clone())
    }

    fn peer_address(&mut self) -> Result<String> {
        Ok(self.exchange.peer.to_string())
    }

    fn attribute(&mut self, name: String) -> Result<Option<String>> {
        Ok(self.exchange.attributes.get(&name).map(str::to_owned))
    }
}

impl claims::Host for GuestState {
    fn get(&mut self, name: String) -> Result<Option<claims::ClaimValue>> {
        Ok(self.exchange.claim(&name).map(claim_value))
    }

    fn has_scope(&mut self, scope: String) -> Result<bool> {
        Ok(self.exchange.has_scope(&scope))
    }
}

impl jwt::Host for GuestState {
    fn peek(&mut self) -> Result<Result<jwt::Header, jwt::Failure>> {
        let peeked = bearer_token(&self.exchange.headers).and_then(witgate_token::peek);
        let header = peeked.map(|header| jwt::Header { alg: header.alg, kid: header.kid, typ: header.typ });
        Ok(header.map_err(|refusal| self.noted(&refusal)))
    }

    fn unverified_issuer(&mut self) -> Result<Option<String>> {
        let issuer = self.issuer_claimed();
        Ok(issuer.map_err(|refusal| self.noted(&refusal)).ok())
    }

    fn profile(&mut self) -> Result<Option<String>> {
        let profile = self.profile_of_token();
        Ok(profile.map_err(|refusal| self.noted(&refusal)).ok())
    }

    fn verify(&mut self, profile: String, demands: jwt::Demands) -> Result<Result<(), jwt::Failure>> {
        // A second verification replaces the first: claims of an earlier success must not outlive a later failure.
        self.exchange.forget_claims();
        let verified = match self.exchange.tokens {
            Tokens::Rehearsed(_) => self.rehearsed(&profile, &demands),
            Tokens::Keyring(_) | Tokens::Nowhere => {
                let verified = self.on_the_host(|guest| guest.verified(&profile, &demands))?;
                verified.map(|claims| self.exchange.claims = Some(claims))
            }
        };
        Ok(verified.map_err(|refusal| self.noted(&refusal)))
    }
}

impl GuestState {
    /// What the guest learns of a refusal: its class. The precise reason stays here, for log and metrics.
    fn noted(&mut self, refusal: &Refusal) -> jwt::Failure {
        self.exchange.token_refusal = Some(refusal.code());
        failure(refusal.failure())
    }

    fn issuer_claimed(&self) -> Result<String, Refusal> {
        witgate_token::claimed_issuer(bearer_token(&self.exchange.headers)?)
    }

    /// A token that was verified before names its profile without being read again; any other is asked why it does not.
    fn profile_of_token(&self) -> Result<String, Refusal> {
        let token = bearer_token(&self.exchange.headers)?;
        if let Some(case) = self.exchange.tokens.rehearsed() {
            let issuer = witgate_token::claimed_issuer(token)?;
            return case.profile_of(&issuer).map(str::to_owned).ok_or(Refusal::UnknownIssuer);
        }
        let keyring = self.exchange.tokens.keyring().ok_or(Refusal::UnknownIssuer)?;
        match keyring.profile_for_token(token) {
            Some(profile) => Ok(profile.name.clone()),
            None => Err(self.issuer_claimed().map_or_else(|refusal| refusal, |_| Refusal::UnknownIssuer)),
        }
    }

    fn verified(&self, profile: &str, wanted: &jwt::Demands) -> Result<witgate_token::Claims, Refusal> {
        let demands = demands(wanted).ok_or(Refusal::AlgorithmNotAllowed)?;
        let keyring = self.exchange.tokens.keyring().ok_or(Refusal::KeysUnavailable)?;
        let token = bearer_token(&self.exchange.headers)?;
        keyring.verify_now(profile, token, &demands, unix_now(), &self.exchange.scrutiny)
    }

    fn rehearsed(&mut self, profile: &str, wanted: &jwt::Demands) -> Result<(), Refusal> {
        let demands = demands(wanted).ok_or(Refusal::AlgorithmNotAllowed)?;
        let token = bearer_token(&self.exchange.headers)?;
        let case = self.exchange.tokens.rehearsed_mut().ok_or(Refusal::KeysUnavailable)?;
        case.verify(profile, token, &demands)
    }
}

impl log::Host for GuestState {
    fn log(&mut self, level: log::Level, message: String, fields: Vec<(String, String)>) -> Result<()> {
        self.log_lines += 1;
        if self.log_lines > LOG_LINES_PER_CALL {
            return Ok(());
        }
        let message = clipped(&message);
        let fields: serde_json::Map<String, serde_json::Value> =
            fields.iter().map(|(name, value)| (clipped(name).to_owned(), clipped(value).into())).collect();
        let fields = serde_json::Value::Object(fields);
        let (plugin, request_id) = (self.plugin.as_str(), self.exchange.request_id.as_str());
        match level {
            log::Level::Debug => tracing::debug!(target: "policy", plugin, request_id, %fields, "{message}"),
            log::Level::Info => tracing::info!(target: "policy", plugin, request_id, %fields, "{message}"),
            log::Level::Warn => tracing::warn!(target: "policy", plugin, request_id, %fields, "{message}"),
            log::Level::Error => tracing::error!(target: "policy", plugin, request_id, %fields, "{message}"),
        }
        Ok(())
    }
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn clipped(text: &str) -> &str {
    let mut end = text.len().min(LOG_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The first value of a parameter of an `application/x-www-form-urlencoded` query.
fn query_param(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decoded(key)? == name).then(|| form_decoded(value)).flatten()
    })
}

fn form_decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Nothing when an algorithm is not one we know: a policy that demands the unknown must not be served the rest.
fn demands(wanted: &jwt::Demands) -> Option<Demands> {
    let algorithms: Result<Vec<Algorithm>, _> =
        wanted.algorithms.iter().map(|name| Algorithm::from_str(name)).collect();
    Some(Demands {
        algorithms: algorithms.ok()?,
        audiences: wanted.audiences.clone(),
        required_claims: wanted.required_claims.clone(),
        max_age_seconds: wanted.max_age_seconds,
    })
}

fn failure(failure: Failure) -> jwt::Failure {
    match failure {
        Failure::Missing => jwt::Failure::Missing,
        Failure::Malformed => jwt::Failure::Malformed,
        Failure::UnknownIssuer => jwt::Failure::UnknownIssuer,
        Failure::UnknownKey => jwt::Failure::UnknownKey,
        Failure::Algorithm => jwt::Failure::Algorithm,
        Failure::Signature => jwt::Failure::Signature,
        Failure::Expired => jwt::Failure::Expired,
        Failure::NotYetValid => jwt::Failure::NotYetValid,
        Failure::Issuer => jwt::Failure::Issuer,
        Failure::Audience => jwt::Failure::Audience,
        Failure::Claim => jwt::Failure::Claim,
        Failure::Revoked => jwt::Failure::Revoked,
        Failure::KeysUnavailable => jwt::Failure::KeysUnavailable,
        Failure::Other => jwt::Failure::Other,
    }
}

fn claim_value(value: &serde_json::Value) -> claims::ClaimValue {
    use claims::ClaimValue;
    use serde_json::Value;
    match value {
        Value::String(text) => ClaimValue::Text(text.clone()),
        Value::Bool(flag) => ClaimValue::Boolean(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => ClaimValue::Integer(integer),
            (None, Some(float)) => ClaimValue::Number(float),
            (None, None) => ClaimValue::Json(number.to_string()),
        },
        Value::Array(items) if items.iter().all(Value::is_string) => {
            ClaimValue::Texts(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        other => ClaimValue::Json(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_parameters_are_decoded_and_the_first_wins() {
        assert_eq!(query_param("a=1&a=2", "a").as_deref(), Some("1"));
        assert_eq!(query_param("na%6De=x+y%2B", "name").as_deref(), Some("x y+"));
        assert_eq!(query_param("flag&b=", "flag").as_deref(), Some(""));
        assert_eq!(query_param("a=%ff", "a"), None);
        assert_eq!(query_param("", "a"), None);
    }

    #[test]
    fn claims_keep_their_shape() {
        use claims::ClaimValue;
        let check = |json: serde_json::Value, expected: &str| assert_eq!(format!("{:?}", claim_value(&json)), expected);
        check("a".into(), &format!("{:?}", ClaimValue::Text("a".into())));
        check(7.into(), &format!("{:?}", ClaimValue::Integer(7)));
        check(1.5.into(), &format!("{:?}", ClaimValue::Number(1.5)));
        check(serde_json::json!(["a", "b"]), &format!("{:?}", ClaimValue::Texts(vec!["a".into(), "b".into()])));
        check(serde_json::json!(["a", 1]), &format!("{:?}", ClaimValue::Json("[\"a\",1]".into())));
        check(serde_json::Value::Null, &format!("{:?}", ClaimValue::Json("null".into())));
    }

    #[test]
    fn a_demand_for_an_unknown_algorithm_is_not_weakened() {
        let wanted = jwt::Demands {
            algorithms: vec!["ES256".into(), "none".into()],
            audiences: vec![],
            required_claims: vec![],
            max_age_seconds: None,
        };
        assert!(demands(&wanted).is_none());
    }
}
