//! `cargo xtask freeze`: builds the components that are kept of this version of the contract, with their cases. Never
//! touches a folder that is there: what was frozen is not built again.

use std::fs;
use std::path::Path;

use crate::failure::{Doing, Failure};
use crate::workspace::{PLUGIN_PROFILE, WASM_TARGET, Workspace};
use crate::{build, step, toolchain};

/// The components: each role, and one that uses every grant. The folder of each has its cases.
const COMPONENTS: [(&str, &str); 5] = [
    ("jwt_policy", "plugins/jwt-policy"),
    ("claims_authz", "plugins/claims-authz"),
    ("claim_router", "plugins/claim-router"),
    ("header_stamp", "plugins/header-stamp"),
    ("guest_granted", "tests/guests/granted"),
];

/// Where they are kept, one folder for each version.
const FOLDER: &str = "tests/fixtures/frozen";

/// The file that says the version.
const CONTRACT: &str = "wit/roles.wit";

/// Builds them and puts them into a new folder.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let version = contract_version(workspace.root())?;
    let folder = workspace.root().join(FOLDER).join(&version);
    if folder.exists() {
        let shown = folder.display();
        return Err(Failure::new(format!("{shown} is there already: version {version} is frozen and stays as it is")));
    }
    toolchain::ensure_wasm_target(workspace)?;
    build::plugins(workspace)?;
    build::guests(workspace)?;
    fs::create_dir_all(&folder).doing(format_args!("create {}", folder.display()))?;
    let built = workspace.root().join("target").join(WASM_TARGET).join(PLUGIN_PROFILE);
    for (name, source) in COMPONENTS {
        copy(&built.join(name).with_extension("wasm"), &folder.join(name).with_extension("wasm"))?;
        let cases = workspace.root().join(source).join("cases.toml");
        copy(&cases, &folder.join(name).with_extension("cases.toml"))?;
    }
    step::say(&format!("froze {} components of version {version} into {}", COMPONENTS.len(), folder.display()));
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to).doing(format_args!("copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

fn contract_version(root: &Path) -> Result<String, Failure> {
    let file = root.join(CONTRACT);
    let text = fs::read_to_string(&file).doing(format_args!("read {}", file.display()))?;
    let line = text.lines().find_map(|line| line.strip_prefix("package witgate:policy@"));
    let version = line.and_then(|rest| rest.strip_suffix(';'));
    version.map(str::to_owned).ok_or_else(|| Failure::new(format!("{CONTRACT} names no version of the contract")))
}
