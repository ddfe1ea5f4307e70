//! The shipped gateway.toml in a folder of its own, which looks as the workspace does once the demo has run.
//!
//! Never the workspace's own files: a test may change what is here.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::programs;

/// A secret that nobody is asked for.
const SECRET: &str = "a secret of no use\n";

/// Lays out gateway.toml, every component, every cases.toml, and the secret that gateway.toml names.
pub fn lay_out(folder: &Path) {
    let target = folder.join("target");
    let (plugins, secret) = (target.join("wasm32-wasip2/plugin"), target.join("demo/gateway.secret"));
    for made in [&plugins, &target.join("demo")] {
        fs::create_dir_all(made).expect("a folder");
    }
    for component in programs::components() {
        fs::copy(&component, plugins.join(component.file_name().expect("a file name"))).expect("a copied component");
    }
    fs::write(&secret, SECRET).expect("a written secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("a file for its owner alone");
    fs::copy(programs::root().join("gateway.toml"), folder.join("gateway.toml")).expect("a copy");
    for plugin in fs::read_dir(programs::root().join("plugins")).expect("the plugins") {
        let from = plugin.expect("an entry").path();
        let cases = from.join("cases.toml");
        if cases.is_file() {
            let to = folder.join("plugins").join(from.file_name().expect("a name"));
            fs::create_dir_all(&to).expect("a folder for the cases");
            fs::copy(&cases, to.join("cases.toml")).expect("copied cases");
        }
    }
}
