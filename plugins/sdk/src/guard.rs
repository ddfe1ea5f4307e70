//! What authorizers have in common that guard something and leave the rest to others.
//!
//! Never a decision of its own: a guard says what it is against, and the operator what follows where it is against
//! nothing.
use serde::Deserialize;

use crate::types::{Decision, Refusal};

/// What a guard answers where it has nothing against a request.
///
/// ```
/// use witgate_plugin::Decision;
/// use witgate_plugin::guard::Pass;
///
/// assert_eq!(Pass::default().decide(None), Decision::Abstain);
/// assert_eq!(Pass::Allow.decide(None), Decision::Allow);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Pass {
    /// The next authorizer of the route decides; a chain that ends without an allow is a refusal.
    #[default]
    Abstain,
    /// The request may go on, and no later authorizer is asked.
    Allow,
}

impl Pass {
    /// The decision where `against` is what the guard has against the request.
    ///
    /// ```
    /// use witgate_plugin::guard::Pass;
    /// use witgate_plugin::{Decision, Refusal};
    ///
    /// let against = Refusal::forbidden("network_denied", "Not from here.");
    /// assert_eq!(Pass::Allow.decide(Some(against.clone())), Decision::Deny(against));
    /// ```
    pub fn decide(self, against: Option<Refusal>) -> Decision {
        match (against, self) {
            (Some(refusal), _) => Decision::Deny(refusal),
            (None, Self::Abstain) => Decision::Abstain,
            (None, Self::Allow) => Decision::Allow,
        }
    }
}
