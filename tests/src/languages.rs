//! Components of policies in JavaScript and Python, built by the commands of docs/plugins.md with the tools that
//! `cargo xtask languages` installs. Never installs a tool: a test that lacks one skips with the remedy.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::{programs, skip};

/// Where the commands are documented.
pub const GUIDE: &str = "docs/plugins.md";

/// The world of the policies that ship, as the commands name it.
const SHIPPED_WORLD: &str = "authorizer";

/// The option of JavaScript's command that leaves no import of WASI.
const STUBS: &str = "--backend-qjs-stub-wasi";

/// The languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// QuickJS by way of npm `jco`.
    JavaScript,
    /// CPython by way of PyPI `componentize-py`.
    Python,
}

impl Language {
    /// The policy in this language that ships.
    pub fn shipped(self) -> Policy {
        let folder = match self {
            Language::JavaScript => "plugins/js-tenant-guard",
            Language::Python => "plugins/py-departments",
        };
        Policy { language: self, world: SHIPPED_WORLD, folder, imports_wasi: false }
    }

    /// The small one of a world that no shipped policy in this language has.
    ///
    /// # Panics
    /// Where there is none.
    pub fn of_world(self, world: &'static str) -> Policy {
        let folder = match (self, world) {
            (Language::JavaScript, "authenticator") => "tests/guests/js-authenticator",
            (Language::JavaScript, "router") => "tests/guests/js-router",
            (Language::JavaScript, "filter") => "tests/guests/js-filter",
            (Language::Python, "authenticator") => "tests/guests/py-authenticator",
            (Language::Python, "filter") => "tests/guests/py-filter",
            _ => panic!("no policy in {self:?} is of the world {world}"),
        };
        Policy { language: self, world, folder, imports_wasi: false }
    }

    /// The one that misbehaves when told to.
    pub fn faulty(self) -> Policy {
        let folder = match self {
            Language::JavaScript => "tests/guests/js-faulty",
            Language::Python => "tests/guests/py-faulty",
        };
        Policy { language: self, world: SHIPPED_WORLD, folder, imports_wasi: false }
    }

    /// The documented command, for the policy that ships.
    pub fn command(self) -> String {
        let guide = read(&programs::root().join(GUIDE));
        let joined = guide.replace("\\\n", " ");
        let found = joined.lines().find(|line| line.starts_with(self.tool()));
        found.unwrap_or_else(|| panic!("{GUIDE} has no command `{}`", self.tool())).to_owned()
    }

    fn tool(self) -> &'static str {
        match self {
            Language::JavaScript => "target/languages/node/node_modules/.bin/jco",
            Language::Python => "target/languages/venv/bin/componentize-py",
        }
    }

    /// The folder of the tools, their lock file, and what a policy imports.
    fn stands_on(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Language::JavaScript => ("target/languages/node", "plugins/js-sdk/package-lock.json", "plugins/js-sdk"),
            Language::Python => ("target/languages/venv", "plugins/py-sdk/requirements.txt", "plugins/py-sdk"),
        }
    }

    /// Whether its tools are there; where they are not, that is told as a skip.
    pub fn is_available(self) -> bool {
        let there = self.is_installed();
        if !there {
            skip::skip(&format!("a policy in {self:?}"), REMEDY);
        }
        there
    }

    /// Whether they are there. xtask leaves a copy of the lock file that it installed from: only the very same one
    /// counts.
    pub fn is_installed(self) -> bool {
        let (tools, lock, _) = self.stands_on();
        let root = programs::root();
        fs::read(root.join(tools).join("installed")).is_ok_and(|done| done == read(&root.join(lock)).into_bytes())
    }
}

/// A policy of the workspace that is not Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    language: Language,
    world: &'static str,
    folder: &'static str,
    imports_wasi: bool,
}

/// What was built in this process; the lock also keeps two tests from building one policy.
static BUILT: Mutex<Option<HashMap<Policy, PathBuf>>> = Mutex::new(None);

impl Policy {
    /// The same, built without the option that puts stubs into the place of WASI, so that a granted clock can be read.
    pub fn importing_wasi(self) -> Policy {
        Policy { imports_wasi: true, ..self }
    }

    /// Its component; nothing, told as a skip, where the tools are not installed as the lock file says.
    ///
    /// # Panics
    /// With what the tool said, when the policy does not build.
    pub fn component(self) -> Option<PathBuf> {
        if !self.language.is_available() {
            return None;
        }
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        let built = built.get_or_insert_default();
        Some(built.entry(self).or_insert_with(|| self.current()).clone())
    }

    /// The component of exactly these sources: what an earlier run built, or a new one.
    fn current(self) -> PathBuf {
        let root = programs::root();
        let component = root.join("target/languages").join(format!("{}.wasm", self.file()));
        let (stamp, sources) = (component.with_extension("sources"), self.sources());
        if !component.exists() || fs::read_to_string(&stamp).ok() != Some(sources.clone()) {
            let _none_yet = fs::remove_file(&stamp);
            self.build(&component);
            fs::write(&stamp, sources).expect("a written stamp");
        }
        component
    }

    /// What gateway.toml calls it, such as `js-tenant-guard`.
    pub fn name(self) -> &'static str {
        self.folder.rsplit_once('/').expect("a folder in a folder").1
    }

    /// Its world, such as `authorizer`.
    pub fn world(self) -> &'static str {
        self.world
    }

    /// What it must answer: its cases.toml, where it has one.
    pub fn cases(self) -> Option<PathBuf> {
        Some(programs::root().join(self.folder).join("cases.toml")).filter(|file| file.exists())
    }

    /// The name of its component without `.wasm`, such as `js_tenant_guard`.
    pub fn file(self) -> String {
        let suffix = if self.imports_wasi { "_wasi" } else { "" };
        self.name().replace('-', "_") + suffix
    }

    /// The documented command, with this policy in the place of the one that ships.
    fn build(self, component: &Path) {
        let shipped = self.language.shipped();
        let own = format!("target/languages/{}.wasm", self.file());
        let line = self.language.command().replace(&format!("target/languages/{}.wasm", shipped.file()), &own);
        let line = line.replace(shipped.folder, self.folder);
        let line = line.replace(&format!("{SHIPPED_WORLD}-plugin"), &format!("{}-plugin", self.world));
        let line = if self.imports_wasi { line.replace(STUBS, "") } else { line };
        assert!(line.contains(self.folder) && line.contains(&own), "{GUIDE}: {line}");
        let mut words = line.split_whitespace();
        let mut command = Command::new(programs::root().join(words.next().expect("a program")));
        command.args(words).current_dir(programs::root()).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = command.output().unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(output.status.success() && component.exists(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    }

    /// All that the component is made of, as one text.
    fn sources(self) -> String {
        let (_, lock, kit) = self.language.stands_on();
        let mut files: Vec<PathBuf> = vec![lock.into()];
        ["wit", kit, self.folder].iter().for_each(|folder| files.extend(texts(Path::new(folder))));
        let parts = files.iter().map(|file| format!("{}\n{}", file.display(), read(&programs::root().join(file))));
        [self.language.command()].into_iter().chain(parts).collect()
    }
}

const REMEDY: &str = "Node.js 20.19 or newer with npm, python3 with its venv module, then `cargo xtask languages`";

/// Every source below a folder of the workspace, sorted.
fn texts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(programs::root().join(folder)).expect("a folder of sources");
    let mut paths: Vec<PathBuf> = entries.map(|entry| folder.join(entry.expect("an entry").file_name())).collect();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| if programs::root().join(&path).is_dir() { texts(&path) } else { source(path) })
        .collect()
}

fn source(file: PathBuf) -> Vec<PathBuf> {
    let known = file.extension().is_some_and(|extension| ["js", "py", "wit"].iter().any(|one| extension == *one));
    if known { vec![file] } else { Vec::new() }
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
