//! Signature algorithms, and what a cache makes of them: one token, and 10,000. Never compares algorithms' strength.

use anyhow::Result;

use super::rounds::Row;
use super::{BODY, Bench};
use crate::peers::{Peer, Running, Setting};
use crate::report::Report;
use crate::tokens::Algorithm;

const PEERS: [Peer; 4] = [Peer::NginxLua, Peer::Haproxy, Peer::EnvoyCache, Peer::Envoy];

/// Measures.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (peers, missing) = bench.start(&PEERS)?;
    let public = bench.stage.start_witgate(&Setting::default(), "witgate-public-keys")?;
    // an issuer has public keys or a shared secret, never both: two gateways
    let shared = bench.stage.start_witgate(&Setting { shared: true, ..Setting::default() }, "witgate-shared-secret")?;
    let mut requests = Vec::new();
    for algorithm in Algorithm::ALL {
        let many = bench.requests.with_tokens(algorithm.segment(), BODY, algorithm);
        requests.push((algorithm, "one token", many[..1].to_vec()));
        requests.push((algorithm, "many tokens", many));
    }
    for algorithm in Algorithm::ALL {
        for running in doing(algorithm, &public, &shared, &peers) {
            bench.verify(running, algorithm.segment(), Some(algorithm))?;
        }
    }
    let mut rows = Vec::new();
    for (algorithm, tokens, requests) in &requests {
        for running in doing(*algorithm, &public, &shared, &peers) {
            let name = format!("{}, {}, {tokens}", running.peer.name(), algorithm.segment().to_uppercase());
            rows.push(Row { name, program: &running.program, ask: bench.ask(requests) });
        }
    }
    let rounds = bench.measure(rows)?;
    let title = "Algorithms, and one token beside 10,000; Witgate with three policies";
    report.tables.push(rounds.table("algorithms", title, missing));
    Ok(())
}

fn doing<'a>(
    algorithm: Algorithm,
    public: &'a Running,
    shared: &'a Running,
    peers: &'a [Running],
) -> impl Iterator<Item = &'a Running> {
    let ours = if algorithm == Algorithm::Hs256 { shared } else { public };
    [ours].into_iter().chain(peers)
}
