//! What the rules of an authorizer come to: allow, or deny with a code, and what follows where no rule decides.
//!
//! Never a rule that allows with a code, and never an allow by default.
use serde::Deserialize;

use crate::contract;
use crate::types::{Decision, Refusal};

/// The code of a denying rule that names none.
pub const DENIED_CODE: &str = "rule_denied";
/// The code of the refusal where no rule decides.
pub const NO_RULE_MATCHED: &str = "no_rule_matched";

const MESSAGE: &str = "You may not do this.";

/// What an operator writes as a rule's `effect`.
///
/// ```
/// use witgate_plugin::ruling::Effect;
///
/// assert_eq!(serde_json::from_str::<Effect>("\"deny\"").unwrap(), Effect::Deny);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The request may go on.
    Allow,
    /// 403 with the rule's code.
    Deny,
}

/// What a rule comes to, checked.
///
/// ```
/// use witgate_plugin::ruling::{Effect, Ruling};
///
/// assert_eq!(Ruling::of(Effect::Allow, None, None), Ok(Ruling::Allow));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The request may go on.
    Allow,
    /// It is refused so.
    Deny(Refusal),
}

impl Ruling {
    /// Checks a rule's `effect`, `code` and `message`.
    ///
    /// # Errors
    /// A sentence that begins with the key that is wrong.
    ///
    /// ```
    /// use witgate_plugin::ruling::{Effect, Ruling};
    ///
    /// let Ok(Ruling::Deny(refusal)) = Ruling::of(Effect::Deny, Some("staff_only".into()), None) else { panic!() };
    /// assert_eq!((refusal.status, refusal.code.as_str()), (403, "staff_only"));
    /// let refused = Ruling::of(Effect::Allow, Some("staff_only".into()), None).unwrap_err();
    /// assert_eq!(refused, "code: only a rule with effect = \"deny\" has one");
    /// ```
    pub fn of(effect: Effect, code: Option<String>, message: Option<String>) -> Result<Self, String> {
        if effect == Effect::Allow {
            return match code.map(|_| "code").or(message.map(|_| "message")) {
                None => Ok(Self::Allow),
                Some(key) => Err(format!("{key}: only a rule with effect = \"deny\" has one")),
            };
        }
        let code = code.unwrap_or_else(|| DENIED_CODE.to_owned());
        contract::code(&code).map_err(|why| format!("code: {why}"))?;
        let message = message.unwrap_or_else(|| MESSAGE.to_owned());
        contract::message(&message).map_err(|why| format!("message: {why}"))?;
        Ok(Self::Deny(Refusal::forbidden(code, message)))
    }
}

/// What happens where no rule decides. There is no `allow` here, on purpose.
///
/// ```
/// use witgate_plugin::Decision;
/// use witgate_plugin::ruling::{NO_RULE_MATCHED, NoMatch};
///
/// assert_eq!(NoMatch::Abstain.decide(NO_RULE_MATCHED), Decision::Abstain);
/// let Decision::Deny(refusal) = NoMatch::default().decide(NO_RULE_MATCHED) else { panic!() };
/// assert_eq!(refusal.code, "no_rule_matched");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoMatch {
    /// 403 with a code of the policy's.
    #[default]
    Deny,
    /// The next authorizer decides; a chain that ends without an allow is a refusal.
    Abstain,
}

impl NoMatch {
    /// The decision; a refusal has this code.
    ///
    /// ```
    /// use witgate_plugin::Decision;
    /// use witgate_plugin::ruling::NoMatch;
    ///
    /// let Decision::Deny(refusal) = NoMatch::Deny.decide("not_listed") else { panic!() };
    /// assert_eq!((refusal.status, refusal.code.as_str()), (403, "not_listed"));
    /// ```
    pub fn decide(self, code: &str) -> Decision {
        match self {
            Self::Abstain => Decision::Abstain,
            Self::Deny => Decision::Deny(Refusal::forbidden(code, MESSAGE)),
        }
    }
}
