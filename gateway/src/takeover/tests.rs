//! Both sides in one process. Never with a real gateway: the end-to-end tests do that.

use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use tokio::sync::watch;

use super::message::Before;
use super::offer::{Offer, Place};
use super::*;

fn bound() -> Bound {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    Bound { address, sockets: vec![socket] }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_outlives_the_process_that_listened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("takeover.sock");
    let ours = Handed { listeners: vec![bound(), bound()], admin: Some(bound()) };
    let addresses: Vec<SocketAddr> = ours.listeners.iter().map(|one| one.address).collect();
    let mut waiting = TcpStream::connect(addresses[1]).expect("completed by the kernel");
    waiting.write_all(b"hello").expect("sent");
    let offer = Offer::of(ours.again().expect("copies"));
    let (taken, mut told) = watch::channel(false);
    let listener = Place::bind(&path).expect("bound").occupy().expect("in its place");
    tokio::spawn(offer::run(listener, offer.clone(), taken));

    let wanted = path.clone();
    let theirs = tokio::task::spawn_blocking(move || take::from(&wanted)).await.expect("a thread");
    let theirs = theirs.expect("taken").expect("somebody offers");
    assert_eq!(theirs.handed.listeners.iter().map(|one| one.address).collect::<Vec<_>>(), addresses);
    assert!(theirs.handed.admin.is_some());
    assert!(!*told.borrow(), "nobody serves yet");
    assert_eq!(theirs.serving().expect("the other answers"), Before::Drains);
    told.wait_for(|taken| *taken).await.expect("the offer tells it");
    offer.withdraw();
    drop(ours);

    let (mut accepted, _) = theirs.handed.listeners[1].sockets[0].accept().expect("it still waits");
    let mut said = [0; 5];
    std::io::Read::read_exact(&mut accepted, &mut said).expect("what it said");
    assert_eq!(&said, b"hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_and_does_not_serve_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("takeover.sock");
    let offer = Offer::of(Handed { listeners: vec![bound()], admin: None });
    let (taken, told) = watch::channel(false);
    let listener = Place::bind(&path).expect("bound").occupy().expect("in its place");
    tokio::spawn(offer::run(listener, offer, taken));
    for _ in 0..2 {
        let wanted = path.clone();
        let gone = tokio::task::spawn_blocking(move || take::from(&wanted).map(drop)).await.expect("a thread");
        gone.expect("taken, and dropped");
    }
    UnixStream::connect(&path).expect("it still offers").set_read_timeout(Some(Duration::from_secs(1))).expect("set");
    assert!(!*told.borrow());
}

#[test]
fn nobody_there_is_no_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("takeover.sock");
    assert!(take::from(&path).expect("no fault").is_none());
    drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
    assert!(take::from(&path).expect("no fault for a file that a killed process left").is_none());
}

/// No wait of a test is longer.
const SHORT: Duration = Duration::from_millis(50);

#[test]
fn who_serves_too_late_hears_that_the_other_serves_on() {
    let (old, new) = UnixStream::pair().expect("a pair");
    let offer = Offer::of(Handed { listeners: vec![bound()], admin: None });
    offer.hand_over(&old, SHORT).expect_err("nobody said a word");
    message::receive(&new).expect("the sockets");
    message::say_serving(&new).expect_err("the line is still there");
    drop(old);
    let (old, new) = UnixStream::pair().expect("a pair");
    offer.hand_over(&old, SHORT).expect_err("nobody said a word");
    drop(old);
    message::receive(&new).expect("the sockets");
    message::say_serving(&new).expect_err("the line is cut, the word is there");
}

#[test]
fn who_takes_from_a_process_that_ends_serves() {
    let (old, new) = UnixStream::pair().expect("a pair");
    let offer = Offer::of(Handed { listeners: vec![bound()], admin: None });
    let stopping = offer.clone();
    let handing = std::thread::spawn(move || offer.hand_over(&old, SHORT));
    message::receive(&new).expect("the sockets");
    stopping.withdraw();
    handing.join().expect("no panic").expect_err("nobody said a word");
    assert_eq!(message::say_serving(&new).expect("no fault"), Before::Gone);
}

#[test]
fn without_an_answer_the_old_process_cannot_let_go_any_more() {
    let (old, new) = UnixStream::pair().expect("a pair");
    new.set_read_timeout(Some(SHORT)).expect("set");
    message::say_serving(&new).expect_err("the other says nothing");
    message::hear_serving(&old, SHORT).expect_err("it may not drain");
}
