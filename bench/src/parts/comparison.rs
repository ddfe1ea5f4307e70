//! Everybody side by side: plain proxying, and the work of a token with 10,000 of them. Never a row whose answers were not
//! checked first.

use anyhow::Result;

use super::rounds::{Rounds, Row};
use super::{BODY, Bench};
use crate::peers::{Peer, Running};
use crate::report::{Bound, Promise, Report};
use crate::tokens::Algorithm;

/// Peers that check tokens.
const CHECKING: [Peer; 5] = [Peer::Witgate, Peer::NginxLua, Peer::Haproxy, Peer::EnvoyCache, Peer::Envoy];
/// Peers that forward; those with Lua and cache do it like those without.
const FORWARDING: [Peer; 6] = [Peer::Relay, Peer::Floor, Peer::Nginx, Peer::Haproxy, Peer::Envoy, Peer::Witgate];

const DIRECT: &str = "upstream, called directly";
const POLICY_PATH: &str = "token-rs256";
/// The path whose policies keep no answer.
const ASKED_PATH: &str = "asked-rs256";
/// The name of the row in which no answer is kept.
const ASKED: &str = "Witgate, every policy asked";

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (running, missing) = bench.start(&Peer::ALL)?;
    check_all(bench, &running)?;
    let plain = bench.requests.plain("plain", BODY);
    let tokens = bench.requests.with_tokens("rs256", BODY, Algorithm::Rs256);
    let carried = bench.requests.with_tokens("plain", BODY, Algorithm::Rs256);
    let asked = bench.requests.with_tokens(ASKED_PATH, BODY, Algorithm::Rs256);
    let first_only = bench.requests.with_tokens(POLICY_PATH, BODY, Algorithm::Rs256);
    let mut rows = vec![Row { name: DIRECT.into(), program: &bench.stage.upstream, ask: bench.ask(&plain) }];
    for running in of(&running, &FORWARDING) {
        rows.push(Row { name: plain_name(running.peer), program: &running.program, ask: bench.ask(&plain) });
    }
    for running in of(&running, &[Peer::Witgate]) {
        // what the longer requests cost by themselves
        let name = "Witgate, plain, requests with tokens".to_owned();
        rows.push(Row { name, program: &running.program, ask: bench.ask(&carried) });
        let name = "Witgate, token policy alone".to_owned();
        rows.push(Row { name, program: &running.program, ask: bench.ask(&first_only) });
        rows.push(Row { name: ASKED.to_owned(), program: &running.program, ask: bench.ask(&asked) });
    }
    for running in of(&running, &CHECKING) {
        rows.push(Row { name: token_name(running.peer), program: &running.program, ask: bench.ask(&tokens) });
    }
    let rounds = bench.measure(rows)?;
    report.promises.extend(promises(&rounds));
    let ours = rounds.place(&plain_name(Peer::Witgate));
    let title = "Requests a second, 64 connections, 1 KiB answers; RS256 with 10,000 tokens";
    let mut table = rounds.table("comparison", title, missing);
    table.columns.push("of Witgate, plain".into());
    for (place, (_, numbers)) in table.rows.iter_mut().enumerate() {
        numbers.push(ours.map_or(f64::NAN, |ours| rounds.ratio(place, ours, |sample| sample.rate)));
    }
    report.tables.push(table);
    Ok(())
}

fn of<'a>(running: &'a [Running], peers: &'a [Peer]) -> impl Iterator<Item = &'a Running> {
    peers.iter().filter_map(|peer| running.iter().find(|running| running.peer == *peer))
}

fn check_all(bench: &Bench, running: &[Running]) -> Result<()> {
    for running in of(running, &FORWARDING) {
        bench.verify(running, "plain", None)?;
    }
    for running in of(running, &CHECKING) {
        bench.verify(running, "rs256", Some(Algorithm::Rs256))?;
    }
    for running in of(running, &[Peer::Witgate]) {
        bench.verify(running, ASKED_PATH, Some(Algorithm::Rs256))?;
    }
    Ok(())
}

fn plain_name(peer: Peer) -> String {
    format!("{}, plain", peer.name())
}

fn token_name(peer: Peer) -> String {
    let work = if peer == Peer::Witgate { "three policies" } else { "RS256" };
    format!("{}, {work}", peer.name())
}

fn promises(rounds: &Rounds) -> Vec<Promise> {
    let (plain, policies) = (plain_name(Peer::Witgate), token_name(Peer::Witgate));
    let wanted = [
        (&policies, token_name(Peer::Haproxy), 3.0),
        (&policies, token_name(Peer::EnvoyCache), 4.0),
        (&policies, token_name(Peer::NginxLua), 1.15),
        (&policies, plain.clone(), 0.9),
        (&policies, plain_name(Peer::Haproxy), 0.9),
        (&plain, plain_name(Peer::Floor), 1.0),
        (&plain, plain_name(Peer::Haproxy), 1.0),
        (&plain, plain_name(Peer::Nginx), 1.0),
        (&plain, plain_name(Peer::Relay), 0.75),
    ];
    let ratio =
        |ours: &str, theirs: &str| Some(rounds.ratio(rounds.place(ours)?, rounds.place(theirs)?, |sample| sample.rate));
    let promise = |(ours, theirs, bound): (&String, String, f64)| Promise {
        what: format!("requests/s of \"{ours}\" over \"{theirs}\""),
        bound: Bound::AtLeast(bound),
        measured: ratio(ours, &theirs),
    };
    let memory = rounds.place(&policies).map(|place| rounds.median(place, |sample| sample.resident));
    let memory =
        Promise { what: format!("MiB of \"{policies}\" under load"), bound: Bound::AtMost(60.0), measured: memory };
    wanted.into_iter().map(promise).chain([memory]).collect()
}
