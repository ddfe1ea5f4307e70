//! Made-up policies against their own memory: a kept answer is the answer that the policy would give.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::policy::exchange::Exchange;
use crate::policy::recall::table::ENTRY_BYTES;

/// What a made-up policy does: asks and goes on by the answer, or answers.
#[derive(Debug, Clone)]
enum Policy {
    Says(u8),
    Asks(Asked, Vec<Policy>),
}

/// What it asks for: one of three headers, all values of one, or the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Header(usize),
    Values(usize),
    Peer,
}

/// A request: up to two values of each header, and the caller.
#[derive(Debug, Clone)]
struct Request {
    headers: [Vec<u8>; 3],
    peer: u8,
}

const NAMES: [&str; 3] = ["x-a", "x-b", "x-c"];
/// Values of a header, and callers.
const VALUES: u8 = 3;
const KEY: Key = *b"0123456789abcdef";
const START: State = 1;
const BYTES: usize = 1 << 20;

impl Asked {
    fn question(self) -> Question {
        match self {
            Self::Header(at) => Question::Header(NAMES[at].into()),
            Self::Values(at) => Question::HeaderValues(NAMES[at].into()),
            Self::Peer => Question::PeerAddress,
        }
    }

    /// What a policy can go on by: 0 where nothing is there.
    fn told(self, request: &Request) -> usize {
        match self {
            Self::Header(at) => request.headers[at].first().map_or(0, |value| 1 + usize::from(*value)),
            Self::Values(at) => request.headers[at].iter().map(|value| 1 + usize::from(*value)).sum(),
            Self::Peer => usize::from(request.peer),
        }
    }
}

impl Request {
    fn exchange(&self) -> Exchange {
        let mut headers = HeaderMap::new();
        for (name, values) in NAMES.iter().zip(&self.headers) {
            for value in values {
                headers.append(HeaderName::from_static(name), HeaderValue::from(u16::from(*value)));
            }
        }
        Exchange { headers, peer: IpAddr::V4(Ipv4Addr::new(192, 0, 2, self.peer)), ..Exchange::vacant() }
    }
}

/// Asks the policy itself, and notes it.
fn decide(mut policy: &Policy, request: &Request) -> (u8, Transcript) {
    let (mut exchange, mut noted) = (request.exchange(), Transcript::default());
    loop {
        match policy {
            Policy::Says(answer) => return (*answer, noted),
            Policy::Asks(asked, then) => {
                noted.note(asked.question(), |question, answers| answer(question, &mut exchange, answers));
                policy = &then[asked.told(request) % then.len()];
            }
        }
    }
}

fn learn(memory: &mut Memory, policy: &Policy, request: &Request) -> u8 {
    let (said, noted) = decide(policy, request);
    let kept: Answer = Arc::new(said);
    memory.learn(START, &noted, &kept, 1);
    said
}

fn found(memory: &mut Memory, request: &Request) -> Option<u8> {
    memory.find(START, &mut request.exchange()).map(|said| *said.downcast_ref::<u8>().expect("what was kept"))
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![(0..3_usize).prop_map(Asked::Header), (0..3_usize).prop_map(Asked::Values), Just(Asked::Peer)]
}

fn policy() -> impl Strategy<Value = Policy> {
    any::<u8>().prop_map(Policy::Says).prop_recursive(5, 60, 4, |inner| {
        (asked(), prop::collection::vec(inner, 1..4)).prop_map(|(asked, then)| Policy::Asks(asked, then))
    })
}

fn request() -> impl Strategy<Value = Request> {
    let values = || prop::collection::vec(0..VALUES, 0..3);
    ([values(), values(), values()], 0..VALUES).prop_map(|(headers, peer)| Request { headers, peer })
}

proptest! {
    /// The heart of it: a kept answer is never another than the policy's own, and what was just learned is found.
    #[test]
    fn a_kept_answer_is_the_policys_own(
        policy in policy(),
        requests in prop::collection::vec(request(), 1..60),
        bytes in select(vec![BYTES, 20 * ENTRY_BYTES]),
    ) {
        let mut memory = Memory::new(KEY, bytes);
        for request in &requests {
            let own = decide(&policy, request).0;
            if let Some(kept) = found(&mut memory, request) {
                prop_assert_eq!(kept, own);
                continue;
            }
            learn(&mut memory, &policy, request);
            if bytes == BYTES {
                prop_assert_eq!(found(&mut memory, request), Some(own));
            }
        }
    }

    /// With room for all, whoever asks often enough is answered from memory.
    #[test]
    fn everything_is_known_in_the_end(policy in policy(), requests in prop::collection::vec(request(), 1..20)) {
        let mut memory = Memory::new(KEY, BYTES);
        // Each round can only shorten runs, and there are fewer of those than questions on all ways together.
        for _ in 0..40 {
            for request in &requests {
                if found(&mut memory, request).is_none() {
                    learn(&mut memory, &policy, request);
                }
            }
        }
        for request in &requests {
            prop_assert_eq!(found(&mut memory, request), Some(decide(&policy, request).0));
        }
    }
}

/// A policy that changes its mind, which no honest one does: what it says last counts, and nothing is mixed up.
#[test]
fn another_question_after_the_same_answers_starts_over() {
    let ask = |at: usize, says: u8| Policy::Asks(Asked::Header(at), vec![Policy::Says(says), Policy::Says(says + 1)]);
    let request = |values: [Vec<u8>; 3]| Request { headers: values, peer: 0 };
    let mut memory = Memory::new(KEY, BYTES);
    let first = request([vec![0], vec![], vec![]]);
    assert_eq!(learn(&mut memory, &ask(0, 10), &first), 11);
    assert_eq!(learn(&mut memory, &ask(1, 20), &first), 20);
    // x-b of the second is what x-a was to the first policy.
    let second = request([vec![], vec![0], vec![]]);
    assert_eq!((found(&mut memory, &first), found(&mut memory, &second)), (Some(20), None));
}

#[test]
fn too_long_a_way_is_not_kept() {
    let mut memory = Memory::new(KEY, BYTES);
    let mut noted = Transcript::default();
    let wanted = Arc::new(("main".to_owned(), Ok(witgate_token::Demands::default())));
    for _ in 0..MOST_RUNS {
        noted.note(Question::Verification(Arc::clone(&wanted)), |_, answers| answers.push(0));
    }
    let kept: Answer = Arc::new(0_u8);
    assert!(!memory.learn(START, &noted, &kept, 1));
}

#[test]
fn what_a_verification_may_hang_on_is_asked_before_it() {
    let wanted = Arc::new(("main".to_owned(), Ok(witgate_token::Demands::default())));
    let mut noted = Transcript::default();
    for question in [Question::Profile, Question::Verification(wanted), Question::Claim("sub".into())] {
        noted.note(question, |_, answers| answers.push(0));
    }
    let runs = [0, 1, 2].map(|at| first_run(&noted, at).len());
    assert_eq!(runs, [1, 1, 1]);
}
