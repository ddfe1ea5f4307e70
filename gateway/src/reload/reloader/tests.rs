//! Rollbacks of a gateway that was loaded from files. Never with traffic: the end-to-end tests do that.

use std::path::Path;

use super::*;
use crate::policy::loading::Compiling;

pub(in crate::reload) fn write(path: &Path, headers: u32) {
    let text = format!("[[listeners]]\naddress = \"127.0.0.1:0\"\n[limits]\nheaders = {headers}\n");
    std::fs::write(path, text).expect("written");
}

pub(in crate::reload) fn start(path: &Path) -> Reloader {
    let metrics = Arc::new(Metrics::default());
    let runtime = tokio::runtime::Handle::current();
    let builder = Builder::new(runtime, Arc::clone(&metrics), Compiling::InProcess).expect("an engine");
    Reloader::start(path.to_owned(), builder, metrics).expect("no fault")
}

fn rollback(reloader: &Reloader) -> Outcome {
    reloader.rollback(reloader.current.load().number)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_undoes_only_what_was_in_force_when_it_was_ordered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gateway.toml");
    write(&path, 100);
    let reloader = start(&path);
    assert_eq!(rollback(&reloader), Outcome::NothingBefore);
    write(&path, 1);
    assert_eq!(reloader.look(), Outcome::Accepted(2));
    // The operator orders the end of 2, and the mend is swapped in before the order has the lock.
    let meant = reloader.current.load().number;
    write(&path, 90);
    assert_eq!(reloader.look(), Outcome::Accepted(3));
    assert_eq!(reloader.rollback(meant), Outcome::Overtaken);
    assert_eq!(reloader.current.load().config.limits.headers, 90, "the mend stays");
    assert_eq!(rollback(&reloader), Outcome::Accepted(4));
    assert_eq!(reloader.current.load().config.limits.headers, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_does_without_the_operators_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, key) = (folder.path().join("gateway.toml"), folder.path().join("operator.pem"));
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
               -----END PUBLIC KEY-----\n";
    std::fs::write(&key, pem).expect("written");
    write(&path, 100);
    let text = std::fs::read_to_string(&path).expect("text");
    std::fs::write(&path, format!("[gateway]\ndebug-key-file = \"operator.pem\"\n{text}")).expect("written");
    let reloader = start(&path);
    assert!(reloader.current.load().debug_key.is_some());
    write(&path, 90);
    assert_eq!(reloader.look(), Outcome::Accepted(2));
    std::fs::remove_file(&key).expect("removed");
    assert_eq!(rollback(&reloader), Outcome::Accepted(3));
    let current = reloader.current.load();
    assert!(current.debug_key.is_none() && current.config.limits.headers == 100);
}
