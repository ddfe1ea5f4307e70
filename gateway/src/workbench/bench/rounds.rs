//! The rounds of a measurement: in each, the reference, warm calls of every case, and some fresh instances.
//!
//! Never takes the two sides of a comparison one after the other: they alternate, so that a busy moment meets both.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use witgate_cases::{Case, File};

use super::BenchFault;
use super::reference::Reference;
use super::spread::Times;
use crate::config;
use crate::policy::plugin::PluginError;
use crate::policy::specimen::{Live, Specimen};
use crate::stage::exchange;
use crate::workbench::host::Host;

/// What cases that can share instances have in common: the config, and the variables.
type Surroundings = (String, Vec<(String, String)>);

/// Rounds.
const ROUNDS: usize = 25;
/// Warm calls of a round, at least: the cases are asked again and again.
const WARM_CALLS: usize = 200;
/// Fresh instances of a round, at most.
const FRESH_STARTS: usize = 10;

/// One config with the cases that are asked under it.
pub(super) struct Bench<'f> {
    specimen: Specimen,
    cases: Vec<&'f Case>,
}

/// Everything that was taken.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) warm: Times,
    pub(super) fresh: Times,
    pub(super) start: Times,
    /// one for each round
    pub(super) reference: Vec<Duration>,
    /// one for each round, too
    pub(super) reference_starts: Vec<Duration>,
    /// the most that an instance had
    pub(super) memory_bytes: usize,
}

/// One for each config and set of variables.
pub(super) fn benches<'f>(
    host: &Host,
    entry: &config::Plugin,
    bytes: &[u8],
    file: &File,
    cases: &[&'f Case],
) -> Result<Vec<Bench<'f>>, PluginError> {
    let mut groups: BTreeMap<Surroundings, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        let variables = case.environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        groups.entry((file.config_of(case), variables)).or_default().push(case);
    }
    let bench = |((config_json, variables), cases)| {
        let entry = config::Plugin { config_json, ..entry.clone() };
        Ok(Bench { specimen: Specimen::of((host.compiler(), host.resources()), &entry, bytes, variables)?, cases })
    };
    groups.into_iter().map(bench).collect()
}

/// Takes every round.
pub(super) async fn run(benches: &[Bench<'_>], reference: &Reference) -> Result<Taken, BenchFault> {
    let mut taken = Taken::default();
    let mut warm = Vec::new();
    for bench in benches {
        warm.push(bench.specimen.start().map_err(PluginError::from)?);
    }
    let mut yardstick = reference.live()?;
    let count: usize = benches.iter().map(|bench| bench.cases.len()).sum();
    let turns = WARM_CALLS.div_ceil(count);
    for round in 0..ROUNDS {
        taken.warm.round();
        taken.fresh.round();
        taken.start.round();
        let before = reference.time(&mut yardstick).await?;
        for (bench, live) in benches.iter().zip(&mut warm) {
            for _ in 0..turns {
                for case in &bench.cases {
                    taken.warm.add(call(live, case).await?);
                }
            }
        }
        let after = reference.time(&mut yardstick).await?;
        let start_before = reference.start_time()?;
        fresh(benches, round, &mut taken).await?;
        taken.reference_starts.push((start_before + reference.start_time()?) / 2);
        taken.reference.push((before + after) / 2);
    }
    taken.memory_bytes = warm.iter().map(Live::memory_bytes).max().unwrap_or_default().max(taken.memory_bytes);
    Ok(taken)
}

/// Other cases in each round, until all had their turn.
async fn fresh(benches: &[Bench<'_>], round: usize, taken: &mut Taken) -> Result<(), BenchFault> {
    let all: Vec<(&Bench<'_>, &Case)> =
        benches.iter().flat_map(|bench| bench.cases.iter().map(move |case| (bench, *case))).collect();
    for turn in 0..FRESH_STARTS.min(all.len()) {
        let (bench, case) = all[(round * FRESH_STARTS + turn) % all.len()];
        let mut live = bench.specimen.start().map_err(PluginError::from)?;
        let called = call(&mut live, case).await?;
        taken.start.add(live.start.cpu);
        taken.fresh.add(live.start.cpu + called);
        taken.memory_bytes = taken.memory_bytes.max(live.memory_bytes());
    }
    Ok(())
}

/// The time of one call; making the request is not part of it.
async fn call(live: &mut Live, case: &Case) -> Result<Duration, BenchFault> {
    let broke = |why: String| BenchFault::Case { case: case.name.clone(), why };
    let mut exchange = Box::new(exchange::of(case).map_err(broke)?);
    let status = case.response.map(|response| response.status);
    let began = Instant::now();
    let answered = live.call(&mut exchange, status).await;
    let took = began.elapsed();
    answered.map_err(|fault| broke(format!("the policy {fault}")))?;
    Ok(took)
}
