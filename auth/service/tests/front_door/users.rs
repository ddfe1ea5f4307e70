//! The command line: users, exit codes, messages. Never passes a password as an argument, because there is no way to.

use std::os::unix::fs::PermissionsExt;

use super::service::{Folder, Service, run_binary};

#[tokio::test]
async fn add_list_disable_enable() {
    let folder = Folder::new();
    let add =
        ["user", "add", "Bob", "--role", "staff", "--role", "customer", "--tenant", "globex", "--email", "bob@x.org"];
    let done = folder.cli(&[&add[..], &["--password-stdin"]].concat(), "a long password\n").await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.starts_with("added bob ("), "{}", done.stdout);
    let listed = async || folder.cli(&["user", "list"], "").await.stdout;
    let line = listed().await;
    assert!(line.starts_with("bob\tenabled\tglobex\tstaff,customer\t") && line.ends_with("\tbob@x.org\n"), "{line}");
    assert!(!line.contains("argon2"));
    assert_eq!(folder.cli(&["user", "disable", "BOB"], "").await.code, 0);
    assert!(listed().await.contains("\tdisabled\t"));
    assert_eq!(folder.cli(&["user", "enable", "bob"], "").await.code, 0);
    assert!(listed().await.contains("\tenabled\t"));
    let mode = folder.database().metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[tokio::test]
async fn what_cannot_be_done_says_why_and_how() {
    let folder = Folder::with_alice().await;
    let add = |name: &'static str, role: &'static str| ["user", "add", name, "--role", role, "--password-stdin"];
    let cases: [(Vec<&str>, &str, i32, &str); 11] = [
        (add("ALICE", "staff").into(), "a long password", 1, "already one named \"alice\""),
        (add("carl", "root").into(), "a long password", 2, "customer, operator, staff"),
        (add("carl", "staff").into(), "short", 1, "at least 8"),
        (add("carl", "staff").into(), "password1", 1, "too easy to guess"),
        (add("isabella.quux", "staff").into(), "Isabella.Quux", 1, "too easy to guess"),
        (add("carl", "staff").into(), "two\nlines", 2, "more than one line"),
        (add("car l", "staff").into(), "a long password", 2, "letters a-z"),
        (vec!["user", "add", "carl", "--password-stdin"], "a long password", 2, "--role"),
        (vec!["user", "add", "carl", "--role", "staff", "--password", "x"], "", 2, "--password"),
        (vec!["user", "disable", "carl"], "", 1, "no user \"carl\""),
        (vec!["user", "enable", "carl"], "", 1, "no user \"carl\""),
    ];
    for (args, stdin, code, needle) in cases {
        let done = folder.cli(&args, stdin).await;
        assert_eq!(done.code, code, "{args:?}: {}", done.stderr);
        assert!(done.stderr.contains(needle), "{args:?}: {}", done.stderr);
        assert_eq!(done.stdout, "");
    }
    assert_eq!(folder.number("SELECT count(*) FROM users"), 1);
}

#[tokio::test]
async fn a_user_added_while_the_service_runs_can_sign_in() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    folder.add("late", "customer", "correct horse").await;
    assert_eq!(service.login("late", "correct horse").await.status, 200);
}

#[tokio::test]
async fn help_has_examples_and_exit_codes() {
    for args in [&["--help"][..], &["run", "--help"], &["user", "--help"]] {
        let done = run_binary(args, "").await;
        assert_eq!(done.code, 0);
        assert!(
            done.stdout.contains("witgate-auth user add alice") && done.stdout.contains("Exit codes"),
            "{}",
            done.stdout
        );
    }
    let version = run_binary(&["--version"], "").await;
    assert_eq!(version.stdout.trim(), format!("witgate-auth {}", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn run_refuses_what_it_cannot_serve() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    let taken = service.url.strip_prefix("http://").unwrap();
    let done = folder.cli(&["run", "--listen", taken], "").await;
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert!(
        done.stderr.contains(&format!("cannot listen on {taken}")) && done.stderr.contains("--listen"),
        "{}",
        done.stderr
    );

    let missing = run_binary(&["run", "--config", "/nonexistent/auth.toml"], "").await;
    assert!(missing.code == 2 && missing.stderr.contains("/nonexistent/auth.toml"), "{}", missing.stderr);
    let wrong = Folder::with_config("issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"\nlisten = 5\n");
    let done = wrong.cli(&["run"], "").await;
    assert!(done.code == 2 && done.stderr.contains("auth.toml:3:10]"), "{}", done.stderr);
}

#[tokio::test]
async fn a_database_that_others_can_read_is_refused() {
    let folder = Folder::with_alice().await;
    std::fs::set_permissions(folder.database(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let done = folder.cli(&["run", "--listen", "127.0.0.1:0"], "").await;
    assert!(done.code == 1 && done.stderr.contains("chmod 600"), "{}", done.stderr);
}

#[tokio::test]
async fn a_key_that_was_exchanged_in_the_database_is_refused() {
    let folder = Folder::new();
    Service::start(&folder).await.kill().await;
    assert_eq!(folder.sql("UPDATE signing_keys SET kid = 'another-name'"), 1);
    let done = folder.cli(&["run", "--listen", "127.0.0.1:0"], "").await;
    assert!(done.code == 1 && done.stderr.contains("cannot be decrypted"), "{}", done.stderr);
}
