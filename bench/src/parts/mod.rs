//! The parts of a run, each a table or two. Never a part that needs another one's numbers.

mod algorithms;
mod chains;
mod comparison;
mod connections;
mod cores;
mod idle;
mod latency;
mod growth;
mod plugins;
mod reload;
mod routes;
mod rounds;
mod sizes;

use std::time::Duration;

use anyhow::{Result, bail};

use self::rounds::{Rounds, Row};
use crate::load::Pace;
use crate::peers::{Peer, Running, Stage};
use crate::report::Report;
use crate::requests::Requests;
use crate::sample::Ask;
use crate::tokens::Algorithm;

/// Connections of the load where a part does not say otherwise.
const CONNECTIONS: usize = 64;
/// The body of an answer where a part does not say otherwise: 1,024 bytes.
const BODY: &str = "1k";

/// What every part needs.
pub struct Bench {
    /// machine, programs, upstream
    pub stage: Stage,
    /// what is asked
    pub requests: Requests,
    /// of one measurement
    pub duration: Duration,
    /// how often every row is measured, all of them in turn
    pub rounds: usize,
    /// only rows whose name has one of these in it, where there is any
    pub only: Vec<String>,
}

type Part = fn(&mut Bench, &mut Report) -> Result<()>;

/// The parts in the order in which they run.
pub const PARTS: [(&str, Part); 11] = [
    ("comparison", comparison::run),
    ("latency", latency::run),
    ("reload", reload::run),
    ("algorithms", algorithms::run),
    ("connections", connections::run),
    ("sizes", sizes::run),
    ("cores", cores::run),
    ("routes", routes::run),
    ("plugins", plugins::run),
    ("chains", chains::run),
    ("idle", idle::run),
];

/// The named parts, or all.
///
/// # Errors
/// For a name that no part has.
pub fn chosen(names: &[String]) -> Result<Vec<(&'static str, Part)>> {
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|(part, _)| part == name)) {
        let parts: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!("there is no part `{unknown}`; the parts are {}", parts.join(", "));
    }
    let is_chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    Ok(PARTS.into_iter().filter(|(name, _)| is_chosen(name)).collect())
}

impl Bench {
    /// The usual load with these requests.
    fn ask<'a>(&'a self, requests: &'a [Vec<u8>]) -> Ask<'a> {
        let (duration, cores) = (self.duration, self.stage.cores.load.as_slice());
        Ask { requests, connections: CONNECTIONS, pace: Pace::Saturating, duration, cores }
    }

    /// Measures the wanted ones of these rows.
    fn measure(&self, mut rows: Vec<Row<'_>>) -> Result<Rounds> {
        rows.retain(|row| self.only.is_empty() || self.only.iter().any(|part| row.name.contains(part)));
        rounds::measure(&rows, self.rounds)
    }

    /// Starts those of the peers that are installed; the others are named.
    fn start(&self, peers: &[Peer]) -> Result<(Vec<Running>, Vec<String>)> {
        let (mut running, mut missing) = (Vec::new(), Vec::new());
        for peer in peers {
            match self.stage.missing(*peer) {
                None => running.push(self.stage.start(*peer)?),
                Some(remedy) => missing.push(format!("{} ({remedy})", peer.name())),
            }
        }
        Ok((running, missing))
    }

    fn verify(&self, running: &Running, segment: &str, algorithm: Option<Algorithm>) -> Result<()> {
        use anyhow::Context;
        let address = running.program.address;
        match algorithm {
            None => crate::verify::forwards(address),
            Some(algorithm) => crate::verify::checks(address, segment, algorithm, self.requests.issuer()),
        }
        .with_context(|| format!("{} does not do the work: it is not measured", running.peer.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_there_is_refused_with_those_that_are() {
        let error = chosen(&["sizes".into(), "size".into()]).expect_err("no such part").to_string();
        assert!(error.contains("`size`") && error.contains("sizes, cores"), "{error}");
        assert_eq!(chosen(&[]).expect("all").len(), PARTS.len());
    }
}
