//! Scopes in words, for people who do not know what a scope is. Never hides one: a name that follows no rule is shown as it
//! is.

/// A scope with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScopeLine {
    /// As the client asked for it.
    pub(super) scope: String,
    /// In words.
    pub(super) words: String,
}

/// The lines of a list of scopes.
pub(super) fn lines(scopes: &[String]) -> Vec<ScopeLine> {
    scopes.iter().map(|scope| ScopeLine { scope: scope.clone(), words: words(scope) }).collect()
}

fn words(scope: &str) -> String {
    let known = match scope {
        "openid" => Some("Know which account is yours"),
        "profile" => Some("See your user name"),
        "email" => Some("See your e-mail address"),
        _ => None,
    };
    known.map_or_else(|| by_rule(scope), str::to_owned)
}

/// `THING:read`, `THING:write`, `THING:admin`, with further parts in brackets.
fn by_rule(scope: &str) -> String {
    let mut parts = scope.split(':');
    let (thing, verb) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let verb = match verb {
        "read" => "See",
        "write" => "Change",
        "admin" => "Administer",
        _ => return scope.to_owned(),
    };
    let rest = parts.collect::<Vec<_>>().join(" ");
    if rest.is_empty() { format!("{verb} {thing}") } else { format!("{verb} {thing} ({rest})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_told_in_words() {
        let cases = [
            ("openid", "Know which account is yours"),
            ("orders:read", "See orders"),
            ("orders:read:all", "See orders (all)"),
            ("stock:write", "Change stock"),
            ("auth:admin", "Administer auth"),
            ("strange", "strange"),
            ("a:b:c", "a:b:c"),
        ];
        for (scope, expected) in cases {
            assert_eq!(words(scope), expected);
        }
    }
}
