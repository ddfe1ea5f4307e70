//! Checks of the search in files of all shapes. Never needs a real list.

use std::collections::BTreeSet;
use std::io::{Seek, SeekFrom, Write};

use proptest::prelude::*;

use super::*;

/// SHA-1 of "password", as Have I Been Pwned lists it.
const PASSWORD: &str = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn open(text: &str) -> Result<BreachedList, BreachedError> {
    BreachedList::open(file(text).path())
}

#[test]
fn every_shape_of_the_format_is_read() {
    let first = "0".repeat(40);
    for text in [
        PASSWORD.to_owned(),
        format!("{PASSWORD}\n"),
        format!("{PASSWORD}:9545824\r\n"),
        format!("{first}:1\r\n{PASSWORD}:9545824"),
        format!("{first}\n{}\n{}\n", PASSWORD.to_lowercase(), "F".repeat(40)),
    ] {
        let list = open(&text).unwrap();
        assert!(list.contains("password").unwrap(), "{text:?}");
        assert!(!list.contains("Password").unwrap(), "{text:?}");
    }
}

#[track_caller]
fn check_refused(text: &str, needle: &str) {
    let error = open(text).expect_err(text).to_string();
    assert!(error.contains(needle), "{error:?} lacks {needle:?}");
}

#[test]
fn a_malformed_file_is_refused_at_the_start() {
    let (first, last) = ("0".repeat(40), "F".repeat(40));
    check_refused("", "holds no hashes");
    check_refused("password\n", "around byte 0");
    check_refused(&format!("{PASSWORD}\n\n"), "no SHA-1");
    check_refused(&format!("{PASSWORD}:\n"), "no SHA-1");
    check_refused(&format!("{PASSWORD}:x\n"), "no SHA-1");
    check_refused(&format!("{PASSWORD}0\n"), "no SHA-1");
    check_refused(&format!("\u{feff}{PASSWORD}\n"), "no SHA-1");
    check_refused(&"A".repeat(1000), "no SHA-1");
    check_refused(&format!("{last}\n{first}\n"), "ordered by hash");
    check_refused(&format!("{first}\n{first}\n"), "ordered by hash");
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(BreachedList::open(folder.path()), Err(BreachedError::Empty(_))));
    assert!(matches!(BreachedList::open(&folder.path().join("none")), Err(BreachedError::Unreadable { .. })));
}

#[test]
fn a_file_that_shrinks_later_is_an_error_and_not_a_pass() {
    let shrinking = file(&format!("{}\n{PASSWORD}\n", "0".repeat(40)));
    let list = BreachedList::open(shrinking.path()).unwrap();
    shrinking.as_file().set_len(10).unwrap();
    assert!(list.contains("password").is_err());
}

/// Positions beyond 32 bits, in a file that takes no room: the middle is a hole, which no search for its ends passes.
#[test]
fn forty_gigabytes_are_no_more_work() {
    const HOLE: u64 = 40_000_000_000;
    let mut sparse = file(&format!("{}\n", "0".repeat(40)));
    sparse.as_file_mut().seek(SeekFrom::Start(HOLE)).unwrap();
    write!(sparse, "\n{PASSWORD}\n").unwrap();
    let length = sparse.as_file().metadata().unwrap().len();
    let list = BreachedList { file: sparse.reopen().unwrap(), length, path: sparse.path().into() };
    let last = list.line_around(length - 1).unwrap();
    assert_eq!((last.start, last.next), (HOLE + 1, length));
    assert!(matches!(list.contains("password"), Err(BreachedError::Line { .. })), "a hole is no hash");
}

proptest! {
    #[test]
    fn the_search_finds_what_is_there_and_nothing_else(
        hashes in proptest::collection::btree_set(any::<[u8; 20]>(), 1..200),
        others in proptest::collection::vec(any::<[u8; 20]>(), 0..20),
        counts in any::<bool>(),
        crlf in any::<bool>(),
        ends in any::<bool>(),
    ) {
        let line = |(index, hash): (usize, &Sha1)| {
            let hex: String = hash.iter().map(|byte| format!("{byte:02X}")).collect();
            if counts { format!("{hex}:{}", 7_u64.pow(index as u32 % 20)) } else { hex }
        };
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = hashes.iter().enumerate().map(line).collect::<Vec<_>>().join(end);
        if ends { text.push_str(end); }
        let list = open(&text).unwrap();
        for hash in hashes.iter().chain(&others) {
            prop_assert_eq!(list.search(hash).unwrap(), hashes.contains(hash));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut any = tempfile::NamedTempFile::new().unwrap();
        any.write_all(&bytes).unwrap();
        if let Ok(list) = BreachedList::open(any.path()) {
            let _ = list.contains("password");
        }
    }

    #[test]
    fn probes_span_the_file(last in any::<u64>()) {
        let places: BTreeSet<u64> = (0..=PROBES).map(|probe| scaled(last, probe)).collect();
        prop_assert_eq!(places.first(), Some(&0));
        prop_assert_eq!(places.last(), Some(&last));
    }
}
