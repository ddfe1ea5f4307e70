//! Envoy's command line. Never its configuration: that is in `bench/peers`.

use std::path::Path;
use std::process::Command;

use crate::machine::pinned;

/// What the configuration says of its own cache of tokens; room for all, in each worker.
pub const CACHE: &str = "jwt_cache_config: { jwt_cache_size: 20000 }";

/// Envoy with a worker for each core.
pub fn command(program: &Path, cores: &[usize], config: &Path) -> Command {
    let mut command = pinned(cores, program);
    command.arg("--concurrency").arg(cores.len().to_string()).args(["--log-level", "error", "--disable-hot-restart"]);
    command.arg("-c").arg(config);
    command
}
