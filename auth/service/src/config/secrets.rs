//! Where a text may hold a secret, told by its lines alone: it works on a text that is not TOML, too. Never shows one.

use witgate_settings::fault::{Faults, Span};

/// Words in a key whose value is a secret, unless the key says where the secret is.
const SECRET_WORDS: [&str; 4] = ["password", "secret", "encryption-key", "passphrase"];
/// Ends of keys that say where a secret is.
const PLACE_ENDS: [&str; 2] = ["-file", "-env"];

/// Hides all that looks like a secret.
pub(super) fn hide(text: &str, faults: &mut Faults) {
    let mut spans = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        spans.extend(
            secret_value(line).or_else(|| url_password(line)).map(|at| Span::from((start + at, line.len() - at))),
        );
        start += line.len();
    }
    if !spans.is_empty() {
        faults.hide_all(&spans);
    }
}

/// Where the value of a key begins whose name tells of a secret.
fn secret_value(line: &str) -> Option<usize> {
    let (key, _) = line.split_once('=')?;
    let name = key.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let says = SECRET_WORDS.iter().any(|word| name.contains(word));
    (says && !PLACE_ENDS.iter().any(|end| name.ends_with(end))).then_some(key.len() + 1)
}

/// Where the credentials of a URL begin that has a password.
fn url_password(line: &str) -> Option<usize> {
    let start = line.find("://")? + 3;
    let (credentials, _) = line[start..].rsplit_once('@')?;
    credentials.contains(':').then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use witgate_settings::document;

    #[track_caller]
    fn check(text: &str, is_hidden: bool) {
        let mut faults = Faults::new(&document::source(Path::new("auth.toml"), text.to_owned()));
        hide(text, &mut faults);
        faults.push(Span::from((0, 1)), "a fault", "a hint");
        assert_eq!(!faults.render().contains("hunter2"), is_hidden, "{}", faults.render());
    }

    #[test]
    fn secrets_are_hidden_and_places_are_not() {
        check("database = \"postgres://witgate:hunter2@db/auth\"\n", true);
        check("database = \"postgres://witgate:a@hunter2@db/auth\n", true);
        check("password = \"hunter2\n", true);
        check("a = 1\n  pg_password=hunter2", true);
        check("encryption-key = hunter2", true);
        check("password-file = \"hunter2\"\n", false);
        check("database = \"postgres://hunter2@db/auth\"\n", false);
    }
}
