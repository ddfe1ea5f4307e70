//! Backup and restore through the command line, while the service works. Never compares files: what counts is what clients
//! can do afterwards.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::both::on_both;
use super::registered::Registered;
use super::service::{Done, Folder, Service};

on_both!(
    what_was_acknowledged_before_a_backup_works_after_it,
    a_restore_ends_all_sessions_and_begins_a_new_feed,
    a_backup_is_private_and_never_written_over,
    a_damaged_backup_is_refused_before_the_database_is_made,
);

fn backup_file(folder: &Folder) -> PathBuf {
    folder.config().with_file_name("auth.backup")
}

async fn back_up(folder: &Folder) -> Done {
    folder.cli(&["backup", "--to", backup_file(folder).to_str().unwrap()], "").await
}

/// New folders of both kinds, with the encryption key of the first one.
fn empty_ones(like: &Folder) -> Vec<Folder> {
    let folders: Vec<Folder> = [Some(Folder::new()), Folder::on_postgres()].into_iter().flatten().collect();
    for folder in &folders {
        let key = folder.encryption_key();
        std::fs::create_dir_all(key.parent().unwrap()).unwrap();
        super::both::write_secret(&key, &std::fs::read_to_string(like.encryption_key()).unwrap());
    }
    folders
}

async fn restore(from: &Folder, to: &Folder, flags: &[&str]) -> Done {
    let file = backup_file(from);
    to.cli(&[&["restore", "--from", file.to_str().unwrap()], flags].concat(), "").await
}

/// Clients that refresh until they are told to stop.
fn load(service: &Arc<Service>, tokens: Vec<String>, stop: &Arc<AtomicBool>) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for mut token in tokens {
        let (service, stop) = (service.clone(), stop.clone());
        clients.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let answer = service.refresh(&token).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                token = answer.string("refresh_token");
            }
        });
    }
    clients
}

async fn what_was_acknowledged_before_a_backup_works_after_it(folder: Folder) {
    let service = Arc::new(Service::start(&folder).await);
    let gateway = Registered::gateway(&folder).await;
    let (kid, spent, ended) = (service.kid().await, service.alice().await, service.alice().await);
    let current = service.refresh(&spent).await.string("refresh_token");
    let current = service.refresh(&current).await.string("refresh_token");
    assert_eq!(service.logout(&ended).await.status, 204);
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(service.alice().await);
    }
    let stop = Arc::default();
    let clients = load(&service, others, &stop);
    let done = back_up(&folder).await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    stop.store(true, Ordering::Relaxed);
    clients.join_all().await;

    for new in empty_ones(&folder) {
        let done = restore(&folder, &new, &["--keep-sessions"]).await;
        assert!(done.code == 0 && done.stdout.contains("1 users and 6 sessions"), "{}{}", done.stdout, done.stderr);
        let service = Service::start(&new).await;
        assert_eq!(service.kid().await, kid);
        gateway.snapshot(&service).await;
        service.refresh(&ended).await.is_problem(401, "invalid_grant");
        assert_eq!(service.refresh(&current).await.status, 200);
        service.alice().await;
        service.refresh(&spent).await.is_problem(401, "invalid_grant");
        service.refresh(&current).await.is_problem(401, "invalid_grant");
    }
}

async fn a_restore_ends_all_sessions_and_begins_a_new_feed(folder: Folder) {
    let service = Service::start(&folder).await;
    let (gateway, refresh) = (Registered::gateway(&folder).await, service.alice().await);
    let before = gateway.snapshot(&service).await;
    assert_eq!(back_up(&folder).await.code, 0);
    for new in empty_ones(&folder) {
        let done = restore(&folder, &new, &[]).await;
        assert!(done.code == 0 && done.stdout.contains("all sessions have ended"), "{}{}", done.stdout, done.stderr);
        let again = restore(&folder, &new, &[]).await;
        assert!(again.code == 1 && again.stderr.contains("not empty"), "{}", again.stderr);
        let service = Service::start(&new).await;
        service.refresh(&refresh).await.is_problem(401, "invalid_grant");
        let feed = gateway.snapshot(&service).await;
        assert_ne!(feed["epoch"], before["epoch"]);
        let clients: Vec<_> = feed["revocations"].as_array().unwrap().iter().map(|entry| &entry["client_id"]).collect();
        assert!(clients.iter().any(|client| **client == "witgate-portal"), "{feed}");
        service.alice().await;
    }
}

async fn a_backup_is_private_and_never_written_over(folder: Folder) {
    assert_eq!(back_up(&folder).await.code, 0);
    let file = backup_file(&folder);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    let again = back_up(&folder).await;
    assert!(again.code == 1 && again.stderr.contains("auth.backup"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'backup_taken' AND actor = 'cli'"), 1);
}

async fn a_damaged_backup_is_refused_before_the_database_is_made(folder: Folder) {
    assert_eq!(back_up(&folder).await.code, 0);
    let text = std::fs::read_to_string(backup_file(&folder)).unwrap();
    let new = Folder::new();
    for damaged in [text.replacen("alice", "malice", 1), text[..text.len() - 10].to_owned()] {
        std::fs::write(backup_file(&folder), damaged).unwrap();
        let refused = restore(&folder, &new, &[]).await;
        assert!(refused.code == 1 && refused.stderr.contains("Nothing was changed"), "{}", refused.stderr);
        assert!(!new.database().exists());
    }
}

/// A backup alone opens nothing.
#[tokio::test]
async fn without_the_encryption_key_of_that_time_the_service_does_not_start() {
    let folder = Folder::with_alice().await;
    Service::start(&folder).await.kill().await;
    assert_eq!(back_up(&folder).await.code, 0);
    let key = std::fs::read_to_string(folder.encryption_key()).unwrap();
    let text = std::fs::read_to_string(backup_file(&folder)).unwrap();
    assert!(!text.contains(key.trim()));
    let new = Folder::new();
    assert_eq!(restore(&folder, &new, &[]).await.code, 0);
    let done = new.cli(&["run", "--listen", "127.0.0.1:0"], "").await;
    assert!(done.code == 1 && done.stderr.contains("auth.key is missing"), "{}", done.stderr);
}
