//! Steady work of a cluster beside what is measured: requests through both gateways and refreshes at both nodes. Never
//! silent about an answer that should have been another.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::auth_caller::{AuthCaller, Reply, Tokens};
use crate::cluster::Cluster;

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Clients of each gateway.
    pub askers: usize,
    /// Clients of each node.
    pub refreshers: usize,
    /// From one request of a client to its next.
    pub every: Duration,
}

/// The running load.
pub struct Load {
    clients: JoinSet<Done>,
    stop: watch::Sender<bool>,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Done {
    /// Requests through the gateways.
    pub asked: usize,
    /// Refreshes at the nodes.
    pub refreshed: usize,
    /// Answers that were not as they should be, in words.
    pub failures: Vec<String>,
}

impl Load {
    /// Signs the clients in and sets them to work.
    pub async fn start(cluster: &Cluster, pace: Pace) -> Load {
        let (stop, stopped) = watch::channel(false);
        let mut clients = JoinSet::new();
        for (caller, gateway) in cluster.callers().into_iter().zip(&cluster.gateways) {
            let token = caller.login("carol").await.granted().access;
            for _ in 0..pace.askers {
                let url = format!("{}/whoami", gateway.url());
                clients.spawn(ask(url, token.clone(), ticking(pace.every), stopped.clone()));
            }
            for _ in 0..pace.refreshers {
                let tokens = caller.login("bob").await.granted();
                clients.spawn(refresh(caller.clone(), tokens, ticking(pace.every), stopped.clone()));
            }
        }
        Load { clients, stop }
    }

    /// Ends it.
    pub async fn finish(self) -> Done {
        self.stop.send_replace(true);
        let mut all = Done::default();
        for done in self.clients.join_all().await {
            all.asked += done.asked;
            all.refreshed += done.refreshed;
            all.failures.extend(done.failures);
        }
        all
    }
}

fn ticking(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn ask(url: String, token: String, mut ticks: Interval, stopped: watch::Receiver<bool>) -> Done {
    let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    let mut done = Done::default();
    while !*stopped.borrow() {
        ticks.tick().await;
        done.asked += 1;
        match http.get(&url).bearer_auth(&token).send().await {
            Ok(answer) if answer.status() == 200 => drop(answer.bytes().await),
            Ok(answer) => done.failures.push(format!("a gateway said {}", answer.status())),
            Err(error) => done.failures.push(format!("a gateway did not answer: {error}")),
        }
    }
    done
}

async fn refresh(caller: AuthCaller, mut tokens: Tokens, mut ticks: Interval, stopped: watch::Receiver<bool>) -> Done {
    let mut done = Done::default();
    while !*stopped.borrow() {
        ticks.tick().await;
        done.refreshed += 1;
        match caller.refresh(&tokens.refresh).await {
            Reply::Granted(next) => tokens = next,
            other => done.failures.push(format!("a refresh gave {other:?}")),
        }
    }
    done
}
