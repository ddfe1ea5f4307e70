//! A policy that is a script: what its package.json or pyproject.toml says.
//!
//! Never guesses at a key: one that is unknown in our own table is a fault, which names the ones that are known.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Package, PackageFault, Recipe};
use crate::config::World;

const PACKAGE_JSON: &str = "package.json";
const PYPROJECT: &str = "pyproject.toml";

/// The largest manifest, in bytes.
const MANIFEST_BYTES: u64 = 1024 * 1024;

/// Where a script's component is put, below its folder.
const OUTPUT: &str = "build";

/// How a script becomes a component. Folders are relative to the package's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The role.
    pub world: World,
    /// The name of the world in the wit folder: the role's own, or one that includes it and more.
    pub wit_world: String,
    /// The folder with the contract.
    pub wit: PathBuf,
    /// The module to begin with: a file in JavaScript, a name in Python.
    pub module: String,
    /// Folders that modules are imported from, the package's own first.
    pub roots: Vec<PathBuf>,
    /// Whether imports of WASI stay, so that a granted clock can be read.
    pub wasi: bool,
}

/// Our own table in a manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    world: String,
    wit_world: Option<String>,
    #[serde(default = "wit")]
    wit: PathBuf,
    module: Option<String>,
    #[serde(default)]
    roots: Vec<PathBuf>,
    #[serde(default)]
    wasi: bool,
}

fn wit() -> PathBuf {
    PathBuf::from("wit")
}

#[derive(Deserialize)]
struct PackageJson {
    name: Option<String>,
    main: Option<String>,
    witgate: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct PyProject {
    project: Option<Project>,
    tool: Option<Tools>,
}

#[derive(Deserialize)]
struct Project {
    name: String,
}

#[derive(Deserialize)]
struct Tools {
    witgate: Option<toml::Value>,
}

/// The package of a package.json with our table; nothing where there is none.
pub(super) fn javascript(folder: &Path) -> Result<Option<Package>, PackageFault> {
    let file = folder.join(PACKAGE_JSON);
    let Some(text) = text(&file)? else { return Ok(None) };
    let written: PackageJson = serde_json::from_str(&text).map_err(|error| fault(&file, error))?;
    let Some(table) = written.witgate else { return Ok(None) };
    let name = written.name.ok_or_else(|| fault(&file, "name: is missing"))?;
    let module = written.main.unwrap_or_else(|| "policy.js".to_owned());
    let script = script(&file, serde_json::from_value::<Table>(table), module)?;
    Ok(Some(package(folder, name, script, Recipe::JavaScript)))
}

/// The package of a pyproject.toml with our table; nothing where there is none.
pub(super) fn python(folder: &Path) -> Result<Option<Package>, PackageFault> {
    let file = folder.join(PYPROJECT);
    let Some(text) = text(&file)? else { return Ok(None) };
    let written: PyProject = toml::from_str(&text).map_err(|error| fault(&file, error))?;
    let Some(table) = written.tool.and_then(|tools| tools.witgate) else { return Ok(None) };
    let name = written.project.ok_or_else(|| fault(&file, "project.name: is missing"))?.name;
    let script = script(&file, read(table), "policy".to_owned())?;
    Ok(Some(package(folder, name, script, Recipe::Python)))
}

fn read<T: DeserializeOwned>(table: toml::Value) -> Result<T, toml::de::Error> {
    table.try_into()
}

fn script<E: std::fmt::Display>(file: &Path, table: Result<Table, E>, module: String) -> Result<Script, PackageFault> {
    let table = table.map_err(|error| fault(file, format!("witgate: {error}")))?;
    let world = World::ALL.into_iter().find(|world| world.word() == table.world).ok_or_else(|| {
        let known = World::ALL.map(World::word).join(", ");
        fault(file, format!("witgate.world: there is no world {:?}; there are {known}", table.world))
    })?;
    let mut roots = vec![PathBuf::from(".")];
    roots.extend(table.roots);
    Ok(Script {
        world,
        wit_world: table.wit_world.unwrap_or_else(|| format!("{world}-plugin")),
        wit: table.wit,
        module: table.module.unwrap_or(module),
        roots,
        wasi: table.wasi,
    })
}

fn package(folder: &Path, name: String, script: Script, recipe: fn(Script) -> Recipe) -> Package {
    // a scope such as "@acme/" is no part of a file's name
    let file = name.rsplit('/').next().unwrap_or(&name).replace('-', "_");
    let component = folder.join(OUTPUT).join(format!("{file}.wasm"));
    Package { folder: folder.to_owned(), name, component, recipe: recipe(script) }
}

/// The text of a manifest; nothing where it is not there.
fn text(file: &Path) -> Result<Option<String>, PackageFault> {
    match std::fs::metadata(file) {
        Err(_) => return Ok(None),
        Ok(found) if found.len() > MANIFEST_BYTES => return Err(fault(file, "is too large for a manifest")),
        Ok(_) => {}
    }
    std::fs::read_to_string(file).map(Some).map_err(|error| fault(file, error))
}

fn fault(file: &Path, why: impl std::fmt::Display) -> PackageFault {
    PackageFault::Manifest { file: file.to_owned(), why: why.to_string().trim_end().to_owned() }
}
