//! The role table. Never gives a role that has a fault any scope.

use crate::config::roles::{Roles, is_role, is_scope};
use crate::config::written::WrittenRoles;
use std::collections::BTreeMap;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// The roles where no `[roles]` is written: those of the demo, and who may use the admin listener.
const USUAL: [(&str, &[&str]); 3] = [
    ("customer", &["catalogue:read", "orders:read", "orders:write"]),
    ("staff", &["catalogue:read", "orders:read", "orders:write", "orders:read:all", "stock:write"]),
    ("operator", &["auth:admin"]),
];

/// `[roles]`, which replaces the usual ones.
pub(super) fn roles(written: Option<&WrittenRoles>, faults: &mut Faults) -> Roles {
    let Some(written) = written else { return usual() };
    if written.rows.is_empty() {
        faults.push(written.span, "[roles] is empty", "name at least one role, or take the table out");
    }
    let mut table = BTreeMap::new();
    for (role, scopes) in &written.rows {
        if !is_role(role.get_ref()) {
            let hint = "letters, digits and . _ -";
            faults.push(at(role), format!("{:?} is no name of a role", role.get_ref()), hint);
        }
        for scope in scopes.get_ref().iter().filter(|scope| !is_scope(scope.get_ref())) {
            let hint = "printable ASCII without space, \" and \\";
            faults.push(at(scope), format!("{:?} is no scope", scope.get_ref()), hint);
        }
        let scopes = scopes.get_ref().iter().map(|scope| scope.get_ref().clone()).collect();
        table.insert(role.get_ref().clone(), scopes);
    }
    Roles::new(table)
}

fn usual() -> Roles {
    let own = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Roles::new(USUAL.into_iter().map(|(role, scopes)| (role.to_owned(), own(scopes))).collect())
}
