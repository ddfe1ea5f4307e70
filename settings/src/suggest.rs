//! "Did you mean …?": the nearest known name by edit distance.
//!
//! Never suggests a name that shares too little with what was written.

use strsim::damerau_levenshtein;

/// The known name that `written` is most likely a slip of.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_ascii_lowercase();
    let most = (written.chars().count() / 3).max(1);
    let near = known.into_iter().map(|name| (damerau_levenshtein(&written, &name.to_ascii_lowercase()), name));
    near.filter(|(distance, _)| *distance <= most).min().map(|(_, name)| name)
}

/// A hint: the nearest name, or else the whole list after `listed`.
pub fn hint<'a>(written: &str, known: impl IntoIterator<Item = &'a str>, listed: &str) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(written, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => format!("{listed}: none"),
        None => format!("{listed}: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["path", "prefix", "policies", "upstream", "upstreams"];
        assert_eq!(nearest("polices", known), Some("policies"));
        assert_eq!(nearest("Upstream", known), Some("upstream"));
        assert_eq!(nearest("pahts", known), None);
        assert_eq!(nearest("timeout", known), None);
    }
}
