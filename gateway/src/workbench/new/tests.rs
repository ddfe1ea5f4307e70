//! Every template, rendered.

use std::fs;
use std::path::Path;

use super::{Name, NewFault, Order, Sdk, make};
use crate::config::World;
use crate::workbench::package::{Language, Package};

fn order(folder: &Path, world: World, language: Language) -> Order {
    let name: Name = "order-gate".parse().expect("a name");
    Order { name, world, language, folder: folder.to_owned(), sdk: Sdk::named(None).expect("an SDK") }
}

#[test]
fn every_template_is_a_whole_package_without_placeholders() {
    let place = tempfile::tempdir().expect("a folder");
    for (world, language) in World::ALL.into_iter().flat_map(|world| Language::ALL.map(|language| (world, language))) {
        let folder = place.path().join(format!("{world}-{}", language.word()));
        let files = make(&order(&folder, world, language)).expect("a policy");
        for file in ["README.md", "cases.toml", ".gitignore", ".github/workflows/ci.yml"] {
            assert!(files.iter().any(|path| path == Path::new(file)), "{world} {language:?}: {file}");
        }
        for path in &files {
            let text = fs::read_to_string(folder.join(path)).expect("a text");
            assert!(!text.contains("{{"), "{world} {language:?} {}: a placeholder is left", path.display());
        }
        let package = Package::at(&folder).expect("a package");
        assert_eq!((package.name(), package.language()), ("order-gate", language));
        assert!(package.world().is_none_or(|said| said == world));
    }
}

#[test]
fn a_folder_that_is_there_is_left_as_it_is() {
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("mine"), "mine").expect("a file");
    let refused = make(&order(place.path(), World::Filter, Language::Rust)).expect_err("there already");
    assert!(matches!(refused, NewFault::Exists(_)), "{refused}");
    assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 1);
    let file = place.path().join("mine");
    let refused = make(&order(&file, World::Filter, Language::Rust)).expect_err("a file");
    assert!(matches!(refused, NewFault::Exists(_)), "{refused}");
    assert_eq!(fs::read_to_string(file).expect("the file"), "mine");
}
