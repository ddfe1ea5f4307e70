//! The verified claims of this request. Empty until an authenticator accepted a token.
//!
//! Never shows an unverified claim. A claim of another shape than asked for reads as absent, so a policy fails closed.
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use crate::host;
pub use crate::types::ClaimValue;

/// A claim as a Rust type: by top-level name, or by RFC 6901 pointer when it starts with `/`.
/// Absent, null and wrongly shaped claims are all `None`; use [`value`] where the difference matters.
///
/// ```
/// use witgate_plugin::{claims, mock};
///
/// let request = mock::request("GET", "/").claim("realm_access", serde_json::json!({"roles": ["staff"]}));
/// request.run(|| {
///     let roles = claims::get::<Vec<String>>("/realm_access/roles").unwrap_or_default();
///     assert_eq!(roles, ["staff"]);
///     assert_eq!(claims::get::<String>("/realm_access/roles"), None, "a list is no text");
/// });
/// ```
pub fn get<T: DeserializeOwned>(name: &str) -> Option<T> {
    value(name)?.parse()
}

/// A claim as the gateway hands it over. A null claim is absent.
///
/// ```
/// use witgate_plugin::{ClaimValue, claims, mock};
///
/// let request = mock::request("GET", "/").claim("admin", true);
/// assert_eq!(request.run(|| claims::value("admin")), Some(ClaimValue::Boolean(true)));
/// ```
pub fn value(name: &str) -> Option<ClaimValue> {
    host::claim(name).filter(|value| !matches!(value, ClaimValue::Json(json) if json == "null"))
}

/// Whether the `scope` claim (RFC 8693, space-separated) or the `scp` list holds this scope.
///
/// ```
/// use witgate_plugin::{claims, mock};
///
/// let request = mock::request("GET", "/").claim("scope", "orders:read orders:write");
/// assert!(request.run(|| claims::has_scope("orders:read") && !claims::has_scope("orders")));
/// ```
pub fn has_scope(scope: &str) -> bool {
    host::has_scope(scope)
}

impl ClaimValue {
    /// The value as a Rust type, or `None` where its shape does not fit.
    ///
    /// ```
    /// use witgate_plugin::ClaimValue;
    ///
    /// assert_eq!(ClaimValue::Integer(3).parse::<u8>(), Some(3));
    /// assert_eq!(ClaimValue::Integer(-3).parse::<u8>(), None);
    /// ```
    pub fn parse<T: DeserializeOwned>(self) -> Option<T> {
        serde_json::from_value(self.into_json()?).ok()
    }

    /// The value as JSON, an integer with its exact digits; `None` for JSON that does not parse, which no gateway hands
    /// over.
    ///
    /// ```
    /// use witgate_plugin::{ClaimValue, serde_json::json};
    ///
    /// assert_eq!(ClaimValue::Texts(vec!["a".into()]).into_json(), Some(json!(["a"])));
    /// assert_eq!(ClaimValue::Json(u64::MAX.to_string()).into_json(), Some(json!(u64::MAX)));
    /// ```
    pub fn into_json(self) -> Option<Value> {
        match self {
            Self::Text(text) => Some(text.into()),
            Self::Integer(integer) => Some(integer.into()),
            // `Value::from` makes null of what is no JSON number.
            Self::Number(number) => Number::from_f64(number).map(Value::Number),
            Self::Boolean(boolean) => Some(boolean.into()),
            Self::Texts(texts) => Some(texts.into()),
            Self::Json(json) => serde_json::from_str(&json).ok(),
        }
    }

    /// A scalar as text; `None` for lists and objects, which have no one spelling, and for a number too large for 64 bits,
    /// whose digits are not known.
    ///
    /// ```
    /// use witgate_plugin::ClaimValue;
    ///
    /// assert_eq!(ClaimValue::Integer(3).to_text().as_deref(), Some("3"));
    /// assert_eq!(ClaimValue::Json(u64::MAX.to_string()).to_text(), Some(u64::MAX.to_string()));
    /// assert_eq!(ClaimValue::Texts(vec!["a".into()]).to_text(), None);
    /// ```
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Integer(integer) => Some(integer.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Boolean(boolean) => Some(boolean.to_string()),
            Self::Json(json) if is_digits(json) => Some(json.clone()),
            Self::Texts(_) | Self::Json(_) => None,
        }
    }
}

/// Whether JSON is an integer that an `s64` does not hold: all others come as `Integer`.
fn is_digits(json: &str) -> bool {
    !json.is_empty() && json.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mock;

    #[derive(serde::Deserialize, PartialEq, Debug)]
    struct Org {
        plan: String,
    }

    #[test]
    fn a_claim_reads_as_the_type_asked_for() {
        let request = mock::request("GET", "/")
            .claim("sub", "alice")
            .claim("roles", ["staff", "customer"])
            .claim("level", 3)
            .claim("admin", true)
            .claim("org", json!({"plan": "gold"}))
            .claim("mixed", json!([1, "two"]));
        request.run(|| {
            assert_eq!(get::<String>("sub").as_deref(), Some("alice"));
            assert_eq!(get::<Vec<String>>("roles"), Some(vec!["staff".into(), "customer".into()]));
            assert_eq!(get::<u32>("level"), Some(3));
            assert_eq!(get::<bool>("admin"), Some(true));
            assert_eq!(get::<Org>("org"), Some(Org { plan: "gold".into() }));
            assert_eq!(get::<String>("/org/plan").as_deref(), Some("gold"));
            assert_eq!(value("mixed"), Some(ClaimValue::Json(r#"[1,"two"]"#.into())));
        });
    }

    #[test]
    fn absent_null_and_wrongly_shaped_claims_are_none() {
        let request =
            mock::request("GET", "/").claim("nothing", json!(null)).claim("roles", "staff").claim("level", -1);
        request.run(|| {
            assert_eq!(get::<String>("sub"), None);
            assert_eq!(value("nothing"), None);
            assert_eq!(get::<Vec<String>>("roles"), None);
            assert_eq!(get::<u32>("level"), None);
            assert_eq!(get::<String>("/roles/0"), None);
        });
    }

    #[test]
    fn integers_past_an_s64_are_exact_or_nothing() {
        let request = mock::request("GET", "/")
            .claim("one", u64::MAX)
            .claim("other", u64::MAX - 1)
            .claim("lost", 1e300)
            .claim("fraction", 1.5);
        request.run(|| {
            assert_eq!((get::<u64>("one"), get::<u64>("other")), (Some(u64::MAX), Some(u64::MAX - 1)));
            assert_eq!((get::<i64>("one"), get::<String>("one")), (None, None));
            assert_eq!(value("one").and_then(|claim| claim.to_text()), Some(u64::MAX.to_string()));
            assert_eq!(value("lost").and_then(|claim| claim.to_text()), None);
            assert_eq!((get::<u64>("lost"), get::<f64>("lost")), (None, Some(1e300)));
            assert_eq!(value("fraction"), Some(ClaimValue::Number(1.5)));
        });
    }

    #[derive(serde::Deserialize, PartialEq, Debug)]
    struct Of<T>(T);

    #[test]
    fn a_newtype_and_an_option_read_as_what_is_in_them() {
        let request = mock::request("GET", "/")
            .claim("sub", "alice")
            .claim("one", ["alice"])
            .claim("mixed", json!([7]))
            .claim("level", 3)
            .claim("uid", u64::MAX)
            .claim("ratio", 0.5)
            .claim("admin", true)
            .claim("nothing", json!(null));
        let text = |text: &str| text.to_owned();
        request.run(|| {
            assert_eq!(get("sub"), Some(Of(text("alice"))));
            assert_eq!((get("level"), get("uid")), (Some(Of(3_u8)), Some(Of(u64::MAX))));
            assert_eq!((get("ratio"), get("admin")), (Some(Of(0.5)), Some(Of(true))));
            assert_eq!(get("one"), Some(Of(vec![text("alice")])));
            assert_eq!((get::<Of<String>>("one"), get::<Of<u8>>("mixed")), (None, None), "a list of one is no text");
            assert_eq!((get::<Of<Of<String>>>("one"), get::<Of<String>>("level")), (None, None));
            assert_eq!((get("sub"), get("level")), (Some(Some(text("alice"))), Some(Some(3_u8))));
            assert_eq!((get("one"), get::<Option<String>>("level")), (Some(Some(vec![text("alice")])), None));
            assert_eq!((get::<Option<u64>>("nothing"), get::<Option<u64>>("absent")), (None, None));
        });
    }

    #[test]
    fn a_number_is_no_integer_and_what_is_no_number_is_nothing() {
        assert_eq!(ClaimValue::Number(3.0).parse::<u64>(), None);
        assert_eq!(ClaimValue::Integer(i64::MIN).parse::<i64>(), Some(i64::MIN));
        assert_eq!(ClaimValue::Integer(3).parse::<f64>(), Some(3.0));
        for number in [f64::NAN, f64::INFINITY] {
            assert_eq!(ClaimValue::Number(number).parse::<Option<f64>>(), None, "{number}");
            assert_eq!(ClaimValue::Number(number).into_json(), None, "{number}");
        }
    }

    #[test]
    fn only_scalars_have_a_text() {
        assert_eq!(ClaimValue::Integer(-3).to_text().as_deref(), Some("-3"));
        assert_eq!(ClaimValue::Boolean(true).to_text().as_deref(), Some("true"));
        assert_eq!(ClaimValue::Texts(vec!["a".into()]).to_text(), None);
        assert_eq!(ClaimValue::Json("{}".into()).to_text(), None);
    }
}
