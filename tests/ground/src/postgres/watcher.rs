//! The shell that outlives the test program for a moment: when its standard input closes, it ends the cluster and removes
//! the folder. So nothing stays behind, whatever the test program died of. Never ends anything but its own cluster.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::programs::Programs;

const SCRIPT: &str = r#"
folder=$1; shift; cd /
cat > /dev/null
"$@" -D "$folder/data" -s -w -t 60 -m immediate stop
rm -rf "$folder"
"#;

/// Dropping it ends the cluster and waits for that.
pub(super) struct Watcher {
    shell: Child,
    folder: PathBuf,
}

impl Watcher {
    pub(super) fn start(programs: &Programs, folder: PathBuf) -> Watcher {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "sh"]).arg(&folder).args(programs.server_words("pg_ctl"));
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C at the tests must not reach it.
        let shell = shell.process_group(0).spawn().expect("a shell");
        Watcher { shell, folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // It ends in any case: pg_ctl has a deadline.
        let _ = self.shell.wait();
    }
}
