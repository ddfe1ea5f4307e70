//! From a sign-out at node A until both gateways refuse the access token that they let through a moment before. Never
//! counted from the acknowledgement: the clock starts when the request leaves.

use std::time::{Duration, Instant};

use crate::auth_caller::Tokens;
use crate::cluster::{Cluster, Gateway};
use crate::trial::times::Times;

/// After so long a revocation is lost.
const GIVE_UP: Duration = Duration::from_secs(30);

/// Sessions of both nodes, in turn.
pub async fn sign_in(cluster: &Cluster, count: usize) -> Vec<Tokens> {
    let callers = cluster.callers();
    let mut sessions = Vec::new();
    for caller in callers.iter().cycle().take(count) {
        sessions.push(caller.login("alice").await.granted());
    }
    sessions
}

/// Signs them out one after the other; the time until the later gateway refused.
pub async fn revoke(cluster: &Cluster, sessions: &[Tokens]) -> Times {
    let [node_a, _] = cluster.callers();
    let [first, second] = &cluster.gateways;
    let mut times = Times::default();
    for session in sessions {
        for gateway in &cluster.gateways {
            assert_eq!(gateway.status(&session.access).await, 200, "good until it is signed out");
        }
        let start = Instant::now();
        assert!(node_a.logout(&session.refresh).await, "a sign-out is acknowledged");
        tokio::join!(until_refused(first, &session.access, start), until_refused(second, &session.access, start));
        times.push(start.elapsed());
    }
    times
}

/// Asks without a pause until the gateway says 401.
pub async fn until_refused(gateway: &Gateway, token: &str, start: Instant) {
    while gateway.status(token).await != 401 {
        assert!(start.elapsed() < GIVE_UP, "{} did not refuse within {GIVE_UP:?}\n{}", gateway.url(), gateway.log());
    }
}
