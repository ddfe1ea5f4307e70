//! What policies cost a request: the same upstream through a route without policies and through routes with some, in
//! turn. Never compares runs of different times.

use std::time::Duration;

use crate::trial::host::clients::{Ask, Clients, Met};
use crate::trial::host::ground::{self, Ground};

/// The last policy of every route: it allows.
const ALLOWS: &str = "config = { rules = [{ name = \"all\", effect = \"allow\" }] }";

/// What the others of Rust have: no opinion.
const ABSTAINS: &str =
    "config = { default = \"abstain\", rules = [{ name = \"none\", effect = \"allow\", methods = [\"DELETE\"] }] }";

/// The header with which the guests in JavaScript and Python have no opinion either.
const ABSTAIN: (&str, &str) = ("x-fault", "abstain");

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

/// A language, and its authorizer that has no opinion.
#[derive(Debug, Clone)]
pub struct Written {
    /// The language.
    pub language: &'static str,
    /// Its file in `plugins/`, without `.wasm`.
    pub component: String,
    /// The lines of its plugin table: config and limits.
    pub lines: &'static str,
}

impl Written {
    /// The one in Rust.
    pub fn in_rust() -> Written {
        Written { language: "Rust", component: "claims_authz".to_owned(), lines: ABSTAINS }
    }
}

/// The routes of the table and the gateway.toml that has them.
pub fn routes(numbers: &[usize], languages: &[Written]) -> (String, Vec<Row>) {
    let mut text = ground::plugin("last", "authorizer", "claims_authz", ALLOWS) + &ground::route("last", &["last"]);
    let mut rows = vec![row("no policy", "open"), row("only the last", "last")];
    for isolation in ["instance", "request"] {
        for one in languages {
            for number in numbers {
                let route = format!("{}-{number}-{isolation}", one.language.to_lowercase());
                text += &chain(&route, one, *number, isolation);
                let words = if isolation == "request" { "fresh" } else { "warm" };
                rows.push(row(&format!("{number} in {}, {words}, and the last", one.language), &route));
            }
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

fn chain(route: &str, written: &Written, number: usize, isolation: &str) -> String {
    let mut names: Vec<String> = (1..=number).map(|index| format!("{route}-{index}")).collect();
    let lines = format!("isolation = {isolation:?}\n{}", written.lines);
    let plugins = names.iter().map(|name| ground::plugin(name, "authorizer", &written.component, &lines));
    let text: String = plugins.collect();
    names.push("last".to_owned());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    text + &ground::route(route, &names)
}

fn row(name: &str, route: &str) -> Row {
    let ask = Ask::of(&format!("{route}.test")).with(ABSTAIN.0, ABSTAIN.1);
    Row { name: name.to_owned(), ask, met: Met::default() }
}
