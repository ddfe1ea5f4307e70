//! SIGKILL of an auth node under a crowd, again and again. Never gives the process a chance to clean up.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::deadline;
use crate::node::Solo;
use crate::trial::crowd::{Crowd, SPENT_NOW};
use crate::trial::revoking;

/// What is acknowledged before each kill.
const ACKNOWLEDGED: usize = 40;

/// How long a gateway may take to know a new key: unknown ones are asked for every 10 seconds at most.
const KEYS_WITHIN: Duration = Duration::from_secs(25);

/// How long a command may take.
const COMMAND_DEADLINE: Duration = Duration::from_secs(20);

/// What came of all rounds.
#[derive(Debug, Default)]
pub struct Aftermath {
    /// Kills.
    pub kills: usize,
    /// Sessions that are open at the end.
    pub open: usize,
    /// Sessions whose end was acknowledged.
    pub ended: usize,
    /// Acknowledged sessions that were lost, with the answer.
    pub lost: Vec<String>,
    /// Ended sessions whose tokens were honoured.
    pub undead: usize,
}

/// Kills the one node and starts it again; after each start every promise is asked for.
pub async fn solo(solo: &mut Solo, rounds: usize) -> Aftermath {
    let (mut crowd, mut aftermath) = (Crowd::default(), Aftermath::default());
    for _ in 0..rounds {
        let mut work = crowd.go_to(&solo.node.caller()).await;
        work.until_acknowledged(ACKNOWLEDGED).await;
        work.let_run();
        solo.node.kill().await;
        crowd = work.gone().await;
        solo.node.restart().await;
        solo.sql(&SPENT_NOW.replace("NOW", "unixepoch()"));
        let broken = crowd.check(&solo.node.caller(), &solo.client).await;
        aftermath.note(&crowd, broken.lost, broken.undead);
    }
    aftermath
}

/// Kills node A while it refreshes and a new signing key comes; node B must keep every promise at once, and so must both
/// gateways. Then A comes back.
pub async fn one_of_two(cluster: &mut Cluster, rounds: usize) -> Aftermath {
    let (mut crowd, mut aftermath) = (Crowd::default(), Aftermath::default());
    for round in 0..rounds {
        let mut work = crowd.go_to(&cluster.nodes[0].caller()).await;
        work.until_acknowledged(ACKNOWLEDGED).await;
        // One is enough: gateways ask for unknown keys every ten seconds at most.
        let rotation = (round == 0).then(|| cluster.nodes[1].command(&["keys", "rotate", "--now"]));
        work.let_run();
        cluster.nodes[0].kill().await;
        crowd = work.gone().await;
        cluster.sql(&SPENT_NOW.replace("NOW", "floor(extract(epoch FROM now()))::bigint"));
        let broken = crowd.check(&cluster.nodes[1].caller(), &cluster.client).await;
        refused_everywhere(cluster, &crowd).await;
        if let Some(rotation) = rotation {
            succeeded(rotation).await;
        }
        good_everywhere(cluster).await;
        cluster.nodes[0].restart().await;
        aftermath.note(&crowd, broken.lost, broken.undead);
    }
    aftermath
}

impl Aftermath {
    fn note(&mut self, crowd: &Crowd, lost: Vec<String>, undead: usize) {
        self.kills += 1;
        (self.open, self.ended) = crowd.count();
        self.lost.extend(lost);
        self.undead += undead;
    }
}

async fn refused_everywhere(cluster: &Cluster, crowd: &Crowd) {
    let start = Instant::now();
    for token in crowd.ended() {
        for gateway in &cluster.gateways {
            revoking::until_refused(gateway, token, start).await;
        }
    }
}

/// A token of node B, with whatever key it signs now, passes both gateways.
async fn good_everywhere(cluster: &Cluster) {
    let token = cluster.nodes[1].caller().login("alice").await.granted().access;
    for gateway in &cluster.gateways {
        let good = async || (gateway.status(&token).await == 200).then_some(());
        deadline::until(KEYS_WITHIN, "a token of the node that is left passes", good).await;
    }
}

async fn succeeded(mut command: Child) {
    let look = || {
        let ended = command.try_wait().expect("a child of ours");
        async move { ended }
    };
    let (status, _) = deadline::until(COMMAND_DEADLINE, "the end of the command", look).await;
    assert!(status.success(), "{status}");
}
