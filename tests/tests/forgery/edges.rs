//! The very seconds of the leeway, at the front door. A verdict counts only if the clock showed the same second before
//! and after the request, so a slow machine asks again and never judges wrongly. Never the only proof: the unit tests of
//! `auth/token` have a fixed clock.

use serde_json::json;
use witgate_tests::mint::now;

use crate::door::{Door, PATH};

/// How often a request may fall on the turn of a second.
const ATTEMPTS: usize = 100;

/// A claim and its distance from now, in seconds; and whether it passes with the leeway of 30 seconds.
const EDGES: [(&str, i64, bool); 10] = [
    ("exp", -29, true),
    ("exp", -30, false),
    ("exp", -31, false),
    ("nbf", 29, true),
    ("nbf", 30, true),
    ("nbf", 31, false),
    ("iat", 30, true),
    ("iat", 31, false),
    ("iat", 32, false),
    ("exp", -15, true),
];

#[tokio::test]
async fn the_leeway_is_thirty_seconds_and_no_more() {
    let door = Door::open().await;
    for (claim, distance, passes) in EDGES {
        let status = judged_within_one_second(&door, claim, distance).await;
        assert_eq!(status, if passes { 200 } else { 401 }, "{claim} {distance:+} s");
    }
}

async fn judged_within_one_second(door: &Door, claim: &str, distance: i64) -> u16 {
    for _ in 0..ATTEMPTS {
        let before = now();
        let mut claims = door.mints.main.claims_with("iat", json!(before - 600));
        claims[claim] = json!(before.saturating_add_signed(distance));
        let answer = door.get(PATH, Some(&door.mints.main.sign(&claims))).await;
        if now() == before {
            return answer.status().as_u16();
        }
    }
    panic!("{ATTEMPTS} requests, and none was answered within one second of the clock");
}
