//! What a component read in a replay, against what its line answers for.
//!
//! Never lets a value pass that was withheld: the case answers as if it had been absent.

use crate::policy::reading::What;
use crate::policy::tape::Line;
use crate::policy::trace::{Read, Step};
use crate::policy::withheld::named;

/// Inputs that each line has.
const ALWAYS: [What; 7] =
    [What::Method, What::Route, What::Authority, What::TokenHeader, What::Issuer, What::Profile, What::Verification];

/// The part of the clock that each line has: the time of day. What passes since an instance's start is not recorded.
const TIME_OF_DAY: &str = "now";

/// Why a replay cannot know an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// it was there, and could not be written
    Withheld,
    /// no policy read it when it was recorded, and the recording does not list it
    NeverRecorded,
}

impl Why {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Withheld => "withheld",
            Self::NeverRecorded => "never recorded",
        }
    }
}

/// The inputs that were read and cannot be known, each once.
pub(super) fn unknown(line: &Line, step: &Step) -> Vec<(String, Why)> {
    let reads = step.reads.iter().filter_map(|read| of_read(line, read));
    let required = step.verifications.iter().flat_map(|one| &one.required);
    let required = required.filter_map(|name| of_claim(line, name));
    let verification = What::Verification.word();
    let verified = !step.verifications.is_empty() && line.hidden.iter().any(|hidden| hidden == verification);
    let verification = verified.then(|| (verification.to_owned(), Why::Withheld));
    let more = step.reads_cut.then(|| (MORE.to_owned(), Why::NeverRecorded));
    let all = reads.chain(required).chain(verification).chain(more);
    let mut unknown: Vec<(String, Why)> = all.collect();
    unknown.sort();
    unknown.dedup();
    unknown
}

/// What was read beyond the inputs that are noted of one call.
const MORE: &str = "more inputs than are noted";

fn of_read(line: &Line, read: &Read) -> Option<(String, Why)> {
    let is = |what: What| read.what == what.word();
    if ALWAYS.into_iter().any(is) || is(What::Environment) || (is(What::Clock) && read.name == TIME_OF_DAY) {
        return None;
    }
    if is(What::Path) {
        // Each line has it, but for what is a credential in it.
        return line.hidden.contains(&read.what).then(|| (read.what.clone(), Why::Withheld));
    }
    if is(What::Claim) {
        return of_claim(line, &read.name);
    }
    // Noted as read, but no case holds what came of it.
    if [What::Random, What::Clock, What::Store, What::Http].into_iter().any(is) {
        return Some((named(&read.what, &read.name), Why::NeverRecorded));
    }
    let input = if is(What::Header) || is(What::HeaderValues) {
        named(What::Header.word(), &read.name.to_ascii_lowercase())
    } else {
        named(&read.what, &read.name)
    };
    if line.hidden.contains(&input) {
        return Some((input, Why::Withheld));
    }
    let every_scope = is(What::Scope) && line.known.iter().any(|known| known == What::Scope.word());
    (!every_scope && !line.known.contains(&input)).then_some((input, Why::NeverRecorded))
}

/// A claim is known where it, or one above it, is: `/org/plan` answers for `/org/plan/name`.
fn of_claim(line: &Line, name: &str) -> Option<(String, Why)> {
    let path = segments(name);
    let claims = |inputs: &'_ [String]| -> Vec<Vec<String>> {
        inputs.iter().filter_map(|input| input.strip_prefix(CLAIM)).map(segments).collect()
    };
    let input = named(What::Claim.word(), name);
    let overlaps = |hidden: &Vec<String>| path.starts_with(hidden) || hidden.starts_with(&path);
    if claims(&line.hidden).iter().any(overlaps) {
        return Some((input, Why::Withheld));
    }
    let is_known = claims(&line.known).iter().any(|known| path.starts_with(known));
    (!is_known).then_some((input, Why::NeverRecorded))
}

/// How the input of a claim begins.
const CLAIM: &str = "claim ";

/// A claim's name is one segment; an RFC 6901 pointer has several.
fn segments(name: &str) -> Vec<String> {
    match name.strip_prefix('/') {
        None => vec![name.to_owned()],
        Some(pointer) => pointer.split('/').map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::trace::{VERIFIED, Verification};

    fn line(known: &[&str], hidden: &[&str]) -> Line {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Line { known: owned(known), hidden: owned(hidden), ..Line::empty() }
    }

    fn step(reads: &[(&str, &str)]) -> Step {
        let read = |(what, name): &(&str, &str)| Read { what: (*what).into(), name: (*name).into(), value: None };
        Step { reads: reads.iter().map(read).collect(), ..Step::default() }
    }

    fn told(line: &Line, reads: &[(&str, &str)]) -> Vec<(String, Why)> {
        unknown(line, &step(reads))
    }

    #[test]
    fn what_was_read_or_listed_is_known_and_nothing_else() {
        let line = line(&["claim /org/plan", "claim roles", "header x-a", "scope a"], &[]);
        let known = [
            ("header", "X-A"),
            ("header-values", "x-a"),
            ("claim", "/org/plan"),
            ("claim", "/org/plan/name"),
            ("claim", "/roles/0"),
            ("scope", "a"),
            ("clock", "now"),
            ("authority", ""),
            ("method", ""),
            ("path", ""),
            ("route", ""),
        ];
        assert_eq!(told(&line, &known), []);
        for unknown in [
            ("header", "x-b"),
            ("claim", "/org"),
            ("claim", "org"),
            ("claim", "role"),
            ("scope", "b"),
            ("clock", "monotonic"),
            ("random", ""),
            ("store", "(secret, 3 bytes)"),
            ("peer-address", ""),
        ] {
            let told = told(&line, &[unknown]);
            assert_eq!(told, [(named(unknown.0, unknown.1), Why::NeverRecorded)]);
        }
    }

    #[test]
    fn what_no_case_holds_is_not_known_though_the_recording_read_it() {
        let line = line(&["random", "clock monotonic", "clock now"], &[]);
        for read in [("random", ""), ("clock", "monotonic")] {
            assert_eq!(told(&line, &[read]), [(named(read.0, read.1), Why::NeverRecorded)]);
        }
    }

    #[test]
    fn all_scopes_are_known_where_their_claims_are() {
        assert_eq!(told(&line(&["scope"], &[]), &[("scope", "b")]), []);
    }

    #[test]
    fn reads_that_were_not_noted_are_not_known() {
        let step = Step { reads_cut: true, ..Step::default() };
        assert_eq!(unknown(&line(&[], &[]), &step), [(MORE.to_owned(), Why::NeverRecorded)]);
    }

    #[test]
    fn what_was_withheld_is_not_known_though_it_was_read() {
        let line =
            line(&["claim sub", "claim /org", "header cookie"], &["claim sub", "claim /org/owner", "header cookie"]);
        for read in [("claim", "sub"), ("claim", "/org"), ("claim", "/org/owner/name"), ("header", "Cookie")] {
            assert_eq!(told(&line, &[read])[0].1, Why::Withheld, "{read:?}");
        }
        assert_eq!(told(&line, &[("claim", "/org/plan")]), []);
    }

    #[test]
    fn a_hidden_path_and_a_hidden_verification_count_where_they_are_asked_for() {
        let hidden = line(&["path"], &["path"]);
        assert_eq!(told(&hidden, &[("path", "")]), [("path".to_owned(), Why::Withheld)]);
        assert_eq!(told(&hidden, &[("method", ""), ("route", "")]), []);
        let hidden = line(&[], &["verification"]);
        assert_eq!(told(&hidden, &[]), []);
        let verified = Verification {
            profile: "main".into(),
            outcome: VERIFIED.into(),
            failure: None,
            required: vec!["badge".into()],
        };
        let step = Step { verifications: vec![verified], ..Step::default() };
        let expected = [("claim badge".to_owned(), Why::NeverRecorded), ("verification".to_owned(), Why::Withheld)];
        assert_eq!(unknown(&hidden, &step), expected);
    }
}
