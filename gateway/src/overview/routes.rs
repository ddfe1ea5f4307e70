//! The routes of a configuration in the order in which a request is tried on them, the most specific first.
//!
//! Never loads a component: names are enough.

use std::collections::BTreeMap;

use serde::Serialize;

use super::columns;
use crate::config::{Config, Route, World};
use crate::routing::RouteTable;

/// What stands in a cell that says nothing.
const ANY: &str = "any";
/// The heads of the columns.
const HEADS: [&str; 7] = ["ROUTE", "HOST", "PATH", "METHODS", "POLICIES", "UPSTREAMS", "NOTES"];

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// its name
    pub name: String,
    /// which host, such as `*.example.com`; nothing where it takes any
    pub host: Option<String>,
    /// which path: with `{parameters}`, or a prefix
    pub path: String,
    /// whether everything below the path is taken, too
    pub prefix: bool,
    /// which methods; nothing where it takes any
    pub methods: Option<Vec<String>>,
    /// header name to the one value that it must have
    pub headers: BTreeMap<String, String>,
    /// in the order in which they are asked
    pub policies: Vec<Policy>,
    /// where it goes: the default first, then what a router may choose
    pub upstreams: Vec<String>,
    /// whether anonymous callers are let in
    pub public: bool,
    /// whether a token needs a young word of its issuer
    pub sensitive: bool,
}

/// One policy of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// the plugin's name
    pub name: String,
    /// its role
    #[serde(serialize_with = "word")]
    pub world: World,
}

/// Every route.
pub fn lines(config: &Config) -> Vec<Line> {
    RouteTable::build(config).order().map(|index| Line::of(config, &config.routes[index])).collect()
}

/// The routes as a table.
pub fn table(lines: &[Line]) -> String {
    let heads = HEADS.map(str::to_owned).to_vec();
    let cells: Vec<Vec<String>> = std::iter::once(heads).chain(lines.iter().map(Line::cells)).collect();
    columns::aligned(&cells)
}

impl Line {
    /// A route of this configuration.
    pub fn of(config: &Config, route: &Route) -> Self {
        let policy = |index: &usize| {
            let plugin = &config.plugins[*index];
            Policy { name: plugin.name.clone(), world: plugin.world }
        };
        // A value that is no text cannot have been written in a text file.
        let header = |(name, value): &(http::HeaderName, http::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            name: route.name.clone(),
            host: route.host.as_ref().map(ToString::to_string),
            path: route.path.to_string(),
            prefix: route.path.is_prefix(),
            methods: route.methods.as_ref().map(|methods| methods.iter().map(ToString::to_string).collect()),
            headers: route.headers.iter().map(header).collect(),
            policies: route.policies.iter().map(policy).collect(),
            upstreams: route.choices.iter().map(|index| config.upstreams[*index].name.to_string()).collect(),
            public: route.public,
            sensitive: route.sensitive,
        }
    }

    /// The path with what says that all below it is taken.
    pub fn pattern(&self) -> String {
        let below = if self.prefix { format!("{}/*", self.path.trim_end_matches('/')) } else { self.path.clone() };
        if self.prefix && self.path != "/" { format!("{}, {below}", self.path) } else { below }
    }

    fn cells(&self) -> Vec<String> {
        let any = |list: Option<String>| list.unwrap_or_else(|| ANY.to_owned());
        let policies: Vec<&str> = self.policies.iter().map(|policy| policy.name.as_str()).collect();
        vec![
            self.name.clone(),
            any(self.host.clone()),
            self.pattern(),
            any(self.methods.as_ref().map(|methods| methods.join(" "))),
            if policies.is_empty() { "none".to_owned() } else { policies.join(" > ") },
            self.upstreams.join(" | "),
            self.notes(),
        ]
    }

    fn notes(&self) -> String {
        let flag = |flag: bool, word: &str| flag.then(|| word.to_owned());
        let flags = [flag(self.public, "public"), flag(self.sensitive, "sensitive")];
        let headers = self.headers.iter().map(|(name, value)| format!("if {name} = {value:?}"));
        flags.into_iter().flatten().chain(headers).collect::<Vec<String>>().join(", ")
    }
}

fn word<S: serde::Serializer>(world: &World, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(world.word())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn routes_stand_in_the_order_in_which_they_are_tried() {
        let route = |name: &str, keys: &str| {
            format!("[[routes]]\nname = \"{name}\"\nupstream = \"home\"\npublic = true\n{keys}\n")
        };
        let text = "[[listeners]]\naddress = \"127.0.0.1:0\"\n[upstreams.home]\nurl = \"http://127.0.0.1:1\"\n"
            .to_owned()
            + &route("rest", "prefix = \"/\"")
            + &route("below", "prefix = \"/a\"\nmethods = [\"GET\"]")
            + &route("exact", "path = \"/a/b\"\nheaders = { x-a = \"1\" }")
            + &route("hosted", "prefix = \"/\"\nhost = \"*.example.com\"");
        let config = crate::config::parse(Path::new("gateway.toml"), text).expect("a configuration");
        let table = table(&lines(&config));
        let expected = "\
ROUTE   HOST           PATH     METHODS  POLICIES  UPSTREAMS  NOTES
hosted  *.example.com  /*       any      none      home       public
exact   any            /a/b     any      none      home       public, if x-a = \"1\"
below   any            /a, /a/*  GET      none      home       public
rest    any            /*       any      none      home       public
";
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeezed(&table), squeezed(expected));
    }
}
