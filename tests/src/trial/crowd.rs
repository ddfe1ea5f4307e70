//! People at one auth node who sign in, refresh and sign out until it is gone under their hands, and remember what was
//! acknowledged. Never takes for acknowledged what was only sent.

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::auth_caller::{AuthCaller, Reply, Tokens};
use crate::clients::Client;

/// How many acknowledgements may wait to be counted.
const PENDING: usize = 64;

/// How many of the crowd refresh without end.
const REFRESHERS: usize = 6;

/// How many sign in without end.
const ARRIVALS: usize = 2;

/// How many sign out in one round at most.
const LEAVERS: usize = 12;

/// Lets the seconds in which a lost answer is given again begin now, in the database of the node: how long a machine takes
/// to start one is no promise. `NOW` is the database's word for the time in seconds.
pub const SPENT_NOW: &str = "UPDATE refresh_tokens SET spent_at = NOW WHERE spent_at IS NOT NULL";

/// What the crowd was promised.
#[derive(Default)]
pub struct Crowd {
    /// Each must be good for a refresh.
    alive: Vec<Tokens>,
    /// None of these may count any more.
    ended: Vec<Tokens>,
}

/// What of the promises was not kept.
#[derive(Debug, Default)]
pub struct Broken {
    /// Sessions that no longer refresh, with the answer.
    pub lost: Vec<String>,
    /// Tokens of ended sessions that were honoured.
    pub undead: usize,
}

/// The crowd while the node is there.
pub struct AtWork {
    rest: Crowd,
    workers: JoinSet<Crowd>,
    acknowledged: mpsc::Receiver<()>,
}

impl Crowd {
    /// How many sessions are open, and how many were ended.
    pub fn count(&self) -> (usize, usize) {
        (self.alive.len(), self.ended.len())
    }

    /// Access tokens of ended sessions.
    pub fn ended(&self) -> impl Iterator<Item = &str> {
        self.ended.iter().map(|tokens| tokens.access.as_str())
    }

    /// Sets everybody to work at this node. The first time some sign in before.
    pub async fn go_to(mut self, node: &AuthCaller) -> AtWork {
        while self.alive.len() < REFRESHERS + LEAVERS {
            self.alive.push(node.login("alice").await.granted());
        }
        let (tell, acknowledged) = mpsc::channel(PENDING);
        let mut workers = JoinSet::new();
        for tokens in self.alive.split_off(self.alive.len() - REFRESHERS) {
            workers.spawn(refresh(node.clone(), tokens, tell.clone()));
        }
        let leaving = self.alive.split_off(self.alive.len() - LEAVERS);
        workers.spawn(leave(node.clone(), leaving, tell.clone()));
        for _ in 0..ARRIVALS {
            workers.spawn(arrive(node.clone(), tell.clone()));
        }
        AtWork { rest: self, workers, acknowledged }
    }

    /// Asks for every promise. The lost answers come first: they are given again for a few seconds only, which
    /// [`SPENT_NOW`] makes begin.
    pub async fn check(&mut self, node: &AuthCaller, client: &Client) -> Broken {
        let mut broken = Broken::default();
        for tokens in std::mem::take(&mut self.alive).into_iter().rev() {
            match node.refresh(&tokens.refresh).await {
                Reply::Granted(next) => self.alive.push(next),
                other => broken.lost.push(format!("{other:?}")),
            }
        }
        for tokens in &self.ended {
            let is_refused = matches!(node.refresh(&tokens.refresh).await, Reply::Refused(401, _));
            let is_active = node.is_active(client, &tokens.access).await;
            broken.undead += usize::from(!is_refused) + usize::from(is_active);
        }
        broken
    }

    fn take(&mut self, other: Crowd) {
        self.alive.extend(other.alive);
        self.ended.extend(other.ended);
    }
}

impl AtWork {
    /// Waits until so many things were acknowledged.
    pub async fn until_acknowledged(&mut self, count: usize) {
        for _ in 0..count {
            self.acknowledged.recv().await.expect("the crowd is at work");
        }
    }

    /// Begins to kill: acknowledgements no longer hold the workers back.
    pub fn let_run(&mut self) {
        self.acknowledged.close();
    }

    /// Waits until everybody has noticed that the node is gone.
    pub async fn gone(self) -> Crowd {
        let mut crowd = self.rest;
        for worker in self.workers.join_all().await {
            crowd.take(worker);
        }
        crowd
    }
}

async fn refresh(node: AuthCaller, mut tokens: Tokens, tell: mpsc::Sender<()>) -> Crowd {
    loop {
        match node.refresh(&tokens.refresh).await {
            Reply::Granted(next) => tokens = next,
            Reply::Refused(status, _) => panic!("a refresh was refused with {status} while the node was there"),
            Reply::Lost => return Crowd { alive: vec![tokens], ended: Vec::new() },
        }
        let _counted = tell.send(()).await;
    }
}

/// What is not acknowledged may have ended or not: it is nobody's promise.
async fn leave(node: AuthCaller, mut leaving: Vec<Tokens>, tell: mpsc::Sender<()>) -> Crowd {
    let mut ended = Vec::new();
    while let Some(tokens) = leaving.pop() {
        if !node.logout(&tokens.refresh).await {
            break;
        }
        ended.push(tokens);
        let _counted = tell.send(()).await;
    }
    Crowd { alive: leaving, ended }
}

async fn arrive(node: AuthCaller, tell: mpsc::Sender<()>) -> Crowd {
    let mut alive = Vec::new();
    while let Reply::Granted(tokens) = node.login("bob").await {
        alive.push(tokens);
        let _counted = tell.send(()).await;
    }
    Crowd { alive, ended: Vec::new() }
}
