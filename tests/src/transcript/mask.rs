//! What of an output differs from machine to machine: ids, durations, sizes, digests, and how wide a column is for
//! their sake.
//! Never anything else: words, counts and codes must be equal.

use std::sync::LazyLock;

use regex::Regex;

/// The line that stands for any lines.
const CUT: &str = "...";

/// What is masked, in this order, and what stands in its place.
const MASKS: [(&str, &str); 5] = [
    (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<id>"),
    (r"\b[0-9a-f]{12,}\b", "<digest>"),
    (r"\b\d[\d.,]*\s*(?:ns|us|µs|ms|s)\b", "<time>"),
    (r"\b\d[\d.,]*\s*(?:B|KiB|MiB|bytes)\b", "<size>"),
    (r"(\S)[ ]+", "$1 "),
];

static RULES: LazyLock<Vec<(Regex, &str)>> =
    LazyLock::new(|| MASKS.map(|(rule, word)| (Regex::new(rule).expect("a regular expression"), word)).into());

/// Whether two outputs are the same but for what is masked; `shown` may be cut.
pub(super) fn alike(shown: &str, printed: &str) -> bool {
    let masked = |text: &str| text.trim_end().lines().map(line).collect::<Vec<String>>();
    matches(&masked(shown), &masked(printed))
}

fn matches(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == CUT => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        Some((first, rest)) => printed.split_first().is_some_and(|(other, more)| first == other && matches(rest, more)),
    }
}

fn line(text: &str) -> String {
    RULES.iter().fold(text.trim_end().to_owned(), |text, (rule, word)| rule.replace_all(&text, *word).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sizes_and_digests_may_differ_and_nothing_else() {
        assert!(alike("PASS [0.021s] a\n", "PASS [12ms] a\n"));
        assert!(alike("size 188 KiB in 20 ms", "size  1,024 KiB in 2 s\n"));
        assert!(alike("sha256 0123456789abcdef", "sha256 fedcba9876543210"));
        assert!(alike("01a21e28-0c2a-719a-9fb3-5d916a7cf8ba", "01a21e28-0c33-7735-a3c5-4b3c005cd5c5"));
        assert!(!alike("4 passed in 1s", "5 passed in 1s"));
        assert!(!alike("  indented", "indented"));
        assert!(!alike("a", "b") && !alike("a", "a\nb") && !alike("", "a"));
    }

    #[test]
    fn three_dots_stand_for_any_lines() {
        assert!(alike("a\n...\nd\n", "a\nb\nc\nd\n"));
        assert!(alike("...\n", "") && alike("a\n...", "a"));
        assert!(!alike("a\n...\nd\n", "a\nb\n"));
    }
}
