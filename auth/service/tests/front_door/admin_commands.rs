//! The command line for what operators do: the same rules, while the service runs. Never passes a password as an argument.

use super::service::{Folder, Service};

#[tokio::test]
async fn users_are_changed() {
    let folder = Folder::with_alice().await;
    let ok = async |args: &[&str], stdin: &str| {
        let done = folder.cli(args, stdin).await;
        assert_eq!(done.code, 0, "{args:?}: {}", done.stderr);
        done.stdout
    };
    ok(&["user", "set-roles", "ALICE", "--role", "staff", "--role", "operator"], "").await;
    ok(&["user", "set-email", "alice", "alice@x.org"], "").await;
    let line = ok(&["user", "list"], "").await;
    assert!(line.contains("\tstaff,operator\t") && line.ends_with("\talice@x.org\n"), "{line}");
    ok(&["user", "set-email", "alice", "--none"], "").await;
    assert!(ok(&["user", "list"], "").await.ends_with("\t-\n"));
    ok(&["user", "set-password", "alice", "--password-stdin"], "battery staple\n").await;
    let service = Service::start(&folder).await;
    assert_eq!(service.login("alice", "battery staple").await.status, 200);
    assert!(ok(&["roles"], "").await.contains("operator\tauth:admin\n"));
}

#[tokio::test]
async fn sessions_are_seen_and_ended_while_the_service_runs() {
    let folder = Folder::with_alice().await;
    folder.add("bob", "customer", "battery staple").await;
    let service = Service::start(&folder).await;
    let (first, second, third) = (service.alice().await, service.alice().await, service.alice().await);
    service.login("bob", "battery staple").await;
    let list = async |args: &[&str]| folder.cli(args, "").await.stdout;
    assert_eq!(list(&["sessions", "list"]).await.lines().count(), 4);
    let of_alice = list(&["user", "sessions", "alice"]).await;
    assert_eq!((of_alice.lines().count(), of_alice.matches("\talice\t").count()), (3, 3), "{of_alice}");
    assert_eq!(list(&["sessions", "list", "--user", "alice"]).await, of_alice);
    let sid = of_alice.split('\t').next().unwrap();
    assert_eq!(folder.cli(&["sessions", "end", sid], "").await.code, 0);
    assert_eq!(folder.cli(&["sessions", "end", sid], "").await.code, 1);
    let done = folder.cli(&["user", "end-sessions", "alice"], "").await;
    assert!(done.code == 0 && done.stdout.contains("ended 2 sessions"), "{}", done.stdout);
    for token in [first, second, third] {
        service.refresh(&token).await.is_problem(401, "invalid_grant");
    }
    assert_eq!(list(&["sessions", "list"]).await.lines().count(), 1);
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let folder = Folder::with_alice().await;
    let cases: [(&[&str], &str, i32, &str); 9] = [
        (&["user", "set-roles", "alice", "--role", "root"], "", 2, "customer, operator, staff"),
        (&["user", "set-roles", "alice"], "", 2, "--role"),
        (&["user", "set-roles", "carl", "--role", "staff"], "", 1, "no such user"),
        (&["user", "set-email", "alice", "x"], "", 2, "name@example.org"),
        (&["user", "set-email", "alice"], "", 2, "<EMAIL>"),
        (&["user", "set-password", "alice", "--password-stdin"], "alice", 1, "at least 8"),
        (&["user", "set-password", "carl", "--password-stdin"], "battery staple", 1, "no such user"),
        (&["user", "sessions", "carl"], "", 1, "no such user"),
        (&["audit", "export", "--after", "x"], "", 2, "--after"),
    ];
    for (args, stdin, code, needle) in cases {
        let done = folder.cli(args, stdin).await;
        assert_eq!((done.code, done.stdout.as_str()), (code, ""), "{args:?}: {}", done.stderr);
        assert!(done.stderr.contains(needle), "{args:?}: {}", done.stderr);
    }
}
