//! Changes to base64url text and to the whole token: padding, alphabet, trailing bits, dots, swaps. Never to what the
//! parts mean, except where another token's part is put in.

use crate::random::Random;

/// One change to one base64url part; gives its name.
pub fn encode_oddly(part: &mut String, random: &mut Random) -> &'static str {
    match random.within(0..8) {
        0 => {
            part.push_str(random.pick(&["=", "==", "===", "%3D", "%3d%3d"]));
            "padding"
        }
        1 => {
            while !part.len().is_multiple_of(4) {
                part.push('=');
            }
            "full padding"
        }
        2 => trailing_bits(part),
        3 => {
            *part = part.replace('-', "+").replace('_', "/");
            "the other alphabet"
        }
        4 => {
            let piece = random.pick(&[" ", "\n", "\r\n", "\t", "~", "!", "=", "\u{e9}", "\0", ".", "\u{2028}"]);
            part.insert_str(place(part, random), piece);
            "foreign character"
        }
        5 => {
            part.pop();
            "last character missing"
        }
        6 => {
            part.push_str(random.pick(&["A", "AA", "AAA", "AAAA", "/", "_w"]));
            "more characters"
        }
        _ => {
            *part = if random.percent(50) { part.to_ascii_lowercase() } else { part.to_ascii_uppercase() };
            "another case"
        }
    }
}

/// One change to a whole token; `other` is a good one of the same issuer. Gives its name.
pub fn reshape(token: &mut String, other: &str, random: &mut Random) -> &'static str {
    match random.within(0..10) {
        0 | 1 => flip(token, random),
        2 => {
            token.truncate(boundary(token, random));
            "cut short"
        }
        3 => {
            let again = token.clone();
            token.push_str(random.pick(&["", ".", ",", " ", "\n"]));
            token.push_str(&again);
            "twice"
        }
        4 => swap_parts(token, other, random),
        5 => reorder(token, random),
        6 => {
            let (before, after) =
                (random.pick(&["", "Bearer ", " ", "\t", "."]), random.pick(&["", "\n", " ", ".", "\0", "..a"]));
            *token = format!("{before}{token}{after}");
            "something around the token"
        }
        7 => change_case(token, random),
        8 => {
            *token = format!("{token}.{}.{}", "QUJD", "QUJD");
            "five parts"
        }
        _ => {
            token.extend(std::iter::repeat_n('A', random.within(1..9000)));
            "much longer"
        }
    }
}

/// The bits of the last character that no byte uses.
fn trailing_bits(part: &mut String) -> &'static str {
    let last = part.pop();
    let next = last.and_then(|last| char::from_u32(u32::from(last) + 1));
    part.extend(next.filter(char::is_ascii_alphanumeric).or(last));
    "trailing bits"
}

fn flip(token: &mut String, random: &mut Random) -> &'static str {
    let mut bytes = std::mem::take(token).into_bytes();
    if !bytes.is_empty() {
        let at = random.within(0..bytes.len());
        bytes[at] ^= 1 << random.within(0..7);
    }
    *token = String::from_utf8_lossy(&bytes).into_owned();
    "bit flipped"
}

fn swap_parts(token: &mut String, other: &str, random: &mut Random) -> &'static str {
    let mut parts: Vec<&str> = token.split('.').collect();
    let others: Vec<&str> = other.split('.').collect();
    let at = random.within(0..parts.len().min(others.len()));
    parts[at] = others[at];
    *token = parts.join(".");
    "part of another token"
}

fn reorder(token: &mut String, random: &mut Random) -> &'static str {
    let mut parts: Vec<&str> = token.split('.').collect();
    let (one, two) = (random.within(0..parts.len()), random.within(0..parts.len()));
    parts.swap(one, two);
    *token = parts.join(".");
    "parts in another order"
}

fn change_case(token: &mut String, random: &mut Random) -> &'static str {
    let at = boundary(token, random);
    let tail = token.split_off(at);
    let mut characters = tail.chars();
    if let Some(c) = characters.next() {
        token.push(if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() });
    }
    token.push_str(characters.as_str());
    "case of one character"
}

/// A place between two characters.
fn place(text: &str, random: &mut Random) -> usize {
    let at = random.within(0..text.len() + 1);
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn boundary(text: &str, random: &mut Random) -> usize {
    place(text, random)
}
