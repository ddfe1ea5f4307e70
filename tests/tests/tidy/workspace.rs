//! The crates of a workspace: where each lies, what it is called, what its manifest says. Never runs cargo.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};
use witgate_tests::programs;

/// A workspace on disk; the checker's own tests make small ones.
pub struct Workspace {
    pub root: PathBuf,
    pub crates: Vec<Crate>,
}

/// One member.
pub struct Crate {
    /// The folder, relative to the root, such as `auth/token`.
    pub folder: String,
    /// The package name.
    pub name: String,
    pub manifest: Table,
}

impl Workspace {
    /// The workspace that this test belongs to.
    pub fn this() -> Workspace {
        Workspace::at(&programs::root())
    }

    pub fn at(root: &Path) -> Workspace {
        let table = manifest(root);
        let members = table["workspace"]["members"].as_array().expect("workspace.members is a list");
        // a policy that is a workspace of its own is held to the same
        let apart = table["workspace"].get("exclude").and_then(Value::as_array).into_iter().flatten();
        let apart = apart.filter(|folder| folder.as_str().is_some_and(|folder| folder.starts_with("plugins/")));
        let folders = members.iter().chain(apart).map(|member| member.as_str().expect("a member is a text").to_owned());
        let crates = folders.map(|folder| Crate::read(root, folder)).collect();
        Workspace { root: root.to_path_buf(), crates }
    }

    /// The path of a file as the faults name it.
    pub fn shown(&self, file: &Path) -> String {
        file.strip_prefix(&self.root).unwrap_or(file).display().to_string()
    }

    /// Every `.rs` file of a crate's `src`.
    pub fn sources(&self, member: &Crate) -> Vec<PathBuf> {
        rust_files(&self.root.join(&member.folder).join("src"))
    }

    /// Every `.rs` file of a crate: `src`, `tests`, `benches`, `build.rs`, but not those of a crate inside it.
    pub fn all_rust(&self, member: &Crate) -> Vec<PathBuf> {
        let folder = self.root.join(&member.folder);
        let inner = self.crates.iter().map(|other| self.root.join(&other.folder));
        let inner: Vec<PathBuf> = inner.filter(|other| *other != folder && other.starts_with(&folder)).collect();
        let files = rust_files(&folder).into_iter();
        files.filter(|file| !inner.iter().any(|other| file.starts_with(other))).collect()
    }
}

impl Crate {
    fn read(root: &Path, folder: String) -> Crate {
        let manifest = manifest(&root.join(&folder));
        let name = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
        Crate { folder, name, manifest }
    }

    /// The crate's name in Rust code.
    pub fn identifier(&self) -> String {
        self.name.replace('-', "_")
    }
}

fn manifest(folder: &Path) -> Table {
    let file = folder.join("Cargo.toml");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let mut files: Vec<PathBuf> = paths.flat_map(rust_files_at).collect();
    files.sort();
    files
}

fn rust_files_at(path: PathBuf) -> Vec<PathBuf> {
    match path.is_dir() {
        true if path.ends_with("target") => Vec::new(),
        true => rust_files(&path),
        false if path.extension().is_some_and(|extension| extension == "rs") => vec![path],
        false => Vec::new(),
    }
}
