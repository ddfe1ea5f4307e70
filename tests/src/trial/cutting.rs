//! One gateway is cut off from the auth nodes while sessions end, and comes back. Never restarts anything: what it missed
//! must reach it by itself.

use std::time::{Duration, Instant};

use tokio::time::interval;

use crate::cluster::Cluster;
use crate::trial::revoking;

/// What came of it.
#[derive(Debug)]
pub struct Return {
    /// Sessions that ended meanwhile.
    pub missed: usize,
    /// What the gateway said, while it was still cut off, of a token whose session had ended first.
    pub in_the_dark: u16,
    /// From the mending until the gateway refused all of them.
    pub caught_up: Duration,
    /// What it said then of a session that goes on.
    pub of_the_living: u16,
}

/// Cuts the second gateway off for so long, and signs so many sessions out meanwhile.
pub async fn cut_off(cluster: &Cluster, span: Duration, count: usize) -> Return {
    let mut sessions = revoking::sign_in(cluster, count + 1).await;
    let living = sessions.pop().expect("one more than are signed out");
    let [first, second] = &cluster.gateways;
    for session in &sessions {
        assert_eq!((first.status(&session.access).await, second.status(&session.access).await), (200, 200));
    }
    let [node_a, _] = cluster.callers();
    second.relay.cut();
    let mut pace = interval(span / u32::try_from(count).expect("a small number"));
    for session in &sessions {
        assert!(node_a.logout(&session.refresh).await, "a sign-out is acknowledged");
        revoking::until_refused(first, &session.access, Instant::now()).await;
        pace.tick().await;
    }
    pace.tick().await;
    let in_the_dark = second.status(&sessions[0].access).await;
    second.relay.mend();
    let start = Instant::now();
    for session in &sessions {
        revoking::until_refused(second, &session.access, start).await;
    }
    let caught_up = start.elapsed();
    Return { missed: sessions.len(), in_the_dark, caught_up, of_the_living: second.status(&living.access).await }
}
