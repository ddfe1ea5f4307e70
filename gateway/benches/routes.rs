//! What a route costs: to check it, to build the table, and to find one, with 10, 1,000 and 100,000 of them.
//!
//! Never through a socket, and never with a policy: the table alone. `cargo bench -p witgate --bench routes`.

use std::fmt::Write as _;
use std::path::Path;

use divan::{Bencher, black_box};
use http::{HeaderMap, Method};
use witgate::admission::path::{CanonicalPath, canonical};
use witgate::config::{self, Config};
use witgate::routing::{Found, RouteTable};

/// Routes of a table.
const SIZES: [usize; 3] = [10, 1_000, 100_000];

/// Different paths that are asked for in turn: no cache of the processor has only what one of them needs.
const ASKED: usize = 1_024;

fn main() {
    divan::main();
}

/// From the text to a checked configuration.
#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn check(bencher: Bencher<'_, '_>, routes: usize) {
    let text = text(routes);
    bencher.bench_local(|| parsed(black_box(&text)));
}

/// From a checked configuration to the table.
#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn build(bencher: Bencher<'_, '_>, routes: usize) {
    let config = parsed(&text(routes));
    bencher.bench_local(|| RouteTable::build(black_box(&config)));
}

/// One look-up: host, path, method, and the parameter of the path.
#[divan::bench(args = SIZES)]
fn find(bencher: Bencher<'_, '_>, routes: usize) {
    let table = RouteTable::build(&parsed(&text(routes)));
    let headers = HeaderMap::new();
    // far from each other, and every one of a small table
    let paths: Vec<CanonicalPath> =
        (0..ASKED).map(|at| canonical(&format!("/other/{}/7", at * routes / ASKED)).expect("a path")).collect();
    let mut next = paths.iter().cycle();
    bencher.bench_local(|| {
        let path = next.next().expect("it goes round");
        let found = table.find("api.example.com", black_box(path), &Method::GET, &headers);
        assert!(matches!(found, Found::Route { .. }), "{found:?}");
        found
    });
}

/// Routes as the comparison of gateways writes them.
fn text(routes: usize) -> String {
    let head = "listeners = [{ address = \"127.0.0.1:0\" }]\nupstreams.service.url = \"http://127.0.0.1:1\"\n";
    (0..routes).fold(head.to_owned(), |mut text, number| {
        let _ = write!(
            text,
            "\n[[routes]]\nname = \"other-{number}\"\npath = \"/other/{number}/{{id}}\"\npublic = true\nupstream = \"service\"\n"
        );
        text
    })
}

fn parsed(text: &str) -> Config {
    config::parse(Path::new("gateway.toml"), text.to_owned()).expect("a configuration")
}
