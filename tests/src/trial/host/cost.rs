//! What policies cost a request: the same upstream through a route without policies and through routes with some, in
//! turn. Never compares runs of different times.

use std::time::Duration;

use crate::trial::host::clients::{Ask, Clients, Met};
use crate::trial::host::ground::{self, Ground};

/// Authorizers that have no opinion, before one that allows: every one of a route is asked.
const ABSTAINS: &str =
    "config = { default = \"abstain\", rules = [{ name = \"none\", effect = \"allow\", methods = [\"DELETE\"] }] }";
const ALLOWS: &str = "config = { rules = [{ name = \"all\", effect = \"allow\" }] }";

/// One route of the table.
#[derive(Debug)]
pub struct Row {
    /// What is measured.
    pub name: String,
    /// The route's request.
    pub ask: Ask,
    /// What was met, in all turns.
    pub met: Met,
}

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Clients, each asking again at once.
    pub clients: usize,
    /// One turn of one route.
    pub turn: Duration,
    /// Turns of each route.
    pub turns: usize,
}

/// A component in another language than Rust, which is an authorizer that allows the request of its row.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// The language.
    pub language: &'static str,
    /// Its file in `plugins/`, without `.wasm`.
    pub component: &'static str,
    /// The lines of its plugin table: config and limits.
    pub lines: &'static str,
    /// A header that it wants.
    pub header: (&'static str, &'static str),
}

/// The routes of the table and the gateway.toml that has them.
pub fn routes(numbers: &[usize], foreign: &[Foreign]) -> (String, Vec<Row>) {
    let mut text = String::new();
    let mut rows = vec![row("no policy", Ask::of("open.test"))];
    for isolation in ["instance", "request"] {
        for number in numbers {
            let route = format!("rust-{number}-{isolation}");
            text += &chain(&route, *number, isolation);
            rows.push(row(&format!("{number} in Rust, {}", words(isolation)), Ask::of(&format!("{route}.test"))));
        }
        for one in foreign {
            let route = format!("{}-1-{isolation}", one.language.to_lowercase());
            let lines = format!("isolation = {isolation:?}\n{}", one.lines);
            text += &ground::plugin(&route, "authorizer", one.component, &lines);
            text += &ground::route(&route, &[&route]);
            let ask = Ask::of(&format!("{route}.test")).with(one.header.0, one.header.1);
            rows.push(row(&format!("1 in {}, {}", one.language, words(isolation)), ask));
        }
    }
    (text, rows)
}

/// Measures all rows in turn.
pub async fn measure(ground: &Ground, rows: &mut [Row], pace: Pace) {
    for _ in 0..pace.turns {
        for row in rows.iter_mut() {
            let clients = Clients::start(ground.gateway.url(), &row.ask, pace.clients, None);
            tokio::time::sleep(pace.turn).await;
            row.met.take(clients.finish().await);
        }
    }
}

fn chain(route: &str, number: usize, isolation: &str) -> String {
    let names: Vec<String> = (1..=number).map(|index| format!("{route}-{index}")).collect();
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let config = if index + 1 == number { ALLOWS } else { ABSTAINS };
        text += &ground::plugin(name, "authorizer", "claims_authz", &format!("isolation = {isolation:?}\n{config}"));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    text + &ground::route(route, &names)
}

fn row(name: &str, ask: Ask) -> Row {
    Row { name: name.to_owned(), ask, met: Met::default() }
}

fn words(isolation: &str) -> &'static str {
    if isolation == "request" { "fresh" } else { "warm" }
}
