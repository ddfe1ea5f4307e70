//! The colours of what is printed for a person.
//!
//! Never says by a colour what the words do not say: the command line takes them out where nobody sees them.

use anstyle::{AnsiColor, Style};

/// What is as it must be.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is not.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What one should know.
pub const NOTE: Style = AnsiColor::Yellow.on_default();
/// What a piece of text is about.
pub const HEAD: Style = Style::new().bold();

/// A piece of text in a colour. It must have no colours of its own.
pub fn painted(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
