//! A gateway with a cache of its own, one route past a filter, and one without. Never more of the system than that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use witgate_tests::child::Running;
use witgate_tests::component::{Delivery, deliver};
use witgate_tests::{Recorder, arguments, deadline, programs};

/// How long a load may take on a busy machine.
pub const SOON: Duration = Duration::from_secs(60);

/// The folder of the gateway, beside which its configuration and its component lie.
pub struct Home {
    folder: TempDir,
    recorder: Recorder,
}

/// A running gateway.
pub struct Gateway {
    pub process: Running,
    url: String,
    admin: String,
}

impl Home {
    /// With the sample filter, and these lines of the tables `[gateway]` and `[plugins.stamp]`.
    pub async fn new(gateway: &str, plugin: &str) -> Home {
        let home = Home { folder: tempfile::tempdir().expect("a folder"), recorder: Recorder::serve().await };
        home.put_component(&fs::read(programs::component("header_stamp")).expect("a component"));
        home.configure(gateway, plugin);
        home
    }

    pub fn configure(&self, gateway: &str, plugin: &str) {
        let text = format!(
            "[gateway]\nthreads = 1\ncache = \"cache\"\n{gateway}\n\
             [[listeners]]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n\
             [upstreams.recorder]\nurl = \"{}\"\n\
             [plugins.stamp]\nworld = \"filter\"\nfile = \"stamp.wasm\"\n{plugin}\n\
             [[routes]]\nname = \"stamped\"\nprefix = \"/stamped\"\npublic = true\nupstream = \"recorder\"\npolicies = [\"stamp\"]\n\
             [[routes]]\nname = \"plain\"\nprefix = \"/plain\"\npublic = true\nupstream = \"recorder\"\n",
            self.recorder.url()
        );
        deliver(&self.path("gateway.toml"), text.as_bytes(), Delivery::Rename);
    }

    pub fn put_component(&self, bytes: &[u8]) {
        deliver(&self.path("stamp.wasm"), bytes, Delivery::Rename);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What lies in the cache, by name.
    pub fn cached(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.path("cache"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort();
        files
    }

    pub async fn start(&self) -> Gateway {
        // The log of the life before would be read as this one's.
        let _none_yet = fs::remove_file(self.path("witgate.log"));
        let mut process = Running::start("witgate", &arguments::gateway(), self.folder());
        let url = process.address("listening on ").await;
        let admin = process.address("admin on ").await;
        Gateway { process, url, admin }
    }

    /// `witgate check`.
    pub fn check(&self) -> Output {
        let mut command = programs::command("witgate");
        command.args(["check", "--config", "gateway.toml"]).current_dir(self.folder()).output().expect("witgate runs")
    }

    /// What `witgate check` says when it refuses; it must.
    pub fn refused(&self) -> String {
        let output = self.check();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        said
    }
}

impl Gateway {
    pub async fn get(&self, path: &str) -> u16 {
        reqwest::get(format!("{}{path}", self.url)).await.expect("an answer").status().as_u16()
    }

    pub async fn generations(&self) -> Value {
        let page = reqwest::get(format!("{}/generations", self.admin)).await.expect("an answer");
        serde_json::from_str(&page.text().await.expect("a text")).expect("JSON")
    }

    /// The reason of a refusal with this word; until then, calls `meanwhile`.
    pub async fn refusal(&self, word: &str, meanwhile: impl AsyncFn()) -> String {
        let look = || async {
            meanwhile().await;
            let reason = self.generations().await["last_refusal"]["reason"].as_str()?.to_owned();
            reason.contains(word).then_some(reason)
        };
        deadline::until(SOON, &format!("a refusal that says {word}"), look).await.0
    }

    /// The line of the log that says what was loaded, of this generation.
    pub async fn loaded(&self, generation: u64) -> Value {
        let look = || async {
            let log = self.process.log();
            let lines = log.lines().filter(|line| line.contains("\"plugins loaded\""));
            let mut lines = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
            lines.find(|line| line["generation"] == generation)
        };
        deadline::until(SOON, "the line `plugins loaded`", look).await.0
    }
}
