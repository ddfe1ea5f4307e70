//! The policy against the mock, whose clock shows what a test says: never the machine's.
use proptest::prelude::*;
use serde_json::{Value, json};
use witgate_plugin::{Authorizer, Decision, mock};

use super::BusinessHours;

#[test]
fn a_wrong_config_names_its_key() {
    let with = |extra: Value| {
        let mut config = json!({"zone": "Europe/Zurich", "open": [{"from": "08:00", "to": "18:00"}]});
        config.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        config.to_string()
    };
    let open = |hours: Value| with(json!({"open": [hours]}));
    let cases = [
        ("{}".to_owned(), "missing field `zone`"),
        (r#"{"zone": "UTC"}"#.to_owned(), "missing field `open`"),
        (with(json!({"zone": "Mars/Olympus"})), "zone: `Mars/Olympus` is no IANA time zone"),
        (with(json!({"zone": ""})), "zone: `` is no IANA"),
        (with(json!({"zone": "/etc/localtime"})), "zone: `/etc/localtime` is no IANA"),
        (with(json!({"zone": "+26:00"})), "zone: `+26:00` is no IANA"),
        (with(json!({"open": []})), "open: must say when"),
        (open(json!({"from": "8:00", "to": "18:00"})), "open[0].from: `8:00` is no time"),
        (open(json!({"from": "08:00", "to": "24:30"})), "open[0].to: `24:30` is no time"),
        (open(json!({"from": "24:00", "to": "08:00"})), "open[0].from: 24:00 is the next day's 00:00"),
        (open(json!({"from": "08:00", "to": "08:00"})), "open[0].to: is `from`"),
        (open(json!({"from": "08:00", "to": "18:00", "days": []})), "open[0].days: an empty list"),
        (open(json!({"from": "08:00", "to": "18:00", "days": ["mo"]})), "open[0].days[0]: `mo` is none of"),
        (open(json!({"from": "08:00"})), "open[0]: missing field `to`"),
        (with(json!({"holidays": ["25.12.2026"]})), "holidays[0]: `25.12.2026` is no day"),
        (with(json!({"holidays": ["2026-12-25", "2026-02-30"]})), "holidays[1]: `2026-02-30` is no day"),
        (with(json!({"holidays": ["2026-12-25T00:00"]})), "holidays[0]: `2026-12-25T00:00` is no day"),
        (with(json!({"methods": ["post"]})), "methods[0]: `post` is no method"),
        (with(json!({"paths": []})), "paths: an empty list"),
        (with(json!({"message": "m".repeat(1025)})), "message: a message of 1025"),
        (with(json!({"closed": []})), "closed: unknown field"),
    ];
    for (config, expected) in cases {
        let why = mock::configure::<BusinessHours>(&config).unwrap_err();
        assert!(why.starts_with(expected), "{config}:\n  {why}\n  {expected}");
    }
}

proptest! {
    /// Minutes and their complement: at each moment exactly one of the two is open.
    #[test]
    fn hours_and_their_complement_cover_each_moment_once(
        from in 0_u16..1440,
        to in 0_u16..1440,
        at in 0_u64..4_000_000_000,
    ) {
        prop_assume!(from != to);
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let open = |from: u16, to: u16| {
            let hours = json!({"from": time(from), "to": time(to)});
            let config = json!({"zone": "America/New_York", "open": [hours]}).to_string();
            let policy: BusinessHours = mock::configure(&config).unwrap();
            mock::request("GET", "/").clock(at).run(|| policy.authorize()) == Decision::Abstain
        };
        prop_assert_ne!(open(from, to), open(to, from));
    }
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::authorizer::<BusinessHours>);
}
