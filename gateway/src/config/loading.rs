//! What gateway.toml says of loading components: where compiled code is kept, what compiling may use, and which bytes
//! a component must have.
//!
//! Never opens a folder and never reads a component.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use witgate_settings::fault::Span;

/// How components are compiled and kept; by default within the usual limits, in the user's own folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loading {
    /// The folder for compiled code, where the file names one.
    pub cache: Option<CachePlace>,
    /// What compiling one component may use.
    pub compile: CompileLimits,
}

/// The folder of `[gateway] cache`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePlace {
    /// Joined to the folder of gateway.toml.
    pub folder: PathBuf,
    /// Where it was written.
    pub span: Span,
}

/// What compiling one component may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// CPU time, in whole seconds.
    pub cpu: Duration,
    /// Address space of the compiling process, in bytes.
    pub memory_bytes: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        // A Python component of 40 MB takes a good part of a minute on a slow core, and somewhat over 1 GiB.
        Self { cpu: Duration::from_secs(120), memory_bytes: 4 << 30 }
    }
}

/// The SHA-256 that a component must have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin(pub [u8; 32]);

impl Pin {
    /// Reads 64 hex digits, of either case.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_exactly_64_hex_digits() {
        let text = "00ff".repeat(16);
        assert_eq!(Pin::parse(&text).map(|pin| pin.to_string()), Some(text.clone()));
        assert_eq!(Pin::parse(&text.to_uppercase()), Pin::parse(&text));
        for wrong in
            ["", "00", &text[1..], &format!("{text}0"), &text.replace('f', "g"), &text.replacen("00f", "+0f", 1)]
        {
            assert_eq!(Pin::parse(wrong), None, "{wrong}");
        }
    }
}
