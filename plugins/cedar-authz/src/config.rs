//! The `config` table as the operator writes it.
//!
//! Never judged here: the other modules say what is wrong with it, and where.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use witgate_plugin::ruling::NoMatch;

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The policies, in Cedar.
    pub policies: String,
    /// The schema, in Cedar's own syntax. With it policies, entities and requests are validated.
    pub schema: Option<String>,
    /// What happens where no policy permits and none forbids.
    #[serde(default)]
    pub default: NoMatch,
    /// Who asks.
    #[serde(default)]
    pub principal: WrittenPrincipal,
    /// What the action is named after.
    #[serde(default)]
    pub action: ActionName,
    /// For a route: the entity that its requests are about, instead of their path.
    #[serde(default)]
    pub resources: BTreeMap<String, WrittenResource>,
    /// The attributes of `context`.
    #[serde(default)]
    pub context: BTreeMap<String, WrittenFact>,
    /// Entities that are always there, in Cedar's JSON form.
    #[serde(default)]
    pub entities: Vec<Value>,
}

/// What the action is named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "kebab-case")]
pub enum ActionName {
    /// `Action::"GET"`.
    #[default]
    Method,
    /// `Action::"orders"`, the name of the route in gateway.toml.
    Route,
}

/// Who asks, out of the verified claims.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenPrincipal {
    /// The type of the entity.
    pub r#type: String,
    /// The claim that names it.
    pub id: String,
    /// Attribute to claim.
    pub attributes: BTreeMap<String, String>,
    /// Type of a parent to the claim that names one or a list of them.
    pub parents: BTreeMap<String, String>,
}

impl Default for WrittenPrincipal {
    fn default() -> Self {
        Self { r#type: "User".to_owned(), id: "sub".to_owned(), attributes: BTreeMap::new(), parents: BTreeMap::new() }
    }
}

/// What the requests of one route are about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenResource {
    /// The type of the entity.
    pub r#type: String,
    /// The attribute of the request that names it, such as `path.id`.
    pub id: String,
    /// Attribute of the entity to attribute of the request.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// Where an attribute of `context` comes from: exactly one of these.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenFact {
    /// A claim: by name, or by pointer.
    pub claim: Option<String>,
    /// An attribute of the request.
    pub attribute: Option<String>,
    /// The only value of a header.
    pub header: Option<String>,
    /// The first value of a query parameter.
    pub query: Option<String>,
    /// Those of these scopes that the token holds, as a set.
    pub scopes: Option<Vec<String>>,
    /// One of the facts of the request itself.
    pub request: Option<RequestFact>,
}

/// A fact of the request itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequestFact {
    /// The method, a string.
    Method,
    /// The canonical path, a string.
    Path,
    /// The name of the route, a string.
    Route,
    /// The host and port that the client asked for, a string.
    Authority,
    /// The address of the peer, an `ipaddr`.
    Peer,
}
