//! The name of a policy: good for a crate, an npm package, a Python project, a file, and an entry of gateway.toml.
//!
//! Never corrected silently: a name that does not fit is refused with the rule.

use std::str::FromStr;

use super::NewFault;

/// The longest name, in bytes: what gateway.toml allows.
const MAX_BYTES: usize = 64;

/// Names that a crate cannot have: cargo refuses some, and the others would hide a crate or a type that the policy needs.
const TAKEN: [&str; 80] = [
    "abstract",
    "action",
    "alloc",
    "as",
    "async",
    "authenticator",
    "authorizer",
    "await",
    "become",
    "box",
    "break",
    "btree-map",
    "claims",
    "config",
    "const",
    "continue",
    "core",
    "crate",
    "decision",
    "deserialize",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "failure",
    "false",
    "filter",
    "final",
    "fn",
    "for",
    "gen",
    "header-op",
    "if",
    "impl",
    "in",
    "json-schema",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "option",
    "outcome",
    "override",
    "plugin",
    "priv",
    "pub",
    "ref",
    "refusal",
    "request",
    "result",
    "return",
    "router",
    "schemars",
    "selection",
    "self",
    "serde",
    "static",
    "std",
    "string",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "vec",
    "virtual",
    "where",
    "while",
    "witgate-plugin",
    "yield",
];

/// A name that fits everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// As it was given, such as `order-gate`.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// As a module or a file has it: `order_gate`.
    pub(super) fn snake(&self) -> String {
        self.0.replace('-', "_")
    }

    /// As a type has it: `OrderGate`.
    pub(super) fn camel(&self) -> String {
        let upper = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
        self.0.split('-').map(upper).collect()
    }
}

impl FromStr for Name {
    type Err = NewFault;

    fn from_str(text: &str) -> Result<Self, NewFault> {
        let refused = |why: &str| Err(NewFault::Name { name: text.to_owned(), why: why.to_owned() });
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.len() > MAX_BYTES {
            return refused(&format!("it has {} bytes, and at most {MAX_BYTES} are allowed", text.len()));
        }
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return refused("it must begin with a lower-case letter");
        }
        if !text.bytes().all(good) {
            return refused("it has other characters");
        }
        if text.ends_with('-') || text.contains("--") {
            return refused("each '-' stands between two words");
        }
        if TAKEN.contains(&text) {
            return refused("the word is taken by the language or a library");
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_spellings_that_files_and_types_need() {
        let name: Name = "order-gate-2".parse().expect("a name");
        assert_eq!(
            (name.text(), name.snake().as_str(), name.camel().as_str()),
            ("order-gate-2", "order_gate_2", "OrderGate2")
        );
    }

    #[test]
    fn a_wrong_name_is_refused_with_the_rule() {
        let cases = [
            ("", "it must begin with a lower-case letter"),
            ("2fast", "it must begin with a lower-case letter"),
            ("Gate", "it must begin with a lower-case letter"),
            ("order_gate", "it has other characters"),
            ("../gate", "it must begin"),
            ("a/b", "it has other characters"),
            ("gate-", "each '-' stands between two words"),
            ("a--b", "each '-' stands between two words"),
            ("match", "the word is taken"),
            ("witgate-plugin", "the word is taken"),
        ];
        for (name, why) in cases {
            let said = name.parse::<Name>().expect_err(name).to_string();
            assert!(said.contains(why) && said.contains("such as order-gate"), "{said}");
        }
        assert!("a".repeat(65).parse::<Name>().is_err());
    }
}
