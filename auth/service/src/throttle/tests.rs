//! Checks of the soft lock's arithmetic. Never waits: time is an argument.

use proptest::prelude::*;

use super::*;

const NOW: UnixSeconds = 1_800_000_000;

fn alice() -> ThrottleKey {
    ThrottleKey::account(&[7; 32], "alice")
}

fn source(address: &str) -> ThrottleKey {
    ThrottleKey::source(address.parse().unwrap())
}

fn failed(times: u32, now: UnixSeconds) -> Option<Failures> {
    (0..times).fold(None, |before, _| Some(Failures::after_failure(before, now)))
}

#[track_caller]
fn check_lock(key: ThrottleKey, failures: u32, seconds: UnixSeconds) {
    let until = failed(failures, NOW).and_then(|failures| failures.locked_until(&key, NOW));
    assert_eq!(until, (seconds > 0).then_some(NOW + seconds), "{failures} failures of {key}");
}

#[test]
fn five_are_free_then_each_locks_twice_as_long_up_to_a_quarter_of_an_hour() {
    for (failures, seconds) in [(0, 0), (5, 0), (6, 1), (7, 2), (8, 4), (15, 512), (16, 900), (64, 900), (1000, 900)] {
        check_lock(alice(), failures, seconds);
    }
}

#[test]
fn a_source_has_twenty() {
    for (failures, seconds) in [(20, 0), (21, 1), (22, 2), (30, 512), (31, 900), (1000, 900)] {
        check_lock(source("192.0.2.7"), failures, seconds);
    }
}

#[test]
fn failures_are_halved_by_the_hour_and_forgotten_after_a_day() {
    let many = failed(40, NOW).unwrap();
    for (later, counted) in [(0, 41), (3599, 41), (3600, 21), (7200, 11), (5 * 3600, 2), (6 * 3600, 1), (86_400, 1)] {
        assert_eq!(Failures::after_failure(Some(many), NOW + later).count, counted, "{later} s later");
    }
    assert!(!many.is_forgotten(NOW + 86_399) && many.is_forgotten(NOW + 86_400));
}

#[test]
fn a_clock_that_was_set_back_locks_nobody_out() {
    let future = failed(64, NOW + 365 * 86_400).unwrap();
    assert_eq!(future.locked_until(&alice(), NOW), None);
    assert_eq!(Failures::after_failure(Some(future), NOW).count, 1);
    let slightly = failed(64, NOW + 10).unwrap();
    assert_eq!(slightly.locked_until(&alice(), NOW), Some(NOW + 900), "another node's clock is ahead");
}

/// Whoever tries at every free moment gets few attempts, and the owner gets the free moments, too.
#[test]
fn a_patient_attacker_gets_few_attempts_a_day() {
    let (mut failures, mut attempts) = (None::<Failures>, 0);
    for now in NOW..NOW + 86_400 {
        if failures.is_none_or(|failures| failures.locked_until(&alice(), now).is_none()) {
            failures = Some(Failures::after_failure(failures, now));
            attempts += 1;
        }
    }
    assert!((90..=115).contains(&attempts), "{attempts}");
}

/// The digest was computed with Python's hmac.
#[test]
fn keys_have_a_stable_text_without_the_name() {
    assert_eq!(alice().to_string(), "account:5b9f6eb3981b3193a7cd2122dd4ff3b6402e4e1dcbc5ea23e036427fb40f3018");
    assert_eq!(ThrottleKey::account(&[7; 32], "ALICE"), alice(), "the case does not count");
    assert_ne!(ThrottleKey::account(&[8; 32], "alice"), alice(), "the key counts");
    assert_ne!(ThrottleKey::account(&[7; 32], "alice "), alice());
    for (address, text) in [
        ("192.0.2.7", "source:192.0.2.7/32"),
        ("::ffff:192.0.2.7", "source:192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "source:2001:db8:1:2::/64"),
    ] {
        assert_eq!(source(address).to_string(), text);
    }
    assert!(alice().is_cleared_by_success() && !source("192.0.2.7").is_cleared_by_success());
}

fn any_key() -> impl Strategy<Value = ThrottleKey> {
    prop_oneof![
        any::<String>().prop_map(|name| ThrottleKey::account(&[7; 32], &name)),
        any::<IpAddr>().prop_map(ThrottleKey::source)
    ]
}

/// Mostly quick failures, so that the cap is reached; some pauses of hours; some clocks that jump.
fn any_pause() -> impl Strategy<Value = i64> {
    prop_oneof![20 => 0..900_i64, 1 => 0..90_000_i64, 1 => -90_000..0_i64]
}

fn any_count() -> impl Strategy<Value = u32> {
    prop_oneof![0..=MAX_COUNT, any::<u32>()]
}

proptest! {
    #[test]
    fn no_lock_is_longer_than_the_cap(key in any_key(), count in any_count(), last_at in any::<i64>(), age in -2000..2000_i64) {
        let now = last_at.saturating_add(age);
        if let Some(until) = (Failures { count, last_at }).locked_until(&key, now) {
            prop_assert!(until > now && until - now <= LOCK_CAP_SECONDS);
        }
    }

    #[test]
    fn one_more_failure_never_shortens_the_lock(key in any_key(), count in 0..MAX_COUNT, age in 0..3600_i64) {
        let before = Failures { count, last_at: NOW - age };
        let after = Failures::after_failure(Some(before), NOW);
        prop_assert!(after.count > before.count);
        prop_assert!(after.locked_until(&key, NOW) >= before.locked_until(&key, NOW));
    }

    /// Whatever failed at whatever times: when the cap has passed since the last one, all may try.
    #[test]
    fn no_lock_is_permanent(key in any_key(), pauses in proptest::collection::vec(any_pause(), 1..200)) {
        let (mut failures, mut now) = (None, NOW);
        for pause in pauses {
            now += pause;
            failures = Some(Failures::after_failure(failures, now));
        }
        let failures = failures.expect("at least one");
        prop_assert_eq!(failures.locked_until(&key, now + LOCK_CAP_SECONDS), None);
    }

    #[test]
    fn no_count_locks_for_longer_than_the_cap(key in any_key(), count in any_count()) {
        let failures = Failures { count, last_at: NOW };
        prop_assert_eq!(failures.locked_until(&key, NOW + LOCK_CAP_SECONDS), None);
    }

    #[test]
    fn a_set_back_clock_costs_two_caps_at_most(key in any_key(), count in any_count(), back in 0..2 * LOCK_CAP_SECONDS) {
        let failures = Failures { count, last_at: NOW + back };
        let locked = failures.locked_until(&key, NOW).is_some();
        prop_assert!(!locked || failures.locked_until(&key, NOW + 2 * LOCK_CAP_SECONDS).is_none());
    }

    #[test]
    fn a_source_is_its_network(high in any::<u64>(), low in any::<[u64; 2]>()) {
        prop_assume!(high != 0);
        let address = |low: u64| IpAddr::from((u128::from(high) << 64 | u128::from(low)).to_be_bytes());
        prop_assert_eq!(ThrottleKey::source(address(low[0])), ThrottleKey::source(address(low[1])));
    }

    #[test]
    fn failures_decay_to_nothing(count in any::<u32>(), hours in 0..48_i64) {
        let failures = Failures { count, last_at: NOW };
        let (soon, later) = (failures.remembered(NOW + hours * 3600), failures.remembered(NOW + (hours + 1) * 3600));
        prop_assert!(later <= soon / 2);
    }
}
