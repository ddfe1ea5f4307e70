//! State that leaks: the same question, and another answer once the instance has answered others.
//!
//! Never blames a case that only happened to run before: the one that is enough is looked for.

use witgate_cases::Case;

use super::report::Leak;
use crate::policy::fault::Fault;
use crate::stage::{Heard, Piece, Stage};
use crate::workbench::host::Host;

/// How many earlier cases are tried, one by one, to find the one that is enough.
const MOST_TRIED: usize = 50;

/// One question with its answer on a new instance, and what else is known of it.
pub(super) struct Asked<'c> {
    pub(super) case: &'c Case,
    pub(super) fresh: Heard,
    pub(super) leak: Option<Leak>,
}

/// Asks all of them on one instance, in their order and then once more in the opposite one, and notes where an answer
/// is another than on a new instance.
pub(super) fn look(host: &Host, piece: &Piece<'_>, config: &str, asked: &mut [Asked<'_>]) {
    let Some(first) = asked.first() else { return };
    let Ok(stage) = Stage::for_case(piece, config, first.case) else { return };
    let mut before: Vec<usize> = Vec::new();
    for index in (0..asked.len()).chain((0..asked.len()).rev()) {
        let heard = host.runtime().block_on(stage.ask(asked[index].case));
        if asked[index].leak.is_none() && differs(&asked[index].fresh, &heard) {
            asked[index].leak = leak(host, piece, config, asked, index, &heard, &before);
        }
        // A fault ends the instance: the next question gets a new one.
        if heard.fault.is_some() {
            before.clear();
        } else {
            before.push(index);
        }
    }
}

/// A limit may be passed by a first call, which does what later ones need not do again.
fn differs(fresh: &Heard, reused: &Heard) -> bool {
    let ended = matches!(fresh.fault, Some(Fault::Limit(_)));
    !ended && (fresh.told() != reused.told() || fresh.lines() != reused.lines())
}

fn leak(
    host: &Host,
    piece: &Piece<'_>,
    config: &str,
    asked: &[Asked<'_>],
    index: usize,
    heard: &Heard,
    before: &[usize],
) -> Option<Leak> {
    let last = *before.last()?;
    let said = |heard: &Heard| (heard.told(), heard.lines());
    let (case, alone) = (asked[index].case, said(&asked[index].fresh));
    let mut tried: Vec<usize> = Vec::new();
    for earlier in before.iter().rev().copied() {
        if !tried.contains(&earlier) && tried.len() < MOST_TRIED {
            tried.push(earlier);
        }
    }
    for earlier in tried {
        let after = asked[earlier].case;
        if let Some(again) = pair(host, piece, config, after, case).filter(|again| differs(&asked[index].fresh, again))
        {
            return Some(Leak { alone, reused: said(&again), after: after.name.clone(), enough: true });
        }
    }
    Some(Leak { alone, reused: said(heard), after: asked[last].case.name.clone(), enough: false })
}

/// The second case on an instance that answered the first alone.
fn pair(host: &Host, piece: &Piece<'_>, config: &str, first: &Case, second: &Case) -> Option<Heard> {
    let stage = Stage::for_case(piece, config, first).ok()?;
    host.runtime().block_on(stage.ask(first));
    Some(host.runtime().block_on(stage.ask(second)))
}
