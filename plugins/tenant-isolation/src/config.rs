//! The `config` table as the operator writes it.
//!
//! Never judged here: `tenant` and `crossing` say what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::guard::Pass;

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The claim that says whose the caller is: a name or an RFC 6901 pointer; a text, or a list of texts.
    #[serde(default = "tenant")]
    pub claim: String,
    /// Where the request says whose the resource is.
    pub resource: WrittenResource,
    /// Who may enter every tenant.
    pub cross: Option<WrittenCrossing>,
    /// What is said of a caller at home.
    #[serde(default)]
    pub pass: Pass,
    /// Whether another tenant's resource looks as if it did not exist: 404 in place of 403.
    #[serde(default)]
    pub hide: bool,
}

/// Where a request names a tenant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenResource {
    /// A parameter of the route's path: `tenant` for `/t/{tenant}/orders`.
    Path(String),
    /// A label of the host: `{tenant}.api.example.com`.
    Host(String),
    /// A header, sent once.
    Header(String),
    /// What an earlier policy found.
    Attribute(String),
}

/// Who may enter every tenant: exactly one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum WrittenCrossing {
    /// Who holds this scope.
    Scope(String),
    /// Whose claim is this text, or a list that has it.
    Claim {
        /// A name or an RFC 6901 pointer.
        name: String,
        /// Compared exactly.
        contains: String,
    },
}

fn tenant() -> String {
    "tenant".to_owned()
}
