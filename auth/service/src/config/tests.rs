//! What an auth.toml means where it is good. Refused files are pairs in `tests/config`.

use super::*;

const GOOD: &str = "issuer = \"http://127.0.0.1:0\"\naudience = \"witgate\"\n";

fn parse(text: &str) -> Config {
    Config::parse(Path::new("/etc/witgate/auth.toml"), text).unwrap()
}

#[test]
fn two_keys_are_enough_and_paths_start_at_the_file() {
    let config = parse(GOOD);
    assert_eq!(config.listen, "127.0.0.1:9000".parse().unwrap());
    assert_eq!(config.access_token_seconds, 600);
    assert_eq!(config.database, DatabaseConfig::Sqlite("/etc/witgate/state/auth.sqlite".into()));
    assert_eq!(config.keys.encryption_key, EncryptionKeySource::Beside("/etc/witgate/state/auth.key".into()));
    assert_eq!(config.sessions, SessionLimits { idle: 14 * 86_400, absolute: 30 * 86_400 });
    let usual = PasswordsConfig { min_chars: 8, breached_file: None, memory_kib: 19_456, passes: 2, lanes: 1 };
    assert_eq!((config.passwords, config.admin), (usual, None));
    assert_eq!(config.roles.scope_of(&["operator".to_owned()]), "auth:admin");
    assert!(config.roles.contains("customer") && config.roles.contains("staff"));
}

#[test]
fn a_loopback_issuer_takes_the_port() {
    let mut config = parse(&GOOD.replace(":0", ":0/t1"));
    config.settle_port(4711);
    assert_eq!(config.issuer, "http://127.0.0.1:4711/t1");
    config.settle_port(4712);
    assert_eq!(config.issuer, "http://127.0.0.1:4711/t1", "a port that was written stays");
}

#[track_caller]
fn check_tls(url: &str, table: &str, expected: bool) {
    let keys = "[keys]\nencryption-key-env = \"KEY\"\n";
    let config = parse(&format!("{GOOD}database = \"{url}\"\n[postgres]\n{table}\n{keys}"));
    let DatabaseConfig::Postgres(postgres) = config.database else { panic!("{url} is no PostgreSQL") };
    assert_eq!((postgres.url.as_str(), postgres.tls), (url, expected));
}

#[test]
fn a_plain_connection_is_asked_for_or_stays_on_this_machine() {
    check_tls("postgres://witgate@db.example.com:5432/auth", "", true);
    check_tls("postgresql://witgate@127.0.0.1:5432/auth", "tls = \"disable\"", false);
    check_tls("postgres://witgate@[::1]/auth", "tls = \"disable\"", false);
    check_tls("postgres://witgate@%2Frun%2Fpostgresql/auth", "", false);
    check_tls("postgres://witgate@db/auth", "tls = \"disable\"\nallow-plain = true", false);
}

#[test]
fn a_shorter_session_shortens_the_idle_limit_that_is_not_written() {
    let config = parse(&format!("{GOOD}[sessions]\nabsolute-days = 7\n"));
    assert_eq!(config.sessions, SessionLimits { idle: 7 * 86_400, absolute: 7 * 86_400 });
}
