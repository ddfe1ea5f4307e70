//! Many clients of one session refresh with the same token at the same moment, at both nodes. One successor may come of
//! it, whoever asks. Never a client that pauses: all of them wait for each other first.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::auth_caller::{AuthCaller, Reply};
use crate::trial::times::Times;

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
    /// Other answers, and none.
    pub refused: usize,
    /// Successors beyond the one that each token may have.
    pub double_spent: usize,
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
        all.refused += one.refused;
        all.double_spent += one.double_spent;
        all.undead += one.undead;
        all.times.extend(one.times);
    }
    all
}

async fn family(nodes: Vec<AuthCaller>, race: Race) -> Finish {
    let first = nodes[0].login("alice").await.granted().refresh;
    let (mut token, mut finish) = (first.clone(), Finish::default());
    for _ in 0..race.rounds {
        let successors = all_at_once(&nodes, &token, race.clients, &mut finish).await;
        finish.double_spent += successors.len().saturating_sub(1);
        token = successors.into_iter().next().expect("one client at least gets the successor");
    }
    let is_dead = |reply: &Reply| matches!(reply, Reply::Refused(401, _));
    let thief = nodes[0].refresh(&first).await;
    let owner = nodes[nodes.len() - 1].refresh(&token).await;
    finish.undead = usize::from(!is_dead(&thief) || !is_dead(&owner));
    finish
}

async fn all_at_once(nodes: &[AuthCaller], token: &str, clients: usize, finish: &mut Finish) -> BTreeSet<String> {
    let start = Arc::new(Barrier::new(clients));
    let mut asking = JoinSet::new();
    for node in nodes.iter().cycle().take(clients).cloned() {
        let (start, token) = (Arc::clone(&start), token.to_owned());
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
            Reply::Refused(..) | Reply::Lost => finish.refused += 1,
        }
    }
    successors
}
