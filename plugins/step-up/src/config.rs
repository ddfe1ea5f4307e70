//! The `config` table as the operator writes it.
//!
//! Never judged here: `rule` and `demand` say what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::guard::Pass;

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Every rule that is about a request must be met.
    pub rules: Vec<WrittenRule>,
    /// What is said of a request that meets them all, and of one that none is about.
    #[serde(default)]
    pub pass: Pass,
    /// How far the issuer's clock may be off, in seconds; at most 300.
    #[serde(default = "half_a_minute")]
    pub leeway_seconds: u64,
}

/// What some requests demand of the sign-in. At least one of `acr`, `amr`, `max-age-seconds`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRule {
    /// Unique; the log says it.
    pub name: String,
    /// In upper case; GET covers HEAD. Left out: every method.
    pub methods: Option<Vec<String>>,
    /// Patterns such as `/orders/{id}` or `/admin/**`. Left out: every path.
    pub paths: Option<Vec<String>>,
    /// The claim `acr` must be one of these.
    pub acr: Option<Vec<String>>,
    /// The list `amr` (RFC 8176) must have at least one of these.
    pub amr: Option<Vec<String>>,
    /// How long ago the sign-in may be. Needs `grants = { clock = true }`.
    pub max_age_seconds: Option<u64>,
    /// Which claim says when that was.
    #[serde(default)]
    pub age_since: AgeSince,
    /// What the caller reads; default: what is demanded.
    pub message: Option<String>,
}

/// Which claim says when the caller signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
pub enum AgeSince {
    /// When the caller last proved who they are (OpenID Connect Core section 2, RFC 9470).
    #[default]
    #[serde(rename = "auth_time")]
    AuthTime,
    /// When the token was issued: for issuers without `auth_time`. A refreshed token is young though its user is long
    /// gone.
    #[serde(rename = "iat")]
    IssuedAt,
}

fn half_a_minute() -> u64 {
    30
}
