//! What the tests compare Witgate with: npm packages and Python environments, installed below `target/oracles` from the
//! lock files in `tests/oracles/`. Never a part of what ships.

use crate::installation::{Installation, Registry};
use crate::workspace::Workspace;

const PURPOSE: &str = "the comparison with foreign issuers, verifiers and clients";

const INSTALLATIONS: [Installation; 3] = [
    Installation {
        folder: "oracles/node",
        lock: "tests/oracles/package-lock.json",
        purpose: PURPOSE,
        from: Registry::Npm,
    },
    Installation {
        folder: "oracles/venv",
        lock: "tests/oracles/requirements.txt",
        purpose: PURPOSE,
        from: Registry::Python,
    },
    Installation {
        folder: "oracles/schemathesis",
        lock: "tests/oracles/schemathesis.txt",
        purpose: PURPOSE,
        from: Registry::Python,
    },
];

/// Installs what is missing or out of date; says what could not be done.
pub fn ensure(workspace: &Workspace) {
    INSTALLATIONS.iter().for_each(|one| one.ensure(workspace));
}
