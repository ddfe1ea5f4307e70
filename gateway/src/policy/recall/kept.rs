//! The answers that may be kept, and what they take.
//!
//! Never a fault: what broke once is asked again.

use crate::policy::bindings::types::Refusal;
use crate::policy::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use crate::policy::transcript::TEXT_BYTES;

/// An answer of a policy.
pub(in crate::policy) trait Kept: Clone + Send + Sync + 'static {
    /// What its texts and lists take beside its own size, in bytes.
    fn bytes(&self) -> usize;
}

impl Kept for Outcome {
    fn bytes(&self) -> usize {
        match self {
            Self::Authenticated(attributes) => pairs(attributes),
            Self::Anonymous => 0,
            Self::Refused(refusal) => refused(refusal),
        }
    }
}

impl Kept for Decision {
    fn bytes(&self) -> usize {
        match self {
            Self::Allow | Self::Abstain => 0,
            Self::Deny(refusal) => refused(refusal),
        }
    }
}

impl Kept for Selection {
    fn bytes(&self) -> usize {
        match self {
            Self::Default => 0,
            Self::Refused(refusal) => refused(refusal),
            Self::To(target) => {
                text(&target.upstream) + target.path.as_ref().map_or(0, text) + pairs(&target.attributes)
            }
        }
    }
}

impl Kept for Action {
    fn bytes(&self) -> usize {
        match self {
            Self::Forward(ops) => ops.bytes(),
            Self::Refused(refusal) => refused(refusal),
        }
    }
}

impl Kept for Vec<HeaderOp> {
    fn bytes(&self) -> usize {
        let texts = self.iter().map(|op| match op {
            HeaderOp::Set((name, value)) | HeaderOp::Append((name, value)) => 2 * TEXT_BYTES + name.len() + value.len(),
            HeaderOp::Remove(name) => text(name),
        });
        size_of_val(self.as_slice()) + texts.sum::<usize>()
    }
}

fn pairs(pairs: &[(String, String)]) -> usize {
    size_of_val(pairs) + pairs.iter().map(|(name, value)| text(name) + text(value)).sum::<usize>()
}

fn refused(refusal: &Refusal) -> usize {
    text(&refusal.code) + text(&refusal.message)
}

#[allow(clippy::ptr_arg, reason = "a text that has memory of its own")]
fn text(text: &String) -> usize {
    TEXT_BYTES + text.len()
}
