//! What the host answers when a policy asks: the imports of `wit/host.wit`.
//!
//! Never waits (whatever may wait was done before the call), and never hands out a key.

use std::str::FromStr;
use std::sync::Arc;

use wasmtime::Result;
use witgate_cases::Line;
use witgate_token::{Algorithm, Claims, Demands, Refusal};

use super::bindings::{claims, jwt, log, request, types};
use super::guest::GuestState;
use super::limits::Limit;
use super::reading::What;
use super::tokens::Tokens;
use super::transcript::{Demanded, Wanted};
use crate::unix_time;

/// Where the range of an s64 ends, 2^63.
const INTEGERS_END: f64 = 9_223_372_036_854_775_808.0;

impl types::Host for GuestState {}

impl request::Host for GuestState {
    fn method(&mut self) -> Result<String> {
        self.fact(What::Method, self.exchange.method.to_string())
    }

    fn path(&mut self) -> Result<String> {
        self.fact(What::Path, self.exchange.path.to_string())
    }

    fn route(&mut self) -> Result<String> {
        self.fact(What::Route, self.exchange.route.to_string())
    }

    fn header(&mut self, name: String) -> Result<Option<Vec<u8>>> {
        let value = self.exchange.headers.get(&name).map(|value| value.as_bytes().to_vec());
        self.read(What::Header, &name, length(value.as_deref()), || value.as_deref().map(text))?;
        Ok(value)
    }

    fn header_values(&mut self, name: String) -> Result<Vec<Vec<u8>>> {
        let values: Vec<Vec<u8>> =
            self.exchange.headers.get_all(&name).iter().map(|value| value.as_bytes().to_vec()).collect();
        let bytes = values.iter().map(Vec::len).sum();
        let shown =
            || (!values.is_empty()).then(|| values.iter().map(|value| text(value)).collect::<Vec<_>>().join(", "));
        self.read(What::HeaderValues, &name, bytes, shown)?;
        Ok(values)
    }

    fn query_param(&mut self, name: String) -> Result<Option<String>> {
        let value = self.exchange.query_param(&name);
        self.read(What::QueryParam, &name, length(value.as_ref()), || value.clone())?;
        Ok(value)
    }

    fn authority(&mut self) -> Result<String> {
        self.fact(What::Authority, self.exchange.authority.clone())
    }

    fn peer_address(&mut self) -> Result<String> {
        self.fact(What::PeerAddress, self.exchange.peer.to_string())
    }

    fn attribute(&mut self, name: String) -> Result<Option<String>> {
        let value = self.exchange.attributes.get(&name).map(str::to_owned);
        self.read(What::Attribute, &name, length(value.as_ref()), || value.clone())?;
        Ok(value)
    }
}

impl GuestState {
    /// A fact that every request has, and that has no name.
    fn fact(&mut self, what: What, value: String) -> Result<String> {
        self.read(what, "", value.len(), || Some(value.clone()))?;
        Ok(value)
    }
}

impl claims::Host for GuestState {
    fn get(&mut self, name: String) -> Result<Option<claims::ClaimValue>> {
        let value = self.exchange.claim(&name).map(claim_value);
        self.read(What::Claim, &name, value.as_ref().map_or(0, claim_bytes), || value.as_ref().map(claim_text))?;
        Ok(value)
    }

    fn has_scope(&mut self, scope: String) -> Result<bool> {
        let held = self.exchange.has_scope(&scope);
        self.read(What::Scope, &scope, 1, || Some(held.to_string()))?;
        Ok(held)
    }
}

impl jwt::Host for GuestState {
    fn peek(&mut self) -> Result<Result<jwt::Header, jwt::Failure>> {
        let header = self.exchange.token_header();
        let bytes = header
            .as_ref()
            .map_or(0, |header| header.alg.len() + length(header.kid.as_ref()) + length(header.typ.as_ref()));
        self.read(What::TokenHeader, "", bytes, || header.as_ref().ok().map(header_text))?;
        Ok(header)
    }

    fn unverified_issuer(&mut self) -> Result<Option<String>> {
        let issuer = self.exchange.unverified_issuer();
        self.read(What::Issuer, "", length(issuer.as_ref()), || issuer.clone())?;
        Ok(issuer)
    }

    fn profile(&mut self) -> Result<Option<String>> {
        let profile = self.exchange.token_profile();
        self.read(What::Profile, "", length(profile.as_ref()), || profile.clone())?;
        Ok(profile)
    }

    fn verify(&mut self, profile: String, wanted: jwt::Demands) -> Result<Result<(), jwt::Failure>> {
        // A second verification replaces the first: claims of an earlier success must not outlive a later failure.
        self.exchange.forget_claims();
        let wanted: Wanted = Arc::new((profile, demands(wanted)));
        let (profile, demands) = &*wanted;
        let outcome = match self.exchange.tokens {
            Tokens::Rehearsed(_) => self.exchange.rehearse(profile, demands).map(|()| None),
            Tokens::Keyring(_) | Tokens::Nowhere => self.asked_of_keyring(&wanted)?.map(Some),
        };
        let failure = outcome.as_ref().err().map(Refusal::failure);
        let verified = self.exchange.take_claims(outcome);
        let (Ok(demanded) | Err(demanded)) = demands;
        self.record_verification(profile, &demanded.required_claims, failure);
        self.read(What::Verification, profile, 1, || Some(format!("{verified:?}")))?;
        self.note_verification(&wanted, verified);
        Ok(verified)
    }
}

impl GuestState {
    /// What was foreseen for this call is not asked again.
    fn asked_of_keyring(&mut self, wanted: &Wanted) -> Result<std::result::Result<Claims, Refusal>> {
        let foreseen = self.exchange.notes.foreseen.take().filter(|foreseen| foreseen.wanted == *wanted);
        let is_heavy = foreseen.is_none() && !self.exchange.knows_token();
        self.on_the_host(is_heavy, |guest| match foreseen {
            Some(foreseen) => foreseen.outcome,
            None => guest.exchange.verified(&wanted.0, &wanted.1),
        })
    }
}

impl log::Host for GuestState {
    fn log(&mut self, level: log::Level, message: String, fields: Vec<(String, String)>) -> Result<()> {
        self.note_line();
        let hide = |text: &str| self.hidden.hide(text).into_owned();
        let pairs: Vec<(String, String)> = fields.iter().map(|(name, value)| (hide(name), hide(value))).collect();
        let fields: serde_json::Map<String, serde_json::Value> =
            pairs.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let fields = serde_json::Value::Object(fields).to_string();
        let message = hide(&message);
        // As they are written: a control character takes six bytes of a line.
        self.count_log_line(serde_json::Value::from(&*message).to_string().len() + fields.len())?;
        self.record_line(&message, &fields);
        if let Some(case) = self.exchange.tokens.rehearsed_mut() {
            case.log.push(Line { level: level_word(&level), message: message.clone(), fields: pairs });
        }
        if !is_wanted(&level) || !self.log_rate.admits(unix_time::now()) {
            return Ok(());
        }
        let (plugin, request_id) = (self.plugin.as_str(), self.exchange.request_id.text());
        match level {
            log::Level::Debug => tracing::debug!(target: "policy", plugin, request_id, %fields, "{message}"),
            log::Level::Info => tracing::info!(target: "policy", plugin, request_id, %fields, "{message}"),
            log::Level::Warn => tracing::warn!(target: "policy", plugin, request_id, %fields, "{message}"),
            log::Level::Error => tracing::error!(target: "policy", plugin, request_id, %fields, "{message}"),
        }
        Ok(())
    }
}

/// Whether the operator wants lines of this level: others are neither written nor counted by the second.
fn is_wanted(level: &log::Level) -> bool {
    match level {
        log::Level::Debug => tracing::enabled!(target: "policy", tracing::Level::DEBUG),
        log::Level::Info => tracing::enabled!(target: "policy", tracing::Level::INFO),
        log::Level::Warn => tracing::enabled!(target: "policy", tracing::Level::WARN),
        log::Level::Error => tracing::enabled!(target: "policy", tracing::Level::ERROR),
    }
}

impl GuestState {
    /// Counts one log line before anything of it is written.
    fn count_log_line(&mut self, bytes: usize) -> Result<()> {
        self.used.log_lines += 1;
        self.used.log_bytes = self.used.log_bytes.saturating_add(bytes);
        if self.used.log_lines > self.limits.log_lines {
            return Err(self.exceed(Limit::LogLines, self.limits.log_lines));
        }
        if self.used.log_bytes > self.limits.log_bytes {
            return Err(self.exceed(Limit::LogBytes, self.limits.log_bytes));
        }
        Ok(())
    }
}

fn level_word(level: &log::Level) -> &'static str {
    match level {
        log::Level::Debug => "debug",
        log::Level::Info => "info",
        log::Level::Warn => "warn",
        log::Level::Error => "error",
    }
}

fn length<B: AsRef<[u8]>>(value: Option<B>) -> usize {
    value.map_or(0, |value| value.as_ref().len())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn header_text(header: &jwt::Header) -> String {
    let named = [("kid", &header.kid), ("typ", &header.typ)];
    let more = named.into_iter().filter_map(|(name, value)| Some(format!(", {name} {}", value.as_ref()?)));
    format!("alg {}{}", header.alg, more.collect::<String>())
}

/// What a policy demands. One that demands an algorithm that we do not know must not be served the rest.
fn demands(wanted: jwt::Demands) -> Demanded {
    let jwt::Demands { algorithms, audiences, required_claims, max_age_seconds } = wanted;
    let known: Result<Vec<Algorithm>, _> = algorithms.iter().map(|name| Algorithm::from_str(name)).collect();
    let are_known = known.is_ok();
    let demands = Demands { algorithms: known.unwrap_or_default(), audiences, required_claims, max_age_seconds };
    if are_known { Ok(demands) } else { Err(demands) }
}

fn claim_value(value: &serde_json::Value) -> claims::ClaimValue {
    use claims::ClaimValue;
    use serde_json::Value;
    match value {
        Value::String(text) => ClaimValue::Text(text.clone()),
        Value::Bool(flag) => ClaimValue::Boolean(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => ClaimValue::Integer(integer),
            // Further out a float stands for many integers, and two ids would be one.
            (None, Some(float)) if float.abs() < INTEGERS_END => ClaimValue::Number(float),
            (None, _) => ClaimValue::Json(number.to_string()),
        },
        Value::Array(items) if items.iter().all(Value::is_string) => {
            ClaimValue::Texts(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        other => ClaimValue::Json(other.to_string()),
    }
}

/// What a claim weighs when it is handed over; a number weighs what a register does.
fn claim_bytes(value: &claims::ClaimValue) -> usize {
    use claims::ClaimValue;
    match value {
        ClaimValue::Text(text) | ClaimValue::Json(text) => text.len(),
        ClaimValue::Texts(texts) => texts.iter().map(String::len).sum(),
        ClaimValue::Integer(_) | ClaimValue::Number(_) | ClaimValue::Boolean(_) => size_of::<u64>(),
    }
}

/// A claim as a person would read it.
fn claim_text(value: &claims::ClaimValue) -> String {
    use claims::ClaimValue;
    match value {
        ClaimValue::Text(text) | ClaimValue::Json(text) => text.clone(),
        ClaimValue::Texts(texts) => texts.join(", "),
        ClaimValue::Integer(number) => number.to_string(),
        ClaimValue::Number(number) => number.to_string(),
        ClaimValue::Boolean(flag) => flag.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_integer_is_exact_or_has_no_digits() {
        use claims::ClaimValue;
        let handed = |json: &str| claim_value(&serde_json::from_str(json).expect("a number"));
        assert!(matches!(handed("9223372036854775807"), ClaimValue::Integer(i64::MAX)));
        for exact in ["9223372036854775808", "18446744073709551001", "18446744073709551615"] {
            assert!(matches!(handed(exact), ClaimValue::Json(json) if json == exact));
        }
        // Past 64 bits the digits are lost, which the text shows: it is no integer's.
        for lost in ["18446744073709551616", "-9223372036854775809", "1e300"] {
            assert!(matches!(handed(lost), ClaimValue::Json(json) if json.contains('e')), "{lost}");
        }
        assert!(matches!(handed("1.5e18"), ClaimValue::Number(1.5e18)));
    }

    #[test]
    fn a_demand_for_an_unknown_algorithm_is_not_weakened() {
        let wanted = jwt::Demands {
            algorithms: vec!["ES256".into(), "none".into()],
            audiences: vec![],
            required_claims: vec![],
            max_age_seconds: None,
        };
        assert!(demands(wanted).is_err());
    }
}
