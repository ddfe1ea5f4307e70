//! `cargo xtask dist`: the gateway as it should serve, optimised as a whole and for what it does most: a training build is
//! measured by `witgate-bench`, and what it did guides the compiler (profile-guided optimisation, as rustc's book has it).
//!
//! Never changes what the program does, and never touches the release profile that everybody else builds with.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::failure::{Doing, Failure};
use crate::workspace::Workspace;
use crate::{build, step, toolchain};

/// The cargo profile: fat link-time optimisation, one unit of code.
const PROFILE: &str = "dist";
/// Programs that are trained and optimised alike: a comparison of two builds would say nothing.
const TRAINED: [&str; 2] = ["witgate", "hyper-floor"];
/// What they do while they are watched: a few seconds of each row of these.
const TRAINING: [&str; 8] = ["comparison", "sizes", "--only", "Witgate", "--only", "hyper floor", "--rounds", "1"];
/// Seconds of one row of the training.
const TRAINING_SECONDS: &str = "2";

/// Where the parts of the work are.
struct Places {
    /// the training build, and what it told
    training: PathBuf,
    /// the result
    dist: PathBuf,
    host: String,
}

/// Builds, trains and builds again. Gives the folder of the programs.
pub fn run(workspace: &Workspace) -> Result<PathBuf, Failure> {
    toolchain::ensure_wasm_target(workspace)?;
    let tools = toolchain::ensure_llvm_tools(workspace)?;
    let places = Places {
        training: workspace.target().join("training"),
        dist: workspace.target().join("dist"),
        host: toolchain::host(workspace)?,
    };
    build::plugins(workspace)?;
    build::release_programs(workspace, &["witgate-bench"])?;
    let profile = trained(workspace, &places, &tools)?;
    let flags = format!("-Cprofile-use={} -Cllvm-args=-pgo-warn-missing-function=false", profile.display());
    let built = compiled(workspace, &places, PROFILE, (&places.dist, &flags))?;
    step::say(&format!("the optimised programs are in {}", built.display()));
    Ok(built)
}

/// What the training build did, merged.
fn trained(workspace: &Workspace, places: &Places, tools: &Path) -> Result<PathBuf, Failure> {
    let told = places.training.join("told");
    match fs::remove_dir_all(&told) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).doing(format_args!("empty {}", told.display()));
        }
        _ => {}
    }
    let raw = told.join("raw");
    let flags = format!("-Cprofile-generate={}", raw.display());
    let built = compiled(workspace, places, "release", (&places.training, &flags))?;
    let mut bench = step::command(workspace, workspace.program("witgate-bench", true));
    bench.arg("run").args(TRAINING).args(["--seconds", TRAINING_SECONDS]);
    bench.arg("--root").arg(workspace.root()).arg("--out").arg(places.training.join("bench"));
    bench.arg("--envoy").arg("none").arg("--witgate").arg(built.join("witgate"));
    step::run("training: a few seconds of each thing that the gateway does", &mut bench)?;
    // Cargo builds anew what has other flags, and does not look into the file that they name.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let merged = told.join(format!("trained-{}.profdata", since.as_secs()));
    let mut merge = step::command(workspace, tools.join("llvm-profdata"));
    step::run("merging what the training told", merge.arg("merge").arg("-o").arg(&merged).arg(&raw))?;
    Ok(merged)
}

/// Builds with these flags, in a folder of their own. A target is named, so that the flags are not those of build scripts.
fn compiled(
    workspace: &Workspace,
    places: &Places,
    profile: &str,
    (folder, flags): (&Path, &str),
) -> Result<PathBuf, Failure> {
    let mut cargo = step::cargo(workspace);
    cargo.args(["build", "--workspace", "--profile", profile, "--target", &places.host]);
    cargo.arg("--target-dir").arg(folder).env("RUSTFLAGS", flags);
    for name in TRAINED {
        cargo.args(["--bin", name]);
    }
    step::run(&format!("building {} (profile {profile}); it takes a while", TRAINED.join(" and ")), &mut cargo)?;
    Ok(folder.join(&places.host).join(profile))
}
