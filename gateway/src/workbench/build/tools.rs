//! Where the tools of JavaScript and Python are: the package's own, the workspace's, or those on the path.
//!
//! Never installs one, and never takes one of a folder that the author did not name or work in.

use std::env;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::BuildFault;

/// Names a folder as `cargo xtask languages` makes it: `node/` and `venv/` below it.
const LANGUAGES_VARIABLE: &str = "WITGATE_LANGUAGES";

/// That folder in a checkout of this repository.
const LANGUAGES_FOLDER: &str = "target/languages";

/// A tool that makes components.
pub(super) struct Tool {
    /// The program.
    pub name: &'static str,
    /// In a package's own folder.
    own: &'static str,
    /// Below a folder of languages.
    shared: &'static str,
    /// What brings it into a package's folder.
    installed_by: &'static str,
}

/// npm's componentizer.
pub(super) const JCO: Tool = Tool {
    name: "jco",
    own: "node_modules/.bin/jco",
    shared: "node/node_modules/.bin/jco",
    installed_by: "npm ci --ignore-scripts",
};

/// PyPI's componentizer.
pub(super) const COMPONENTIZE_PY: Tool = Tool {
    name: "componentize-py",
    own: ".venv/bin/componentize-py",
    shared: "venv/bin/componentize-py",
    installed_by: "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
};

impl Tool {
    /// The program for the package in this folder.
    pub(super) fn find(&self, folder: &Path) -> Result<PathBuf, BuildFault> {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        self.candidates(&folder).into_iter().find(|file| file.is_file()).ok_or_else(|| BuildFault::NoTool {
            tool: self.name,
            remedy: format!("run in {}: {}", folder.display(), self.installed_by),
        })
    }

    fn candidates(&self, folder: &Path) -> Vec<PathBuf> {
        let mut found = vec![folder.join(self.own)];
        found.extend(env::var_os(LANGUAGES_VARIABLE).map(|languages| Path::new(&languages).join(self.shared)));
        let own = folder.ancestors().skip(1).filter(|above| is_of_one_owner(folder, above));
        found.extend(own.map(|above| above.join(LANGUAGES_FOLDER).join(self.shared)));
        let path = env::var_os("PATH").unwrap_or_default();
        found.extend(env::split_paths(&path).map(|place| place.join(self.name)));
        found
    }
}

/// What somebody else put into a folder above, such as /tmp, is not run.
fn is_of_one_owner(folder: &Path, above: &Path) -> bool {
    let owner = |path: &Path| std::fs::metadata(path).ok().map(|facts| facts.uid());
    let tools = above.join(LANGUAGES_FOLDER);
    owner(folder).is_some_and(|own| owner(above) == Some(own) && owner(&tools) == Some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_own_tool_comes_first_and_a_missing_one_is_told_with_the_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let (shared, package) =
            (folder.path().join("target/languages/node/node_modules/.bin"), folder.path().join("p"));
        std::fs::create_dir_all(&shared).expect("a folder");
        std::fs::create_dir_all(package.join("node_modules/.bin")).expect("a folder");
        std::fs::write(shared.join("jco"), "").expect("a program");
        let found = JCO.find(&package).expect("the workspace's");
        assert!(found.ends_with("target/languages/node/node_modules/.bin/jco"), "{}", found.display());
        std::fs::write(package.join("node_modules/.bin/jco"), "").expect("a program");
        assert!(JCO.find(&package).expect("its own").ends_with("p/node_modules/.bin/jco"));
        let absent = Tool { name: "no-such-tool", own: "a", shared: "b", installed_by: "npm ci" };
        let said = absent.find(&package).expect_err("nowhere").to_string();
        assert!(said.starts_with("no-such-tool is not installed; run in /") && said.ends_with(": npm ci"), "{said}");
    }
}
