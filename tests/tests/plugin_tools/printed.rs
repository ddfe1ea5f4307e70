//! Colours: where they are asked for, and nowhere else. Never a word that only a colour says.

use std::fs;
use std::process::Command;

use witgate_tests::command::told;
use witgate_tests::programs;

const SETTINGS: &str = r#"{"rules":[{"name":"all","effect":"deny"}]}"#;

/// What a command prints about claims-authz, with one variable of the environment.
fn printed(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(programs::component("claims_authz"), folder.path().join("authz.wasm")).expect("a copied component");
    let mut command: Command = programs::command("witgate");
    command.arg("plugin").args(arguments).current_dir(folder.path());
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    told(&command.output().expect("witgate runs")).0
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once('m').expect("a colour ends").1).collect::<String>()
}

#[test]
fn a_terminal_sees_colours_and_a_file_does_not() {
    let commands: [&[&str]; 4] = [
        &["inspect", "authz.wasm"],
        &["check", "authz.wasm", "--settings", SETTINGS],
        &["check", "authz.wasm", "--settings", "{\"ruels\":[]}"],
        &["run", "authz.wasm", "GET", "/", "--settings", SETTINGS],
    ];
    for command in commands {
        let plain = printed(command, &[]);
        assert!(!plain.contains('\u{1b}'), "nobody sees it: {plain:?}");
        let coloured = printed(command, &[("CLICOLOR_FORCE", "1")]);
        assert!(coloured.contains("\u{1b}[1m"), "{coloured:?}");
        assert_eq!(without_colours(&coloured), plain, "the words are the same");
        assert_eq!(printed(command, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), plain, "NO_COLOR holds");
    }
    let document = printed(&["check", "authz.wasm", "--json", "--settings", SETTINGS], &[("CLICOLOR_FORCE", "1")]);
    assert!(!document.contains('\u{1b}'), "a document has none: {document:?}");
}
