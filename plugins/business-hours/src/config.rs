//! The `config` table as the operator writes it.
//!
//! Never judged here: `hours` and `calendar` say what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::guard::Pass;

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// An IANA time zone such as `Europe/Zurich`, or an offset such as `+02:00`.
    pub zone: String,
    /// When it is open: in any of these.
    pub open: Vec<WrittenHours>,
    /// Days on which nothing opens, such as `2026-12-25`.
    #[serde(default)]
    pub holidays: Vec<String>,
    /// Which requests keep these hours, in upper case; GET covers HEAD. Left out: every method.
    pub methods: Option<Vec<String>>,
    /// Patterns such as `/orders/{id}` or `/admin/**`. Left out: every path.
    pub paths: Option<Vec<String>>,
    /// What is said while it is open, and of requests that keep no hours.
    #[serde(default)]
    pub pass: Pass,
    /// What the caller reads outside of the hours.
    pub message: Option<String>,
}

/// Some days, from a time to another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenHours {
    /// `mon` to `sun`, or ranges such as `mon-fri`. Left out: every day.
    pub days: Option<Vec<String>>,
    /// `HH:MM`, from 00:00 to 23:59.
    pub from: String,
    /// `HH:MM`, up to 24:00, and not open any more at that minute. Where it is not after `from` it is of the next day.
    pub to: String,
}
