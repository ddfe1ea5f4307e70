//! Roles and the scopes they give. A closed set: a role that is not in the table gives nothing and cannot be given to
//! a user. Never knows which user has which role.

use std::collections::BTreeMap;

use thiserror::Error;

/// The checked `[roles]` table: role name to its scopes, in the order written.
#[derive(Debug, Clone)]
pub struct Roles(BTreeMap<String, Vec<String>>);

/// A role that the configuration does not name.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no role {name:?}. The [roles] of the configuration are: {known}")]
pub struct UnknownRole {
    name: String,
    known: String,
}

impl Roles {
    /// Takes a table whose names obey [`is_role`] and whose scopes obey [`is_scope`].
    pub(super) fn new(table: BTreeMap<String, Vec<String>>) -> Roles {
        Roles(table)
    }

    /// Whether the table names this role.
    pub fn contains(&self, role: &str) -> bool {
        self.0.contains_key(role)
    }

    /// Checks the roles that a user is to have.
    pub fn require(&self, roles: &[String]) -> Result<(), UnknownRole> {
        match roles.iter().find(|role| !self.contains(role)) {
            Some(name) => Err(UnknownRole { name: name.clone(), known: self.names() }),
            None => Ok(()),
        }
    }

    /// The `roles` claim for a user with these roles: those that the table names. A role taken out of the table is void.
    pub fn known<'a>(&self, roles: &'a [String]) -> Vec<&'a str> {
        roles.iter().map(String::as_str).filter(|role| self.contains(role)).collect()
    }

    /// The `scope` claim for a user with these roles: each scope once, separated by spaces (RFC 8693 section 4.2).
    pub fn scope_of(&self, roles: &[String]) -> String {
        let mut scopes: Vec<&str> = Vec::new();
        for scope in roles.iter().filter_map(|role| self.0.get(role)).flatten() {
            if !scopes.contains(&scope.as_str()) {
                scopes.push(scope);
            }
        }
        scopes.join(" ")
    }

    /// The roles that give this scope.
    pub fn that_give(&self, scope: &str) -> Vec<String> {
        let gives = |(_, scopes): &(&String, &Vec<String>)| scopes.iter().any(|given| given == scope);
        self.0.iter().filter(gives).map(|(role, _)| role.clone()).collect()
    }

    /// The roles and what each gives, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(role, scopes)| (role.as_str(), scopes.as_slice()))
    }

    /// All scopes that any role gives, sorted.
    pub fn all_scopes(&self) -> Vec<&str> {
        let mut scopes: Vec<&str> = self.0.values().flatten().map(String::as_str).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    fn names(&self) -> String {
        self.0.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a role may have this name.
pub(super) fn is_role(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// RFC 6749 section 3.3: scope-token.
pub(super) fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &[&str])]) -> Roles {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Roles::new(rows.iter().map(|(role, scopes)| ((*role).to_owned(), own(scopes))).collect())
    }

    #[test]
    fn scopes_are_joined_once_each() {
        let roles = table(&[("a", &["x", "y"]), ("b", &["y", "z"])]);
        assert_eq!(roles.scope_of(&["a".into(), "b".into(), "gone".into()]), "x y z");
        assert_eq!(roles.scope_of(&[]), "");
        assert_eq!(roles.all_scopes(), ["x", "y", "z"]);
        assert_eq!((roles.that_give("y"), roles.that_give("z")), (vec!["a".into(), "b".into()], vec!["b".into()]));
    }

    #[test]
    fn unknown_roles_are_named_with_the_known_ones() {
        let roles = table(&[("a", &[]), ("b", &[])]);
        assert_eq!(roles.require(&["b".into()]), Ok(()));
        let error = roles.require(&["b".into(), "root".into()]).unwrap_err().to_string();
        assert!(error.contains("\"root\"") && error.contains("a, b"), "{error}");
    }

    #[test]
    fn grammar_is_enforced() {
        assert!(is_role("a-b.c_1") && !is_role("") && !is_role("a b"));
        assert!(is_scope("orders:read"));
        for scope in ["", "a b", "a\"", "a\\", "ä"] {
            assert!(!is_scope(scope), "{scope:?}");
        }
    }
}
