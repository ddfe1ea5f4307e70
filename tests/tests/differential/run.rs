//! The run: tokens in batches to three judges. Never longer than the command asks for.

use std::time::Instant;

use serde_json::Value;
use witgate_tests::judge::{Judge, Question, Setup};
use witgate_token::{Algorithm, Demands, KeySet, Profile, Typing, verify};

use crate::claim_edits::{EDGES, TIMES};
use crate::draft::{AUDIENCE, ISSUER};
use crate::keys::Keys;
use crate::mutant::Mutant;
use crate::random::Random;
use crate::tally::{Tally, Verdicts};

/// How many tokens are judged, such as 100000.
const COUNT_VARIABLE: &str = "WITGATE_DIFFERENTIAL";
const DEFAULT_COUNT: usize = 3_000;

/// The number from which all mutations follow.
const SEED_VARIABLE: &str = "WITGATE_DIFFERENTIAL_SEED";
const DEFAULT_SEED: u64 = 20_260_729;

/// How many tokens are sent to the oracles at a time.
const BATCH: usize = 500;

const LEEWAY_SECONDS: u64 = 30;
const MAX_LIFETIME_SECONDS: u64 = 86_400;

/// Of so many tokens, at least one must be accepted by all: otherwise the mutator only makes rubbish.
const ONE_ACCEPTED_OF: usize = 10;

/// The keys and the three judges.
struct Court {
    keys: Keys,
    jwks: Value,
    key_set: KeySet,
    jose: Judge,
    pyjwt: Judge,
}

impl Court {
    /// Nothing, told as a skip, where an oracle is not installed.
    async fn convene() -> Option<Court> {
        let keys = Keys::generate();
        let jwks = keys.jwks();
        let algorithms = [keys.algorithms(), vec!["Ed25519"]].concat();
        let setup = Setup {
            jwks: &jwks,
            algorithms: &algorithms,
            issuer: ISSUER,
            audience: AUDIENCE,
            leeway_seconds: LEEWAY_SECONDS,
        };
        let (jose, pyjwt) = (Judge::jose(&setup).await?, Judge::pyjwt(&setup).await?);
        let (key_set, dropped) = KeySet::from_jwks(jwks.to_string().as_bytes()).expect("a key set");
        assert_eq!(dropped, [], "every key must be usable");
        Some(Court { keys, jwks, key_set, jose, pyjwt })
    }

    async fn judge(&mut self, mutants: &[Mutant]) -> Vec<Verdicts> {
        let questions: Vec<Question<'_>> = mutants.iter().map(question).collect();
        let (jose, pyjwt) = tokio::join!(self.jose.judge(&questions), self.pyjwt.judge(&questions));
        let ours = mutants.iter().map(|mutant| self.our_verdict(mutant));
        let verdicts = ours.zip(jose).zip(pyjwt);
        verdicts.map(|((ours, jose), pyjwt)| Verdicts { ours, jose, pyjwt }).collect()
    }

    /// Fails where we alone accept a token, and at a difference without a reason.
    fn judge_tally(&self, tally: &Tally) {
        let (alone, unexplained) = (&tally.accepted_by_us_alone, tally.unexplained());
        assert!(alone.is_empty(), "keys {}\naccepted by us alone:\n{}", self.jwks, alone.join("\n"));
        assert!(unexplained.is_empty(), "keys {}\nnot explained:\n{}", self.jwks, unexplained.join("\n"));
    }

    fn our_verdict(&self, mutant: &Mutant) -> Result<(), &'static str> {
        let typ = if mutant.access_token { Typing::AccessToken } else { Typing::JwtCompatible };
        let judged = verify(&mutant.token, &profile(&self.keys, typ), &Demands::default(), &self.key_set, mutant.now);
        judged.map(|_| ()).map_err(|refusal| refusal.code())
    }
}

#[tokio::test]
async fn each_judge_accepts_every_good_token() {
    let Some(mut court) = Court::convene().await else { return };
    let random = &mut Random::new(DEFAULT_SEED);
    let places = (0..court.keys.signers.len()).flat_map(|signer| [(signer, true), (signer, false)]);
    let good: Vec<Mutant> =
        places.map(|(signer, access_token)| Mutant::unchanged(signer, access_token, random, &court.keys)).collect();
    for (mutant, verdicts) in good.iter().zip(court.judge(&good).await) {
        let Verdicts { ours, jose, pyjwt } = verdicts;
        assert_eq!((ours, jose, pyjwt), (Ok(()), Ok(()), Ok(())), "{}", mutant.token);
    }
}

#[tokio::test]
async fn the_edges_of_time_are_the_same_for_all() {
    let Some(mut court) = Court::convene().await else { return };
    let (random, mut tally) = (&mut Random::new(DEFAULT_SEED), Tally::default());
    let edges = TIMES.iter().flat_map(|claim| EDGES.map(|edge| [(claim, edge, true), (claim, edge, false)]));
    let mutants: Vec<Mutant> = edges
        .flatten()
        .map(|(claim, edge, access_token)| Mutant::at_edge(claim, edge, access_token, random, &court.keys))
        .collect();
    let verdicts = court.judge(&mutants).await;
    mutants.iter().zip(&verdicts).for_each(|(mutant, verdicts)| tally.count(mutant, verdicts));
    court.judge_tally(&tally);
    assert!(tally.accepted_by_all > 0 && tally.refused_by_all > 0, "{}", tally.table());
}

#[tokio::test]
async fn nothing_that_both_oracles_refuse_is_accepted() {
    let Some(mut court) = Court::convene().await else { return };
    let (count, seed) = (setting(COUNT_VARIABLE, DEFAULT_COUNT), setting(SEED_VARIABLE, DEFAULT_SEED));
    eprintln!("{count} mutated tokens of the seed {seed} ({SEED_VARIABLE})");
    let (start, mut random, mut tally) = (Instant::now(), Random::new(seed), Tally::default());
    while tally.judged < count {
        let batch: Vec<Mutant> =
            (0..BATCH.min(count - tally.judged)).map(|_| Mutant::next(&mut random, &court.keys)).collect();
        let verdicts = court.judge(&batch).await;
        batch.iter().zip(&verdicts).for_each(|(mutant, verdicts)| tally.count(mutant, verdicts));
    }
    eprintln!("{}in {:.0?}", tally.table(), start.elapsed());
    court.judge_tally(&tally);
    assert!(tally.accepted_by_all * ONE_ACCEPTED_OF >= count, "too few tokens are accepted: {}", tally.table());
    assert!(tally.refused_by_all * ONE_ACCEPTED_OF >= count, "too few tokens are refused: {}", tally.table());
}

fn question(mutant: &Mutant) -> Question<'_> {
    Question { token: &mutant.token, now_unix: mutant.now, access_token: mutant.access_token }
}

fn profile(keys: &Keys, typ: Typing) -> Profile {
    let named = |name: &&str| name.parse::<Algorithm>().expect("an algorithm of ours");
    Profile {
        name: "main".to_owned(),
        issuer: ISSUER.into(),
        audiences: vec![AUDIENCE.to_owned()],
        algorithms: keys.algorithms().iter().map(named).collect(),
        typ,
        leeway_seconds: LEEWAY_SECONDS,
        max_lifetime_seconds: MAX_LIFETIME_SECONDS,
    }
}

/// A number from the environment.
fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")),
        Err(_) => default,
    }
}
