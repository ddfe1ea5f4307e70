//! Successions that go wrong. Never with a real process: the end-to-end tests do that.

use std::io::Write as _;
use std::path::Path;

use super::*;
use crate::server::control;

#[test]
fn a_place_that_cannot_be_had_does_not_end_a_process_that_serves() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("takeover.sock");
    let runtime = control::runtime().expect("a runtime");
    let _entered = runtime.enter();
    let place = Place::bind(&path).expect("bound");
    // A folder cannot be replaced by a socket.
    std::fs::create_dir(&path).expect("made");
    let succession = Succession { before: None, place: Some(place) };
    let mut told = succession.offer(&runtime, &Offer::default()).expect("it serves on");
    let waited = std::time::Duration::from_millis(50);
    let ended = runtime.block_on(async { tokio::time::timeout(waited, told.wait_for(|taken| *taken)).await });
    assert!(ended.is_err(), "nobody took over, and nothing says so");
    assert_eq!(std::fs::read_dir(folder.path()).expect("read").count(), 1, "the socket is not left behind");
}

#[test]
fn a_process_whose_predecessor_serves_on_does_not_take_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("takeover.sock");
    let runtime = control::runtime().expect("a runtime");
    let _entered = runtime.enter();
    let before = UnixListener::bind(&path).expect("bound");
    let asked = path.clone();
    let taking = std::thread::spawn(move || take::from(&asked));
    let (stream, _) = runtime.block_on(before.accept()).expect("it asks");
    let mut stream = stream.into_std().expect("a stream");
    // No sockets, and the word of a process that waited for long enough.
    stream.write_all(b"{\"version\":2,\"listeners\":[],\"admin\":null}\no").expect("said");
    let taken = taking.join().expect("no panic").expect("taken");
    let place = Place::bind(&path).expect("bound beside it");
    let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(path).expect("there"));
    let theirs = inode(&path);
    let succession = Succession { before: taken, place: Some(place) };
    succession.offer(&runtime, &Offer::default()).expect_err("the other serves on");
    assert_eq!(inode(&path), theirs, "the path still leads to the other");
}
