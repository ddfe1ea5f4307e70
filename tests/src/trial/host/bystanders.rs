//! Clients of one route, with and without an attacker at another, in turn: what the attack costs those who have nothing
//! to do with it. Never judges the ratio.

use std::time::Duration;

use crate::trial::host::clients::{Ask, Clients, Met};
use crate::trial::host::ground::Ground;

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Clients of the bystanders' route.
    pub bystanders: usize,
    /// From one request of such a client to its next; nothing: at once.
    pub every: Option<Duration>,
    /// Clients that attack, each again at once.
    pub attackers: usize,
    /// One turn, with or without the attack.
    pub turn: Duration,
    /// Pairs of turns.
    pub turns: usize,
}

/// What the bystanders met, and the attackers.
#[derive(Debug, Default)]
pub struct Beside {
    /// The turns without the attack.
    pub calm: Met,
    /// The turns with it.
    pub attacked: Met,
    /// What the attackers met.
    pub attackers: Met,
}

impl Beside {
    /// The attacked p99 over the calm one.
    pub fn p99_ratio(&self) -> f64 {
        let p99 = |met: &Met| met.times.percentile(99).as_secs_f64();
        p99(&self.attacked) / p99(&self.calm)
    }
}

/// Turn about: calm, attacked, calm, attacked.
pub async fn run(ground: &Ground, innocent: &Ask, attack: &Ask, pace: Pace) -> Beside {
    let mut beside = Beside::default();
    for _ in 0..pace.turns {
        beside.calm.take(turn(ground, innocent, pace).await);
        let attackers = Clients::start(ground.gateway.url(), attack, pace.attackers, None);
        beside.attacked.take(turn(ground, innocent, pace).await);
        beside.attackers.take(attackers.finish().await);
    }
    beside
}

async fn turn(ground: &Ground, innocent: &Ask, pace: Pace) -> Met {
    let clients = Clients::start(ground.gateway.url(), innocent, pace.bystanders, pace.every);
    tokio::time::sleep(pace.turn).await;
    clients.finish().await
}
