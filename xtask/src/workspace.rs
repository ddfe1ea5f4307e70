//! Where things are: the root, the target folder, built programs and components. Never creates or changes a file.

use std::env;
use std::path::{Path, PathBuf};

/// The target that plugins are compiled to.
pub const WASM_TARGET: &str = "wasm32-wasip2";

/// The cargo profile that plugins are compiled with.
pub const PLUGIN_PROFILE: &str = "plugin";

/// The folder, below the root, that holds all state of the demo.
pub const STATE_FOLDER: &str = ".witgate";

/// The checkout this program was built from.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the root from where this program was compiled, and the target folder as cargo does.
    pub fn locate() -> Workspace {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().unwrap_or(manifest).to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Workspace { root, target }
    }

    /// The folder of the virtual `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of everything built.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The state folder of the demo.
    pub fn state(&self) -> PathBuf {
        self.root.join(STATE_FOLDER)
    }

    /// Where the demo puts the secret that `gateway.toml` names. Never moved by `CARGO_TARGET_DIR`.
    pub fn gateway_secret(&self) -> PathBuf {
        self.root.join("target").join("demo").join("gateway.secret")
    }

    /// Where the fuzz targets are checked: another workspace must not share ours.
    pub fn fuzz_check(&self) -> PathBuf {
        self.target.join("fuzz-check")
    }

    /// Where policies that are a workspace of their own are tested.
    pub fn apart(&self) -> PathBuf {
        self.target.join("apart")
    }

    /// A built program, of the dev or the release profile.
    pub fn program(&self, name: &str, release: bool) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" }).join(name)
    }
}
