//! What a plain request costs the gateway in instructions of user space, counted by callgrind. A time would say as much of
//! the machine as of the gateway; a count is the same on every run. Never counts the kernel, and never a policy: compiled
//! guests are made for the machine's own processor, which valgrind is not.

mod counted;

use counted::Counted;
use witgate_tests::{measured, skip};

/// Instructions of a request in a dev build, as last found good. Whoever makes it cheaper lowers it.
const EXPECTED: u64 = 138_000;
/// How far off it may be, in per cent: other compilers and C libraries are not the gateway's fault.
const TOLERANCE: u64 = 10;

/// Requests before the count begins: the first ones make connections, counters and buffers.
const WARM_UP: usize = 50;
/// Requests that are counted.
const REQUESTS: usize = 300;

#[test]
fn a_plain_request_costs_no_more_instructions_than_it_did() {
    if !["valgrind", "callgrind_control"].into_iter().all(skip::is_installed) {
        return skip::skip("instructions of a request", "apt-get install valgrind");
    }
    let mut gateway = Counted::start();
    gateway.ask(WARM_UP);
    gateway.count(true);
    gateway.ask(REQUESTS);
    gateway.count(false);
    let each = gateway.end() / REQUESTS as u64;
    measured::tell(&format!("instructions of a plain request (dev build): {each}"));
    let most = EXPECTED * (100 + TOLERANCE) / 100;
    let least = EXPECTED * (100 - TOLERANCE) / 100;
    assert!(each <= most, "{each} instructions, more than {most}: see which by callgrind_annotate, or raise EXPECTED");
    assert!(each >= least, "{each} instructions, fewer than {least}: well done, lower EXPECTED to that");
}
