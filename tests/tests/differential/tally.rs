//! What three judges said, counted. Never forgets an unexplained difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use witgate_tests::judge::Verdict;

use crate::explained;
use crate::mutant::Mutant;

/// How many examples of a class are shown.
const EXAMPLES: usize = 3;

/// The verdicts on one token: ours is the refusal's code.
pub struct Verdicts {
    pub ours: Result<(), &'static str>,
    pub jose: Verdict,
    pub pyjwt: Verdict,
}

/// A class of differences: who is stricter, our code or the oracle's error, and the oracle.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    WeRefuse { code: &'static str, oracle: &'static str },
    OnlyOneRefuses { oracle: &'static str, error: String },
}

#[derive(Default)]
struct Cases {
    count: usize,
    examples: Vec<String>,
}

/// The count of a run.
#[derive(Default)]
pub struct Tally {
    pub judged: usize,
    pub accepted_by_all: usize,
    pub refused_by_all: usize,
    /// Tokens that we accept and both oracles refuse, told at length. Must stay empty.
    pub accepted_by_us_alone: Vec<String>,
    classes: BTreeMap<Class, Cases>,
}

impl Tally {
    /// Counts one token.
    pub fn count(&mut self, mutant: &Mutant, verdicts: &Verdicts) {
        self.judged += 1;
        let oracles = [("jose", &verdicts.jose), ("PyJWT", &verdicts.pyjwt)];
        match (verdicts.ours, &verdicts.jose, &verdicts.pyjwt) {
            (Ok(()), Ok(()), Ok(())) => self.accepted_by_all += 1,
            (Err(_), Err(_), Err(_)) => self.refused_by_all += 1,
            (Ok(()), Err(jose), Err(pyjwt)) => self.accepted_by_us_alone.push(told_at_length(mutant, jose, pyjwt)),
            (Err(code), ..) => {
                let accepting = oracles.iter().filter(|(_, verdict)| verdict.is_ok());
                accepting.for_each(|(oracle, _)| self.differ(Class::WeRefuse { code, oracle }, mutant));
            }
            (Ok(()), ..) => {
                for (oracle, verdict) in oracles {
                    let Err(error) = verdict else { continue };
                    self.differ(Class::OnlyOneRefuses { oracle, error: error.clone() }, mutant);
                }
            }
        }
    }

    /// The differences that `explained.rs` does not know.
    pub fn unexplained(&self) -> Vec<String> {
        let unexplained = self.classes.iter().filter(|(class, _)| class.why().is_none());
        unexplained.map(|(class, cases)| format!("{}: {}", class.told(), cases.examples.join(" | "))).collect()
    }

    /// The whole count as text.
    pub fn table(&self) -> String {
        let mut table = format!(
            "{} tokens: {} accepted by all, {} refused by all, {} accepted by us alone\n",
            self.judged,
            self.accepted_by_all,
            self.refused_by_all,
            self.accepted_by_us_alone.len()
        );
        for (class, cases) in &self.classes {
            let why = class.why().unwrap_or("NOT EXPLAINED");
            writeln!(table, "{:>7}  {}: {why}", cases.count, class.told()).expect("text grows");
        }
        table
    }

    fn differ(&mut self, class: Class, mutant: &Mutant) {
        let cases = self.classes.entry(class).or_default();
        cases.count += 1;
        if cases.examples.len() < EXAMPLES {
            cases.examples.push(format!("{} {}", mutant.trail.join(", "), mutant.token));
        }
    }
}

impl Class {
    fn why(&self) -> Option<&'static str> {
        match self {
            Class::WeRefuse { code, oracle } => explained::why_stricter(code, oracle),
            Class::OnlyOneRefuses { oracle, error } => explained::why_laxer(oracle, error),
        }
    }

    fn told(&self) -> String {
        match self {
            Class::WeRefuse { code, oracle } => format!("{code} here, accepted by {oracle}"),
            Class::OnlyOneRefuses { oracle, error } => format!("accepted here, {error} of {oracle} alone"),
        }
    }
}

/// Enough to judge the token again by hand: the keys are fresh in each run.
fn told_at_length(mutant: &Mutant, jose: &str, pyjwt: &str) -> String {
    let Mutant { token, now, access_token, trail } = mutant;
    format!("jose: {jose}, PyJWT: {pyjwt}, now {now}, access token {access_token}, {}: {token:?}", trail.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(ours: Result<(), &'static str>, jose: Verdict, pyjwt: Verdict) -> Tally {
        let mutant = Mutant { token: "a.b.c".to_owned(), now: 0, access_token: true, trail: vec!["an edit"] };
        let mut tally = Tally::default();
        tally.count(&mutant, &Verdicts { ours, jose, pyjwt });
        tally
    }

    fn error() -> Verdict {
        Err("AnError".to_owned())
    }

    #[test]
    fn a_token_that_only_we_accept_is_told() {
        assert_eq!(counted(Ok(()), error(), error()).accepted_by_us_alone.len(), 1);
        assert_eq!(counted(Err("token_signature"), error(), error()).accepted_by_us_alone.len(), 0);
        assert_eq!(counted(Ok(()), Ok(()), error()).accepted_by_us_alone.len(), 0);
    }

    #[test]
    fn a_difference_without_a_reason_is_told() {
        assert_eq!(counted(Err("token_lifetime"), Ok(()), error()).unexplained().len(), 0);
        // no oracle may accept what we refuse for its signature, its date or its audience
        for code in ["token_signature", "token_expired", "token_not_yet_valid", "token_audience", "token_issuer"] {
            assert_eq!(counted(Err(code), Ok(()), Ok(())).unexplained().len(), 2, "{code}");
        }
        assert_eq!(counted(Ok(()), error(), Ok(())).unexplained().len(), 1);
    }
}
