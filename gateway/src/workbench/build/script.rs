//! A script becomes a component by its language's componentizer, which puts an interpreter into it.
//!
//! Never leaves half a component in the place where a gateway may watch: it is made beside it, and renamed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::BuildFault;
use super::tools::{COMPONENTIZE_PY, JCO, Tool};
use crate::workbench::package::{Package, Script};

/// Builds a module of JavaScript.
pub(super) fn javascript(package: &Package, script: &Script) -> Result<PathBuf, BuildFault> {
    let folder = whole(package.folder());
    // modules are found below one folder: the last root holds the others
    let root = whole(&folder.join(script.roots.last().map_or(Path::new("."), PathBuf::as_path)));
    let module = folder.join(&script.module);
    let module = module.strip_prefix(&root).unwrap_or(&module);
    let mut arguments: Vec<OsString> = vec!["componentize".into(), module.into(), "--cwd".into(), ".".into()];
    arguments.extend(["--wit".into(), folder.join(&script.wit).into()]);
    arguments.extend(["--world-name".into(), script.wit_world.clone().into()]);
    arguments.extend(["--backend", "quickjs", "--backend-qjs-disable-async"].map(OsString::from));
    arguments.extend((!script.wasi).then(|| "--backend-qjs-stub-wasi".into()));
    run(package, &JCO, &root, arguments)
}

/// Builds a module of Python.
pub(super) fn python(package: &Package, script: &Script) -> Result<PathBuf, BuildFault> {
    let folder = whole(package.folder());
    let mut arguments: Vec<OsString> = vec!["--wit-path".into(), folder.join(&script.wit).into()];
    arguments.extend(["--world".into(), script.wit_world.clone().into(), "componentize".into()]);
    arguments.push(script.module.clone().into());
    arguments.extend(script.roots.iter().flat_map(|root| ["--python-path".into(), folder.join(root).into()]));
    arguments.extend((!script.wasi).then(|| "--stub-wasi".into()));
    run(package, &COMPONENTIZE_PY, &folder, arguments)
}

fn run(package: &Package, tool: &Tool, place: &Path, arguments: Vec<OsString>) -> Result<PathBuf, BuildFault> {
    let component = package.component();
    let folder = whole(component.parent().unwrap_or(&component));
    let started = |error: std::io::Error| BuildFault::Start { tool: tool.name, why: error.to_string() };
    fs::create_dir_all(&folder).map_err(started)?;
    let made = whole(&folder).join(format!(".{}.new", package.name().replace('/', "-")));
    let mut command = Command::new(tool.find(package.folder())?);
    // a folder of sources is no place for what the interpreter compiles
    command.args(arguments).arg("-o").arg(&made).current_dir(place).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.stdin(Stdio::null()).output().map_err(started)?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|words| String::from_utf8_lossy(&words).trim_end().to_owned());
        return Err(BuildFault::Failed { tool: tool.name, said: said.join("\n").trim().to_owned() });
    }
    let nothing = |error: std::io::Error| BuildFault::Nothing { tool: tool.name, why: error.to_string() };
    fs::rename(&made, &component).map_err(nothing)?;
    Ok(component)
}

/// The path from the root of the file system, where there is something to be found.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
