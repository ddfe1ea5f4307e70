//! Imports in plain words: what each gives a policy, and what it needs for it.
//!
//! Never judges an import: `check` does.

use serde::Serialize;

use crate::policy::outline::{Kind, Outline};

/// One import, or several that nothing comes of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// its name, such as `witgate:policy/claims@0.2.0`
    pub name: String,
    /// what it gives
    pub means: &'static str,
    /// the line below `grants` without which the component does not load
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<&'static str>,
    /// the line below `grants` without which nothing comes of it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub works_with: Option<&'static str>,
}

/// WASI that is real where it is granted: what it gives, and the line that grants it.
const GRANTED: [(&str, &str, &str); 5] = [
    ("wasi:clocks/wall-clock", "the time of day", "clock = true"),
    ("wasi:clocks/monotonic-clock", "time that passes", "clock = true"),
    ("wasi:random/random", "randomness", "random = true"),
    ("wasi:random/insecure", "randomness", "random = true"),
    ("wasi:cli/environment", "variables of the gateway's environment", "environment = [\"NAME\"]"),
];
/// What every runtime links, and nothing comes of.
pub(super) const OF_NO_EFFECT: &str = "linked by its language's runtime, of no effect";
/// What no policy gets.
pub(super) const FOREIGN: &str = "nothing that a policy may import: the gateway refuses it";

/// Every import of a component.
pub(super) fn of(outline: &Outline) -> Vec<Import> {
    outline.imports.iter().map(|import| one(&import.name, import.kind)).collect()
}

fn one(name: &str, kind: Kind) -> Import {
    let import = |means, needs, works_with| Import { name: name.to_owned(), means, needs, works_with };
    match kind {
        Kind::Contract("store", means) => import(means, Some("store = { name = \"NAME\" }"), None),
        Kind::Contract("outbound", means) => import(means, Some("http = { hosts = [\"HOST:443\"] }"), None),
        Kind::Contract(_, means) => import(means, None, None),
        Kind::Foreign => import(FOREIGN, None, None),
        Kind::Furniture => {
            let interface = name.split('@').next().unwrap_or(name);
            let granted = GRANTED.iter().find(|(known, ..)| *known == interface);
            granted.map_or_else(|| import(OF_NO_EFFECT, None, None), |(_, means, line)| import(means, None, Some(line)))
        }
    }
}
