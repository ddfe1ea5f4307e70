//! Many clients of one session refresh with the same token at the same moment, at both nodes. One successor may come of
//! it, whoever asks. Never a client that pauses: all of them wait for each other first.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::auth_caller::{AuthCaller, Reply};
use crate::trial::times::Times;

/// Whoever brings a spent token later than this uses it again (auth/service/README.md). Seconds are counted whole there.
const GRACE: Duration = Duration::from_secs(9);

/// How large a race is.
#[derive(Debug, Clone, Copy)]
pub struct Race {
    /// Sessions, all at once.
    pub families: usize,
    /// Tokens of each session, one after the other.
    pub rounds: usize,
    /// Clients that have the same token.
    pub clients: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Finish {
    /// Answers with tokens.
    pub granted: usize,
    /// Other answers, and none: each in words.
    pub refused: Vec<String>,
    /// Successors beyond the one that each token may have.
    pub double_spent: usize,
    /// Families that ended because a client was answered later than the time of grace: the machine is too slow for the
    /// race, and the family goes on as another session.
    pub late: usize,
    /// Families that ended although nobody was late.
    pub ended: usize,
    /// Families that a token from before, used again, did not end.
    pub undead: usize,
    /// Each refresh.
    pub times: Times,
}

/// Runs it at these nodes. At its end somebody uses the first token of each family again.
pub async fn run(nodes: &[AuthCaller], race: Race) -> Finish {
    let mut families = JoinSet::new();
    for _ in 0..race.families {
        families.spawn(family(nodes.to_vec(), race));
    }
    let mut all = Finish::default();
    for one in families.join_all().await {
        all.granted += one.granted;
        all.refused.extend(one.refused);
        all.double_spent += one.double_spent;
        all.late += one.late;
        all.ended += one.ended;
        all.undead += one.undead;
        all.times.extend(one.times);
    }
    all
}

async fn family(nodes: Vec<AuthCaller>, race: Race) -> Finish {
    let mut finish = Finish::default();
    let mut first = sign_in(&nodes).await;
    let mut token = first.clone();
    for _ in 0..race.rounds {
        let start = Instant::now();
        let before = finish.refused.len();
        let successors = all_at_once(&nodes, &token, race.clients, &mut finish).await;
        finish.double_spent += successors.len().saturating_sub(1);
        match successors.into_iter().next() {
            Some(next) if finish.refused.len() == before => token = next,
            _ => {
                let is_late = start.elapsed() > GRACE;
                finish.late += usize::from(is_late);
                finish.ended += usize::from(!is_late);
                first = sign_in(&nodes).await;
                token.clone_from(&first);
            }
        }
    }
    if first != token {
        finish.undead = usize::from(!is_ended_by(&nodes, &first, &token).await);
    }
    finish
}

async fn sign_in(nodes: &[AuthCaller]) -> String {
    nodes[0].login("alice").await.granted().refresh
}

/// Whether the first token, used again at one node, leaves the owner's token without force at the other.
async fn is_ended_by(nodes: &[AuthCaller], first: &str, current: &str) -> bool {
    let is_dead = |reply: &Reply| matches!(reply, Reply::Refused(401, _));
    let thief = nodes[0].refresh(first).await;
    let owner = nodes[nodes.len() - 1].refresh(current).await;
    is_dead(&thief) && is_dead(&owner)
}

async fn all_at_once(nodes: &[AuthCaller], token: &str, clients: usize, finish: &mut Finish) -> BTreeSet<String> {
    let start = Arc::new(Barrier::new(clients));
    let mut asking = JoinSet::new();
    for node in nodes.iter().cycle().take(clients) {
        let (node, start, token) = (node.clone(), Arc::clone(&start), token.to_owned());
        asking.spawn(async move {
            start.wait().await;
            let asked = Instant::now();
            (node.refresh(&token).await, asked.elapsed())
        });
    }
    let mut successors = BTreeSet::new();
    for (reply, time) in asking.join_all().await {
        match reply {
            Reply::Granted(tokens) => {
                finish.granted += 1;
                finish.times.push(time);
                successors.insert(tokens.refresh);
            }
            other => finish.refused.push(format!("{other:?} after {time:.1?}")),
        }
    }
    successors
}
