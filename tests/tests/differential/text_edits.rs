//! Changes to the JSON text of a header or payload: what two parsers may read in two ways. Never keeps it valid on purpose.

use crate::random::Random;

/// Members to be added as they are.
const RAW_MEMBERS: [&str; 12] = [
    r#""raw":NaN"#,
    r#""raw":-Infinity"#,
    r#""raw":1e400"#,
    r#""raw":01"#,
    r#""raw":+1"#,
    r#""raw":.5"#,
    r#""raw":"\ud800""#,
    r#""raw":"\ud83d\ude00""#,
    r#""raw":"\/\b\f""#,
    r#""raw":'text'"#,
    r#"raw:1"#,
    r#""raw":123456789012345678901234567890"#,
];

/// A member that the good text may have already: the second one counts for some readers, the first for others.
const DOUBLES: [&str; 12] = [
    r#""alg":"none""#,
    r#""alg":"RS256""#,
    r#""kid":"key-ES256""#,
    r#""typ":"at+jwt""#,
    r#""exp":4102444800"#,
    r#""exp":1"#,
    r#""aud":"witgate""#,
    r#""aud":"other""#,
    r#""iss":"https://id.witgate.test""#,
    r#""sub":"admin""#,
    r#""\u0073ub":"admin""#,
    r#""nested":{"a":1,"a":2}"#,
];

/// Text in place of the whole.
const WHOLES: [&str; 10] = ["", "null", "[]", "{}", "\"text\"", "1", "{", "{\"a\":1", "[{}]", "{} {}"];

/// One change; gives its name.
pub fn apply(text: &mut Vec<u8>, random: &mut Random) -> &'static str {
    match random.within(0..14) {
        0 | 1 => {
            insert(text, random, &[b" ", b"\n", b"\t", b"\r\n  "]);
            "white space anywhere"
        }
        2 => around(text, random),
        3 => {
            let member = random.pick(&DOUBLES);
            add_member(text, random, member);
            "member twice"
        }
        4 => {
            let member = random.pick(&RAW_MEMBERS);
            add_member(text, random, member);
            "odd JSON value"
        }
        5 | 6 => escape(text, random),
        7 => {
            insert(text, random, &[b"\xff", b"\xc3", b"\xed\xa0\x80", b"\0", b"\x1f", b"\xe2\x80\xa8", b"\xc0\xae"]);
            "odd bytes"
        }
        8 => flip(text, random),
        9 => {
            text.truncate(random.within(0..text.len().max(1)));
            "text cut short"
        }
        10 => other_encoding(text, random),
        11 => {
            *text = random.pick(&WHOLES).as_bytes().to_vec();
            "another text"
        }
        12 => {
            insert(text, random, &[b",", b"/* */", b"//\n", b"#", b"}", b"]", b"\"", b"\\"]);
            "syntax anywhere"
        }
        _ => {
            let depth = random.within(20..3000);
            add_member(text, random, &format!("\"deep\":{}{}", "[".repeat(depth), "]".repeat(depth)));
            "deeply nested"
        }
    }
}

fn insert(text: &mut Vec<u8>, random: &mut Random, pieces: &[&[u8]]) {
    let (piece, at) = (random.pick(pieces), random.within(0..text.len() + 1));
    text.splice(at..at, piece.iter().copied());
}

fn around(text: &mut Vec<u8>, random: &mut Random) -> &'static str {
    let before = random.pick(&["", " ", "\n", "\u{feff}", "\u{a0}", ")]}'\n", "\0"]);
    let after = random.pick(&["", " ", "\n\n", "\0", "x", "{}", ";", "\u{a0}"]);
    *text = [before.as_bytes(), text.as_slice(), after.as_bytes()].concat();
    "something around the text"
}

/// As the first or the last member.
fn add_member(text: &mut Vec<u8>, random: &mut Random, member: &str) {
    let first = random.percent(50);
    let place = if first { text.iter().position(|c| *c == b'{') } else { text.iter().rposition(|c| *c == b'}') };
    let Some(place) = place else { return };
    let at = if first { place + 1 } else { place };
    let piece = if first { format!("{member},") } else { format!(",{member}") };
    text.splice(at..at, piece.into_bytes());
}

/// Writes one letter of the text as `\u00xx`: another spelling of the same JSON where it stands inside a string.
fn escape(text: &mut Vec<u8>, random: &mut Random) -> &'static str {
    let letters: Vec<usize> = (0..text.len()).filter(|at| text[*at].is_ascii_alphabetic()).collect();
    if letters.is_empty() {
        return "nothing to escape";
    }
    let at = letters[random.within(0..letters.len())];
    let escaped = format!("\\u{:04x}", text[at]);
    text.splice(at..=at, escaped.into_bytes());
    "letter escaped"
}

fn flip(text: &mut [u8], random: &mut Random) -> &'static str {
    if !text.is_empty() {
        let at = random.within(0..text.len());
        text[at] ^= 1 << random.within(0..8);
    }
    "bit of the text flipped"
}

/// A reader that guesses the encoding reads these, too.
fn other_encoding(text: &mut Vec<u8>, random: &mut Random) -> &'static str {
    let units: Vec<u16> = String::from_utf8_lossy(text).encode_utf16().collect();
    let little = random.percent(50);
    *text = units.iter().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
    "UTF-16"
}
