//! The patterns of a route: which hosts and which paths it takes.
//!
//! Never sees a request header or a method, and never percent-decodes a request: it is given decoded segments.

mod host;
mod path;

pub use host::HostPattern;
pub use path::{PATH_ATTRIBUTE, PathPattern, Segment};

/// Why a pattern cannot be used, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternFault {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl PatternFault {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> PatternFault {
        PatternFault { message: message.into(), hint: hint.into() }
    }
}
