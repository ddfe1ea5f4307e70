//! A plugin's own cases: what it must answer before it may serve.
//!
//! Never opened here: the reload reads them together with the component.

use std::path::PathBuf;

use witgate_settings::fault::Span;

/// `cases = "FILE"` of a `[plugins.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginCases {
    /// The file, joined to the folder of gateway.toml; it existed when that was read.
    pub file: PathBuf,
    /// Where it was written, for cases that do not hold.
    pub span: Span,
}
