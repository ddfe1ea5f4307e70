//! The canonical path: every refusal, and the properties that routing and policies lean on.
//!
//! Never tests routing.

use super::*;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

fn check(raw: &str, expected: Result<&str, PathFault>) {
    let found = canonical(raw);
    assert_eq!(found.as_ref().map(CanonicalPath::as_str).map_err(|fault| *fault), expected, "{raw:?}");
}

#[test]
fn spelling_is_made_one() {
    check("/", Ok("/"));
    check("/a/", Ok("/a/"));
    check("/%7euser/%41%2d", Ok("/~user/A-"));
    check("/caf%c3%a9", Ok("/caf%C3%A9"));
    check("/a%2bb+c", Ok("/a%2Bb+c"));
    check("/a%40b=d,e", Ok("/a%40b=d,e"));
    check("/{x}|[y]\"^`<>", Ok("/%7Bx%7D%7C%5By%5D%22%5E%60%3C%3E"));
    check("/%252F", Ok("/%252F"));
    check("/.well-known/...", Ok("/.well-known/..."));
}

#[test]
fn what_is_ambiguous_is_refused() {
    use PathFault::*;
    for raw in ["/a%2fb", "/a%2Fb", "/a%5cb", "/%5C"] {
        check(raw, Err(EncodedSeparator));
    }
    for raw in ["/.", "/..", "/a/./b", "/a/../b", "/%2e", "/%2E%2e/a", "/.%2e", "/a/.."] {
        check(raw, Err(DotSegment));
    }
    for raw in ["/admin;x", "/..;x/a", "/..%3bx", "/a%3Bb=1/c", "/;"] {
        check(raw, Err(Parameters));
    }
    for raw in ["//", "//a", "/a//b", "/a//"] {
        check(raw, Err(EmptySegment));
    }
    for raw in ["/%00", "/a%0ab", "/a\u{1}b", "/%7f", "/\u{7f}", "/%c2%85"] {
        check(raw, Err(Control));
    }
    for raw in ["/%", "/%4", "/%zz", "/%4/", "/a%%41"] {
        check(raw, Err(Escape));
    }
    for raw in ["/%ff", "/%c0%af", "/%c0%ae%c0%ae/", "/%ed%a0%80", "/%c3/%a9"] {
        check(raw, Err(NotUtf8));
    }
    for raw in ["/a b", "/a?b", "/a#b"] {
        check(raw, Err(Character));
    }
    check("/a\\b", Err(Backslash));
    check("/é", Err(NotAscii));
    for raw in ["", "a", "*", "http://a/b"] {
        check(raw, Err(NotAbsolute));
    }
}

#[test]
fn a_path_on_its_way_is_canonical_as_it_stands() {
    for path in ["/", "/orders/1", "/a%40b/", "/caf%C3%A9"] {
        assert_eq!(super::check(path), Ok(()));
    }
    let why = |path| super::check(path).expect_err("must be refused");
    assert!(why("/%61dmin").contains("makes `/admin` of it"), "{}", why("/%61dmin"));
    assert!(why("/public/../admin").contains("a dot segment, and the gateway answers 400"));
}

#[test]
fn the_cap_is_exact() {
    let longest = format!("/{}", "a".repeat(MAX_PATH_BYTES - 1));
    assert!(canonical(&longest).is_ok());
    check(&format!("{longest}a"), Err(PathFault::TooLong));
}

#[test]
fn codes_are_stable_words() {
    for raw in ["", "/a%2fb", "/..", "//", "/%00", "/%", "/%ff", "/ ", "/\\", "/é", "/;"] {
        let code = canonical(raw).unwrap_err().code();
        assert!(code.starts_with("path_") && code.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')));
    }
}

/// Paths made of the pieces that matter, so that good and bad ones are both common.
fn paths() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z0-9._~-]{1,3}",
        2 => "%[0-9a-fA-F]{2}",
        1 => "[!$&'()*+,;=:@|{}\\[\\]\"^`<>]",
        1 => Just("%2e".to_owned()),
        1 => Just("%c3%a9".to_owned()),
        1 => "[\\x00-\\xff]",
        3 => Just("/".to_owned()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn canonical_is_idempotent(raw in paths()) {
        if let Ok(once) = canonical(&raw) {
            let twice = canonical(once.as_str());
            prop_assert_eq!(twice.as_ref(), Ok(&once));
        }
    }

    #[test]
    fn a_peer_that_decodes_sees_the_same(raw in paths()) {
        if let Ok(path) = canonical(&raw) {
            let by_peer: Vec<u8> = percent_decode_str(&raw).collect();
            let by_upstream: Vec<u8> = percent_decode_str(path.as_str()).collect();
            prop_assert_eq!(&by_peer, &by_upstream);
            let segments: Vec<_> = path.segments().collect();
            prop_assert_eq!(format!("/{}", segments.join("/")).into_bytes(), by_peer);
        }
    }

    #[test]
    fn the_url_standard_leaves_it_alone(raw in paths()) {
        if let Ok(path) = canonical(&raw) {
            let url = url::Url::parse(&format!("http://host{path}")).expect("a canonical path makes a URL");
            prop_assert_eq!(url.path(), path.as_str());
        }
    }

    #[test]
    fn never_holds_what_it_must_not(raw in paths()) {
        if let Ok(path) = canonical(&raw) {
            let text = path.as_str();
            let lower = text.to_ascii_lowercase();
            prop_assert!(text.starts_with('/') && !text.contains("//"));
            for bad in ["%2f", "%5c", "%00", "%2e", "\\", "?", "#", " "] {
                prop_assert!(!lower.contains(bad), "{:?} holds {:?}", text, bad);
            }
            prop_assert!(text.split('/').all(|segment| segment != "." && segment != ".."));
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
