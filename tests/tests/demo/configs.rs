//! Every gateway.toml of the workspace passes `witgate check`. Never started here.

use std::io::{ErrorKind, Write};

use witgate_tests::programs;

fn check(file: &str) {
    let path = programs::root().join(file);
    let output = programs::command("witgate").arg("check").arg("--config").arg(path).output();
    let output = output.expect("witgate check");
    assert!(output.status.success(), "{file}:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// Where gateway.toml has the secret of its client; the demo puts it there.
const SECRET: &str = "target/demo/gateway.secret";

/// Some secret, unless a demo left one: nobody is asked with it here.
fn ensure_secret() {
    let file = programs::root().join(SECRET);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder for the secret");
    match std::fs::File::create_new(&file) {
        Ok(mut file) => file.write_all(b"of no client\n").expect("written"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}"),
    }
}

#[test]
fn the_demo_configuration_has_no_faults() {
    ensure_secret();
    check("gateway.toml");
}
