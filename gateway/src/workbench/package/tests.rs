//! Folders as authors have them.

use std::fs;
use std::path::Path;

use super::{Language, Package};
use crate::config::World;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).expect("a written file"));
    folder
}

fn why(files: &[(&str, &str)]) -> String {
    Package::at(folder(files).path()).expect_err("no policy").to_string()
}

#[test]
fn a_crate_is_named_by_its_manifest_and_built_where_cargo_builds() {
    let manifest = "[package]\nname = \"order-gate\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n\
        [lib]\npath = \"lib.rs\"\ncrate-type = [\"cdylib\", \"rlib\"]\n";
    let folder = folder(&[("Cargo.toml", manifest), ("lib.rs", "")]);
    let package = Package::at(folder.path()).expect("a package");
    assert_eq!((package.language(), package.name(), package.world()), (Language::Rust, "order-gate", None));
    let component = package.component();
    assert!(component.ends_with("wasm32-wasip2/plugin/order_gate.wasm"), "{}", component.display());
    assert_eq!(package.cases(), folder.path().join("cases.toml"));
    let plain = manifest.replace("\"cdylib\", ", "");
    let said = why(&[("Cargo.toml", &plain), ("lib.rs", "")]);
    assert!(said.ends_with("add to [lib]: crate-type = [\"cdylib\", \"rlib\"]"), "{said}");
}

#[test]
fn a_script_says_its_world_in_its_own_manifest() {
    let json = r#"{"name": "@acme/order-gate", "witgate": {"world": "router"}}"#;
    let js = folder(&[("package.json", json)]);
    let package = Package::at(js.path()).expect("a package");
    assert_eq!((package.language(), package.world()), (Language::JavaScript, Some(World::Router)));
    assert_eq!(package.component(), js.path().join("build/order_gate.wasm"));
    let toml = "[project]\nname = \"order-gate\"\n[tool.witgate]\nworld = \"filter\"\n";
    let py = folder(&[("pyproject.toml", toml)]);
    let package = Package::at(py.path()).expect("a package");
    assert_eq!((package.language(), package.world()), (Language::Python, Some(World::Filter)));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_a_remedy() {
    assert!(why(&[]).contains("`witgate plugin new NAME --world authorizer` makes a policy"));
    assert!(why(&[("package.json", "{}")]).contains("no package.json with \"witgate\""));
    let said = why(&[("package.json", r#"{"name": "a", "witgate": {"world": "gate"}}"#)]);
    assert!(
        said.contains("package.json: witgate.world: there is no world \"gate\"; there are authenticator,"),
        "{said}"
    );
    let said = why(&[("package.json", r#"{"name": "a", "witgate": {"world": "router", "wold": 1}}"#)]);
    assert!(said.contains("unknown field `wold`"), "{said}");
    let said = why(&[("pyproject.toml", "[tool.witgate]\nworld = \"filter\"\n")]);
    assert!(said.ends_with("project.name: is missing"), "{said}");
    let said = Package::at(Path::new("/nowhere/at/all")).expect_err("no folder").to_string();
    assert!(said.contains("/nowhere/at/all is no folder"), "{said}");
}

#[test]
fn a_component_that_was_not_built_is_told_with_the_command() {
    let js = folder(&[("package.json", r#"{"name": "a", "witgate": {"world": "router"}}"#)]);
    let said = Package::at(js.path()).expect("a package").built().expect_err("nothing there").to_string();
    assert!(said.contains("run `witgate plugin build "), "{said}");
}
