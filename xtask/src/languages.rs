//! The tools that make policies of JavaScript and Python, installed below `target/languages` from the lock files in
//! `plugins/js-sdk` and `plugins/py-sdk`. Never builds a policy: docs/plugins.md has the commands, and the tests run them.

use crate::installation::{Installation, Registry};
use crate::workspace::Workspace;

const INSTALLATIONS: [Installation; 2] = [
    Installation {
        folder: "languages/node",
        lock: "plugins/js-sdk/package-lock.json",
        purpose: "policies in JavaScript",
        from: Registry::Npm,
    },
    Installation {
        folder: "languages/venv",
        lock: "plugins/py-sdk/requirements.txt",
        purpose: "policies in Python",
        from: Registry::Python,
    },
];

/// Installs what is missing or out of date; says what could not be done.
pub fn ensure(workspace: &Workspace) {
    INSTALLATIONS.iter().for_each(|one| one.ensure(workspace));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn read(file: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace");
        std::fs::read_to_string(root.join(file)).expect("a lock file")
    }

    #[test]
    fn the_npm_lock_files_name_no_registry() {
        for lock in ["tests/oracles/package-lock.json", "plugins/js-sdk/package-lock.json"] {
            let text = read(lock);
            assert!(text.contains("\"integrity\"") && !text.contains("\"resolved\""), "{lock}: see .npmrc beside it");
        }
    }

    #[test]
    fn what_is_linked_into_a_policy_is_pinned_by_digest() {
        let text = read("plugins/py-sdk/requirements.txt");
        let pins = text.split("\n\n").flat_map(str::lines).filter(|line| line.contains("=="));
        assert!(pins.count() > 0 && text.contains("--hash=sha256:"), "{text}");
    }
}
