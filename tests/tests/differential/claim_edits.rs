//! Changes to the claims: absent, of another type, at the edge of a time, of another issuer or audience, or merely more.
//! Never to the text of the payload: `text_edits` does that.

use serde_json::{Value, json};

use crate::draft::{AUDIENCE, Draft, ISSUER};
use crate::header_edits::odd_value;
use crate::random::Random;

const REGISTERED: [&str; 8] = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "sid"];

/// The claims that hold a time.
pub const TIMES: [&str; 3] = ["exp", "nbf", "iat"];

/// Seconds from now, around the edges of the leeway of 30 seconds and of the longest life of a day.
pub const EDGES: [i64; 15] = [-86_401, -601, -31, -30, -29, -1, 0, 1, 29, 30, 31, 601, 86_400, 86_431, 10_000_000];

/// One change; gives its name.
pub fn apply(draft: &mut Draft, random: &mut Random) -> &'static str {
    match random.within(0..12) {
        0 => {
            draft.claims.remove(random.pick(&REGISTERED));
            "claim removed"
        }
        1 => set(draft, random.pick(&REGISTERED), "claim of another type", odd_value(random)),
        2 => wrapped(draft, random),
        3 | 4 => moved_time(draft, random),
        5 => odd_time(draft, random),
        6 => audience(draft, random),
        7 => issuer(draft, random),
        8 => subject(draft, random),
        9 => other_kind(draft, random),
        10 => nested(draft, random),
        _ => more(draft, random),
    }
}

fn set(draft: &mut Draft, name: &str, edit: &'static str, value: Value) -> &'static str {
    draft.claims.insert(name.to_owned(), value);
    edit
}

/// The right value in a list, or a number as text.
fn wrapped(draft: &mut Draft, random: &mut Random) -> &'static str {
    let name = random.pick(&REGISTERED);
    let Some(value) = draft.claims.get(name).cloned() else { return set(draft, name, "empty list claim", json!([])) };
    match value.as_u64() {
        Some(number) if random.percent(50) => set(draft, name, "number as text", json!(number.to_string())),
        _ => set(draft, name, "claim in a list", json!([value])),
    }
}

fn moved_time(draft: &mut Draft, random: &mut Random) -> &'static str {
    let edge = EDGES[random.within(0..EDGES.len())];
    let time = draft.now.saturating_add_signed(edge);
    set(draft, random.pick(&TIMES), "moved time", json!(time))
}

fn odd_time(draft: &mut Draft, random: &mut Random) -> &'static str {
    let good = draft.now + 600;
    let values = [
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(i64::MAX),
        json!(good as f64),
        json!(good as f64 + 0.5),
        json!(1e30),
        json!(253_402_300_799_u64),
        json!(253_402_300_800_u64),
        json!(good * 1000),
        json!(9_007_199_254_740_993_u64),
        json!(format!(" {good}")),
        json!(true),
        json!((draft.now - 10) as f64),
    ];
    set(draft, random.pick(&["exp", "nbf", "iat"]), "odd time", values[random.within(0..values.len())].clone())
}

fn audience(draft: &mut Draft, random: &mut Random) -> &'static str {
    let values = [
        json!("WITGATE"),
        json!("witgate "),
        json!("witgat"),
        json!("witgate/"),
        json!([]),
        json!([AUDIENCE]),
        json!([AUDIENCE, AUDIENCE]),
        json!(["other", AUDIENCE]),
        json!(["other"]),
        json!([[AUDIENCE]]),
        json!([AUDIENCE, 7]),
        json!([AUDIENCE, null]),
        json!({"witgate": true}),
        json!("other witgate"),
        json!(""),
        json!(["", AUDIENCE]),
    ];
    set(draft, "aud", "another audience", values[random.within(0..values.len())].clone())
}

fn issuer(draft: &mut Draft, random: &mut Random) -> &'static str {
    let values = [
        json!(format!("{ISSUER}/")),
        json!(ISSUER.to_uppercase()),
        json!(format!("{ISSUER}\u{0}")),
        json!([ISSUER]),
        json!("https://stranger.test"),
        json!(format!(" {ISSUER}")),
        json!(format!("{ISSUER}#")),
        json!({ISSUER: 1}),
    ];
    set(draft, "iss", "another issuer", values[random.within(0..values.len())].clone())
}

fn subject(draft: &mut Draft, random: &mut Random) -> &'static str {
    let long = "s".repeat(random.within(100..9000));
    let values =
        [json!("another"), json!("\u{0}"), json!("\u{1f600} \u{e9}"), json!(" "), json!(long), json!(7), json!("")];
    set(draft, random.pick(&["sub", "jti", "sid"]), "another subject", values[random.within(0..values.len())].clone())
}

/// Claims by which id, refresh and logout tokens are known.
fn other_kind(draft: &mut Draft, random: &mut Random) -> &'static str {
    match random.within(0..4) {
        0 => set(draft, "typ", "claim typ", json!(random.pick(&["ID", "Refresh", "Offline", "Logout", "Bearer"]))),
        1 => set(draft, "token_use", "claim token_use", json!(random.pick(&["id", "refresh", "access"]))),
        2 => set(draft, random.pick(&["at_hash", "c_hash", "nonce"]), "claim of an id token", json!("abc")),
        _ => set(
            draft,
            "events",
            "claim of a logout token",
            json!({"http://schemas.openid.net/event/backchannel-logout": {}}),
        ),
    }
}

fn nested(draft: &mut Draft, random: &mut Random) -> &'static str {
    let levels = random.within(1..60);
    let value =
        (0..levels).fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({"a": inner}) });
    set(draft, "nested", "nested claim", value)
}

fn more(draft: &mut Draft, random: &mut Random) -> &'static str {
    let name =
        random.pick(&["tenant", "", "__proto__", "constructor", "Exp", "aud ", "\u{0}", "toString", "a.b", "/exp"]);
    set(draft, name, "one claim more", odd_value(random))
}
