//! The rules one by one, and then under every order of events that proptest thinks of. Never reads a clock.

use proptest::prelude::*;

use super::*;

const NOW: UnixSeconds = 1_800_000_000;
const DAY: UnixSeconds = 86_400;
const RULES: Rules =
    Rules { algorithm: SigningAlgorithm::Es256, rotate_after: Some(90 * DAY), publish_ahead: 600, token_life: 600 };

/// Carries plans out as the store does.
#[derive(Default)]
struct World {
    records: Vec<KeyRecord>,
    made: usize,
}

impl World {
    /// One key, which signs since [`NOW`].
    fn started() -> World {
        let mut world = World::default();
        world.carry_out(due(&[], &RULES, NOW).expect("a first key"), NOW);
        world
    }

    fn carry_out(&mut self, plan: Plan, now: UnixSeconds) {
        for key in self.records.iter_mut().filter(|key| plan.retire.contains(&key.kid)) {
            assert_eq!(key.retired_at.replace(now), None, "nothing is retired twice");
        }
        if let Some(Outgoing { kid, retires_at }) = plan.outgoing {
            self.find_mut(&kid).retires_at = Some(retires_at);
        }
        if let Some(NewKey { algorithm, signs_from }) = plan.make {
            self.made += 1;
            // Names in no order, as thumbprints are.
            let kid = format!("{}-{}", self.made * 7 % 10, self.made);
            let (retires_at, retired_at) = (None, None);
            self.records.push(KeyRecord { kid, alg: algorithm, created_at: now, signs_from, retires_at, retired_at });
        }
    }

    fn find_mut(&mut self, kid: &str) -> &mut KeyRecord {
        self.records.iter_mut().find(|key| key.kid == kid).expect("a known key")
    }

    fn signer(&self, now: UnixSeconds) -> &KeyRecord {
        signer(&self.records, now).expect("a key signs")
    }

    fn signer_kid(&self, now: UnixSeconds) -> String {
        self.signer(now).kid.clone()
    }

    fn publishes(&self, kid: &str, rules: &Rules, now: UnixSeconds) -> bool {
        published(&self.records, rules, now).iter().any(|key| key.kid == kid)
    }
}

#[test]
fn the_first_key_signs_at_once_and_nothing_more_is_due() {
    let world = World::started();
    assert_eq!(world.signer(NOW).signs_from, NOW);
    assert_eq!(due(&world.records, &RULES, NOW), None);
    assert_eq!(due(&[], &RULES, NOW).unwrap().make.unwrap().algorithm, SigningAlgorithm::Es256);
}

#[test]
fn the_next_key_is_published_ahead_and_signs_when_the_age_is_reached() {
    let mut world = World::started();
    let (first, turn) = (world.signer_kid(NOW), NOW + 90 * DAY);
    assert_eq!(due(&world.records, &RULES, turn - 601), None);
    world.carry_out(due(&world.records, &RULES, turn - 600).expect("due"), turn - 600);
    assert_eq!(due(&world.records, &RULES, turn - 600), None, "one is enough");
    assert_eq!(published(&world.records, &RULES, turn - 600).len(), 2);
    assert_eq!(world.signer_kid(turn - 1), first);
    assert_ne!(world.signer_kid(turn), first);
    assert!(world.publishes(&first, &RULES, turn + 899));
    assert!(!world.publishes(&first, &RULES, turn + 900), "600 of the token, 300 of margin");
    assert_eq!(departed(&world.records, &RULES, turn + 900).len(), 1);
}

#[test]
fn without_an_age_nothing_is_due_ever() {
    let rules = Rules { rotate_after: None, ..RULES };
    assert_eq!(due(&World::started().records, &rules, NOW + 10_000 * DAY), None);
}

#[test]
fn another_algorithm_in_the_configuration_brings_a_key_ahead_and_replaces_one_that_waits() {
    let mut world = World::started();
    world.carry_out(rotate(&world.records, &RULES, NOW).unwrap(), NOW);
    let rules = Rules { algorithm: SigningAlgorithm::EdDsa, ..RULES };
    let plan = due(&world.records, &rules, NOW + 5).expect("due");
    assert_eq!(plan.make, Some(NewKey { algorithm: SigningAlgorithm::EdDsa, signs_from: NOW + 605 }));
    assert_eq!(plan.retire.len(), 1, "the one that waits");
    world.carry_out(plan, NOW + 5);
    assert_eq!(due(&world.records, &rules, NOW + 605), None);
    assert_eq!(world.signer(NOW + 604).alg, SigningAlgorithm::Es256);
    assert_eq!(world.signer(NOW + 605).alg, SigningAlgorithm::EdDsa);
}

#[test]
fn rotating_twice_is_refused_and_rotating_now_withdraws_the_one_that_waits() {
    let mut world = World::started();
    let first = world.signer_kid(NOW);
    world.carry_out(rotate(&world.records, &RULES, NOW).unwrap(), NOW);
    let again = rotate(&world.records, &RULES, NOW + 1);
    assert!(matches!(&again, Err(ScheduleError::Waiting { signs_from, .. }) if *signs_from == NOW + 600), "{again:?}");
    world.carry_out(rotate_now(&world.records, &RULES, NOW + 1), NOW + 1);
    let second = world.signer_kid(NOW + 1);
    assert_ne!(second, first);
    assert_eq!(world.signer_kid(NOW + 100_000), second, "the withdrawn key never signs");
    assert!(world.publishes(&first, &RULES, NOW + 900) && !world.publishes(&first, &RULES, NOW + 901));
}

#[test]
fn rotating_now_within_the_second_of_the_start_takes_effect_a_second_later() {
    for _ in 0..3 {
        let mut world = World::started();
        let first = world.signer_kid(NOW);
        world.carry_out(rotate_now(&world.records, &RULES, NOW), NOW);
        assert_eq!(world.signer_kid(NOW), first);
        assert_ne!(world.signer_kid(NOW + 1), first);
    }
}

#[test]
fn a_retired_signer_leaves_at_once_and_another_signs_at_once() {
    for at in [NOW, NOW + 1, NOW + DAY] {
        let mut world = World::started();
        let first = world.signer_kid(at);
        world.carry_out(retire(&world.records, &RULES, &first, at).unwrap(), at);
        assert!(!world.publishes(&first, &RULES, at));
        let second = world.signer_kid(at);
        assert_ne!(second, first);
        assert!(world.publishes(&second, &RULES, at));
        let again = retire(&world.records, &RULES, &first, at);
        assert_eq!(again, Err(ScheduleError::Retired { kid: first }));
    }
    let unknown = retire(&[], &RULES, "k", NOW);
    assert_eq!(unknown, Err(ScheduleError::Unknown { kid: "k".into() }));
}

/// Breaks the store: the signing key is retired and nothing was made in its place.
#[test]
fn a_key_that_was_succeeded_never_comes_back() {
    let mut world = World::started();
    let first = world.signer_kid(NOW);
    world.carry_out(rotate(&world.records, &RULES, NOW).unwrap(), NOW);
    let second = world.signer_kid(NOW + 600);
    world.find_mut(&second).retired_at = Some(NOW + 5000);
    assert_eq!(signer(&world.records, NOW + 5000), None);
    assert!(!world.publishes(&first, &RULES, NOW + 5000));
    let plan = due(&world.records, &RULES, NOW + 5000).expect("at once");
    assert_eq!(plan.make.unwrap().signs_from, NOW + 5000);
}

#[test]
fn a_clock_that_was_set_back_leaves_the_key_signing_and_makes_no_new_ones() {
    let world = World::started();
    assert_eq!(world.signer(NOW - DAY).kid, world.signer(NOW).kid);
    assert_eq!(due(&world.records, &RULES, NOW - DAY), None);
    assert_eq!(published(&world.records, &RULES, NOW - DAY).len(), 1);
}

#[test]
fn a_promise_outlasts_a_shorter_token_life() {
    let mut world = World::started();
    let first = world.signer_kid(NOW);
    let longer = Rules { token_life: 3600, ..RULES };
    world.carry_out(rotate(&world.records, &longer, NOW).unwrap(), NOW);
    assert!(world.publishes(&first, &RULES, NOW + 600 + 3899), "as planned with the longer life");
    assert!(!world.publishes(&first, &RULES, NOW + 600 + 3900));
}

#[derive(Debug, Clone)]
enum Event {
    Housekeeping,
    Rotate,
    RotateNow,
    RetireSigner,
    RetireAny(prop::sample::Index),
    Algorithm(prop::sample::Index),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Housekeeping),
        1 => Just(Event::Rotate),
        1 => Just(Event::RotateNow),
        1 => Just(Event::RetireSigner),
        1 => any::<prop::sample::Index>().prop_map(Event::RetireAny),
        1 => any::<prop::sample::Index>().prop_map(Event::Algorithm),
    ]
}

/// Does the event; returns the kid of a key that was made to sign at once.
fn happen(world: &mut World, event: &Event, rules: &mut Rules, now: UnixSeconds) -> Option<String> {
    let records = &world.records;
    let (plan, emergency) = match event {
        Event::Housekeeping => (due(records, rules, now), signer(records, now).is_none()),
        Event::Rotate => (rotate(records, rules, now).ok(), false),
        Event::RotateNow => (Some(rotate_now(records, rules, now)), true),
        Event::RetireSigner => (retire(records, rules, &world.signer_kid(now), now).ok(), true),
        Event::RetireAny(at) => {
            let kid = &records[at.index(records.len())].kid;
            (retire(records, rules, kid, now).ok(), *kid == world.signer_kid(now))
        }
        Event::Algorithm(at) => {
            rules.algorithm = SigningAlgorithm::ALL[at.index(SigningAlgorithm::ALL.len())];
            (due(records, rules, now), false)
        }
    };
    let before = world.made;
    world.carry_out(plan.unwrap_or_default(), now);
    if matches!(event, Event::Housekeeping) {
        let gone: Vec<_> = departed(&world.records, rules, now).iter().map(|key| key.kid.clone()).collect();
        world.carry_out(Plan { retire: gone, ..Plan::default() }, now);
    }
    (emergency && world.made > before).then(|| world.records.last().expect("a new key").kid.clone())
}

/// A token as the property sees it.
struct Token {
    kid: String,
    expires: UnixSeconds,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// One key signs at any time and is published; it was published long enough before, unless it had to sign at once;
    /// each token finds its key until it expires, unless the operator retired the key.
    #[test]
    fn whatever_happens_tokens_verify(
        events in prop::collection::vec((event(), prop_oneof![0_i64..3, 0_i64..1200, 0_i64..100 * DAY]), 1..40),
        publish_ahead in prop_oneof![Just(0_i64), 1_i64..DAY],
    ) {
        let mut rules = Rules { publish_ahead, ..RULES };
        let (mut world, mut now) = (World::started(), NOW);
        let mut at_once = vec![world.signer_kid(NOW)];
        let mut retired_by_operator: Vec<String> = Vec::new();
        let mut tokens: Vec<Token> = Vec::new();
        for (event, wait) in &events {
            match event {
                Event::RetireSigner => retired_by_operator.push(world.signer_kid(now)),
                Event::RetireAny(at) => retired_by_operator.push(world.records[at.index(world.records.len())].kid.clone()),
                _ => {}
            }
            at_once.extend(happen(&mut world, event, &mut rules, now));
            // The moments at which something may change, and those just before.
            let mut moments: Vec<_> = world.records.iter().flat_map(|key| {
                [Some(key.signs_from), key.retires_at].into_iter().flatten().flat_map(|at| [at - 1, at])
            }).chain([now, now + wait / 2, now + wait]).filter(|at| (now..=now + wait).contains(at)).collect();
            moments.sort_unstable();
            for at in moments {
                let signing = world.signer(at);
                prop_assert!(world.publishes(&signing.kid, &rules, at), "the signer is published");
                let early = signing.signs_from - signing.created_at < publish_ahead;
                prop_assert!(!early || at_once.contains(&signing.kid), "published ahead");
                prop_assert!(signing.signs_from <= at, "no key signs before its time");
                tokens.push(Token { kid: signing.kid.clone(), expires: at + rules.token_life });
                tokens.retain(|token| token.expires > at && !retired_by_operator.contains(&token.kid));
                for token in &tokens {
                    prop_assert!(world.publishes(&token.kid, &rules, at), "a token finds its key");
                }
            }
            now += wait;
        }
    }
}
