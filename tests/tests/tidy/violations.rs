//! The checker against small workspaces with one violation each: a rule that cannot fail is none. Never touches the
//! real workspace.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::workspace::Workspace;
use crate::{arrows, examples, headers, names, order, scripts, sizes, unsafety};

const HEADER: &str = "//! A file. It never does harm.\n";

/// A workspace with two tidy rooms.
fn tidy() -> TempDir {
    let folder = tempfile::tempdir().expect("a temp folder");
    write(folder.path(), "Cargo.toml", "[workspace]\nmembers = [\"auth/token\", \"gateway\"]\n");
    write(folder.path(), "auth/token/Cargo.toml", "[package]\nname = \"witgate-token\"\n");
    write(folder.path(), "auth/token/src/lib.rs", &format!("{HEADER}mod low;\nmod high;\n"));
    write(folder.path(), "auth/token/src/low.rs", HEADER);
    write(folder.path(), "auth/token/src/high.rs", &format!("{HEADER}use crate::low::Thing;\n"));
    let dependency = "[dependencies]\nwitgate-token.workspace = true\n";
    write(folder.path(), "gateway/Cargo.toml", &format!("[package]\nname = \"witgate\"\n{dependency}"));
    write(folder.path(), "gateway/src/lib.rs", &format!("{HEADER}use witgate_token::Claims;\n"));
    folder
}

fn write(root: &Path, file: &str, text: &str) {
    let file = root.join(file);
    fs::create_dir_all(file.parent().expect("a folder")).expect("a made folder");
    fs::write(file, text).expect("a written file");
}

/// Adds one file to the tidy workspace; exactly one fault with all these words must follow.
fn check(file: &str, text: &str, rule: fn(&Workspace) -> Vec<String>, words: &[&str]) {
    let folder = tidy();
    assert_eq!(rule(&Workspace::at(folder.path())), Vec::<String>::new(), "before");
    write(folder.path(), file, text);
    let faults = rule(&Workspace::at(folder.path()));
    assert_eq!(faults.len(), 1, "{faults:?}");
    for word in words {
        assert!(faults[0].contains(word), "`{word}` is missing in: {}", faults[0]);
    }
}

#[test]
fn a_dependency_against_the_arrows() {
    let manifest = "[package]\nname = \"witgate-token\"\n[dev-dependencies]\nwitgate = { path = \"../../gateway\" }\n";
    check(
        "auth/token/Cargo.toml",
        manifest,
        arrows::faults,
        &["auth/token/Cargo.toml", "depends on witgate", "Remove"],
    );
}

#[test]
fn a_renamed_dependency_against_the_arrows() {
    let manifest = "[package]\nname = \"witgate-token\"\n[dependencies]\nother = { package = \"witgate\" }\n";
    check("auth/token/Cargo.toml", manifest, arrows::faults, &["depends on witgate"]);
}

#[test]
fn a_path_against_the_arrows() {
    let text = format!("{HEADER}fn f() {{ witgate::run() }}\n");
    check("auth/token/src/low.rs", &text, arrows::faults, &["auth/token/src/low.rs", "uses witgate"]);
}

#[test]
fn only_services_stand_on_the_chassis_and_it_knows_none_of_them() {
    let folder = tidy();
    let rooms = [
        ("gateway", "witgate"),
        ("auth/service", "witgate-auth"),
        ("services/chassis", "chassis"),
        ("services/orders", "orders"),
        ("tests", "harness"),
    ];
    write(folder.path(), "Cargo.toml", &format!("[workspace]\nmembers = {:?}\n", rooms.map(|(room, _)| room)));
    let manifest = |room: &str, name: &str, dependency: &str| {
        let text = format!("[package]\nname = \"{name}\"\n[dependencies]\n{dependency}");
        write(folder.path(), &format!("{room}/Cargo.toml"), &text);
    };
    for (room, name) in rooms {
        manifest(room, name, "");
    }
    manifest("services/orders", "orders", "chassis.workspace = true\n");
    manifest("auth/service", "witgate-auth", "chassis.workspace = true\n");
    assert_eq!(arrows::faults(&Workspace::at(folder.path())), Vec::<String>::new(), "before");
    manifest("gateway", "witgate", "chassis.workspace = true\n");
    manifest("services/chassis", "chassis", "orders.workspace = true\n");
    manifest("tests", "harness", "orders.workspace = true\nchassis.workspace = true\n");
    let faults = arrows::faults(&Workspace::at(folder.path()));
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].contains("gateway/Cargo.toml: depends on chassis"), "{faults:?}");
    assert!(faults[1].contains("services/chassis/Cargo.toml: depends on orders"), "{faults:?}");
    assert!(faults[2].contains("tests/Cargo.toml: depends on chassis; only services may"), "{faults:?}");
}

#[test]
fn a_room_without_a_rule() {
    let folder = tidy();
    write(folder.path(), "Cargo.toml", "[workspace]\nmembers = [\"attic\"]\n");
    write(folder.path(), "attic/Cargo.toml", "[package]\nname = \"attic\"\n");
    let faults = arrows::faults(&Workspace::at(folder.path()));
    assert!(faults[0].contains("attic/Cargo.toml") && faults[0].contains("no arrows"), "{faults:?}");
}

#[test]
fn a_use_of_a_module_below() {
    for line in ["use crate::high::Other;", "use crate::{high::Other};", "fn f() { crate::high::g() }"] {
        let text = format!("{HEADER}{line}\n");
        check(
            "auth/token/src/low.rs",
            &text,
            order::faults,
            &["auth/token/src/low.rs", "crate::high", "Move `mod high`"],
        );
    }
}

#[test]
fn a_use_of_a_module_below_from_a_folder() {
    let text = format!("{HEADER}use crate::high;\n");
    check("auth/token/src/low/deep/inner.rs", &text, order::faults, &["low/deep/inner.rs", "crate::high"]);
}

#[test]
fn tests_and_comments_may_name_what_is_below() {
    let folder = tidy();
    let text = format!("{HEADER}// see crate::high\n#[cfg(test)]\nmod tests {{ use crate::high; }}\n");
    write(folder.path(), "auth/token/src/low.rs", &text);
    assert_eq!(order::faults(&Workspace::at(folder.path())), Vec::<String>::new());
}

#[test]
fn a_file_without_a_header() {
    check("gateway/src/cli.rs", "fn f() {}\n", headers::faults, &["gateway/src/cli.rs", "Begin it with `//!`"]);
}

#[test]
fn a_header_without_a_never() {
    let text = "//! Does all. Nevertheless it is short.\n";
    check("gateway/src/cli.rs", text, headers::faults, &["gateway/src/cli.rs", "never does"]);
}

#[test]
fn a_file_that_is_too_long() {
    let folder = tidy();
    write(folder.path(), "gateway/src/cli.rs", &"// a line\n".repeat(401));
    let faults = sizes::faults(&Workspace::at(folder.path()));
    assert!(faults[0].contains("gateway/src/cli.rs: has 401 lines"), "{faults:?}");
}

#[test]
fn too_many_long_files() {
    check("gateway/src/cli.rs", &"// a line\n".repeat(201), sizes::faults, &["1 of 5 files", "gateway/src/cli.rs"]);
}

#[test]
fn a_module_called_util() {
    check("gateway/src/util.rs", HEADER, names::faults, &["gateway/src/util.rs", "Name it after"]);
    check("gateway/src/helpers/thing.rs", HEADER, names::faults, &["gateway/src/helpers/thing.rs", "`helpers`"]);
}

#[test]
fn a_crate_called_common() {
    let manifest = "[package]\nname = \"witgate-common\"\n";
    check("gateway/Cargo.toml", manifest, names::faults, &["gateway/Cargo.toml", "witgate-common"]);
}

#[test]
fn a_script_without_a_header() {
    for text in ["// Does all.\nlet x;\n", "\"\"\"Does all.\"\"\"\nnever = 1\n", "let never;\n"] {
        check("plugins/a-sdk/thing.js", text, scripts::faults, &["plugins/a-sdk/thing.js", "`never`"]);
    }
}

#[test]
fn a_script_that_is_too_long() {
    check(
        "plugins/a/b.py",
        &("\"\"\"Never.\"\"\"\n".to_owned() + &"x = 1\n".repeat(200)),
        scripts::faults,
        &["201 lines"],
    );
}

#[test]
fn a_policy_in_another_language_without_cases() {
    let folder = tidy();
    write(folder.path(), "plugins/a/policy.py", "\"\"\"Never.\"\"\"\n");
    let faults = scripts::faults(&Workspace::at(folder.path()));
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].contains("README.md") && faults[1].contains("cases.toml"), "{faults:?}");
}

#[test]
fn unsafe_outside_its_one_file() {
    for line in ["fn f() { unsafe { g() } }", "#![allow(unsafe_code)]", "unsafe impl Send for A {}"] {
        let text = format!("{HEADER}{line}\n");
        check("gateway/src/cli.rs", &text, unsafety::faults, &["gateway/src/cli.rs:2", "precompiled.rs"]);
        check("auth/token/tests/any.rs", &text, unsafety::faults, &["auth/token/tests/any.rs:2"]);
    }
    let folder = tidy();
    let (code, text) = ("unsafe { g() }\n", "// unsafe\nlet word = \"unsafe\";\n");
    write(folder.path(), "gateway/src/policy/loading/precompiled.rs", code);
    write(folder.path(), "gateway/src/cli.rs", text);
    assert_eq!(unsafety::faults(&Workspace::at(folder.path())), Vec::<String>::new());
}

#[test]
fn a_public_item_of_the_sdk_without_an_example() {
    let sdk = |text: &str| {
        let folder = tidy();
        write(folder.path(), "Cargo.toml", "[workspace]\nmembers = [\"plugins/sdk\"]\n");
        write(folder.path(), "plugins/sdk/Cargo.toml", "[package]\nname = \"witgate-plugin\"\n");
        write(folder.path(), "plugins/sdk/src/lib.rs", &format!("{HEADER}{text}"));
        examples::faults(&Workspace::at(folder.path()))
    };
    for bare in ["/// One.\npub fn one() {}\n", "pub struct One;\n", "#[macro_export]\nmacro_rules! one { () => {} }\n"]
    {
        let faults = sdk(bare);
        assert!(faults.len() == 1 && faults[0].contains("has no example"), "{bare}: {faults:?}");
    }
    for fine in [
        "/// One.\n///\n/// ```\n/// one();\n/// ```\npub fn one() {}\n",
        "/// One.\npub const ONE: u8 = 1;\n",
        "#[doc(hidden)]\npub fn one() {}\n",
        "macro_rules! one { () => {} }\n",
        "fn one() {}\n",
    ] {
        assert_eq!(sdk(fine), Vec::<String>::new(), "{fine}");
    }
}
