//! Compiled code runs inside the gateway, so a cache that somebody else could write is refused. Never used in part.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use witgate_tests::skip;

use crate::gateway::Home;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a changed mode");
}

#[tokio::test]
async fn a_folder_that_others_can_write_is_refused_with_its_place() {
    let home = Home::new("", "").await;
    assert!(home.check().status.success());
    set_mode(&home.path("cache"), 0o770);
    let said = home.refused();
    assert!(said.contains("can be written by other users") && said.contains("chmod 700"), "{said}");
    assert!(said.contains("cache = \"cache\""), "it points at the line: {said}");
    set_mode(&home.path("cache"), 0o700);
    assert!(home.check().status.success());
}

#[tokio::test]
async fn a_folder_behind_a_link_is_refused() {
    let home = Home::new("", "").await;
    fs::create_dir(home.path("elsewhere")).expect("a folder");
    symlink(home.path("elsewhere"), home.path("cache")).expect("a link");
    assert!(home.refused().contains("is a symbolic link"));
}

#[tokio::test]
async fn an_entry_that_others_can_write_is_refused() {
    let home = Home::new("", "").await;
    assert!(home.check().status.success());
    let entry = home.cached().remove(0);
    set_mode(&entry, 0o666);
    let said = home.refused();
    assert!(said.contains("plugin `stamp`: its compiled code in") && said.contains("remove it"), "{said}");
    fs::remove_file(&entry).expect("an entry");
    assert!(home.check().status.success());
}

#[tokio::test]
async fn another_users_folder_and_entry_are_refused() {
    let home = Home::new("", "").await;
    assert!(home.check().status.success());
    let entry = home.cached().remove(0);
    if chown(&entry, Some(12_345), None).is_err() {
        return skip::skip("a cache of another user", "run as root: only root can give a file away");
    }
    assert!(home.refused().contains("belongs to another user"));
    fs::remove_file(&entry).expect("an entry");
    chown(home.path("cache"), Some(12_345), None).expect("given away");
    assert!(home.refused().contains("belongs to another user"));
}

/// What would run is decided by the component in the plugin folder alone.
#[tokio::test]
async fn compiled_code_in_the_plugin_folder_is_no_component() {
    let home = Home::new("", "").await;
    assert!(home.check().status.success());
    home.put_component(&fs::read(home.cached().remove(0)).expect("compiled code"));
    assert!(home.refused().contains("not a WebAssembly component"));
}
