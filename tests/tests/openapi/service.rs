//! The auth service with both listeners, and the credentials that its documents ask for. Never a gateway: this is about
//! the service's own words.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use witgate_tests::child::Running;
use witgate_tests::programs;
use witgate_tests::users::{self, User};

const OPERATOR: User = User { name: "root", password: "operators own words", role: "operator", tenant: "main" };
const CONFIG: &str = "listen = \"127.0.0.1:0\"\nissuer = \"http://127.0.0.1:0\"\naudience = \"witgate\"\n\
                      [admin]\nlisten = \"127.0.0.1:0\"\n";

/// Which one is asked.
#[derive(Clone, Copy)]
pub enum Listener {
    Public,
    Admin,
}

/// A running service.
pub struct Service {
    running: Running,
    public: String,
    admin: String,
    folder: TempDir,
}

impl Service {
    /// Starts it, signs an operator in and registers one client with every scope of services, and one that administers.
    pub async fn start() -> Service {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("auth.toml");
        std::fs::write(&config, CONFIG).expect("a configuration");
        users::add(&config, &OPERATOR);
        let judge = client(
            &config,
            &["--scope", "revocations:read", "--scope", "tokens:introspect", "--scope", "tokens:revoke"],
        );
        let robot = client(&config, &["--scope", "auth:admin", "--grant", "client_credentials"]);
        let arguments = ["run", "--config", "auth.toml"].map(str::to_owned);
        let mut running = Running::start("witgate-auth", &arguments, folder.path());
        let public = running.address("listening on ").await;
        let admin = running.address("admin on ").await;
        credentials(&folder.path().join("public.toml"), &signed_in(&public).await, &judge);
        credentials(&folder.path().join("admin.toml"), &own_token(&public, &robot).await, &judge);
        Service { running, public, admin, folder }
    }

    pub fn url(&self, listener: Listener) -> &str {
        match listener {
            Listener::Public => &self.public,
            Listener::Admin => &self.admin,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Names the credentials for each scheme of a document.
    pub fn schemathesis_config(&self, listener: Listener) -> PathBuf {
        match listener {
            Listener::Public => self.folder.path().join("public.toml"),
            Listener::Admin => self.folder.path().join("admin.toml"),
        }
    }

    pub fn last_words(&self) -> String {
        self.running.last_words()
    }
}

fn credentials(file: &Path, bearer: &str, (id, secret): &(String, String)) {
    let text = format!(
        "[auth.openapi.bearer]\nbearer = \"{bearer}\"\n[auth.openapi.client]\nusername = \"{id}\"\npassword = \"{secret}\"\n"
    );
    std::fs::write(file, text).expect("a configuration");
}

/// The operator's token.
async fn signed_in(url: &str) -> String {
    let body = json!({ "username": OPERATOR.name, "password": OPERATOR.password });
    access_token(http().post(format!("{url}/login")).json(&body)).await
}

/// The token of a client that administers: no session that an administrator could end is behind it.
async fn own_token(url: &str, (id, secret): &(String, String)) -> String {
    let request = http().post(format!("{url}/oauth/token")).basic_auth(id, Some(secret));
    let form = ("content-type", "application/x-www-form-urlencoded");
    access_token(request.header(form.0, form.1).body("grant_type=client_credentials")).await
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

async fn access_token(request: reqwest::RequestBuilder) -> String {
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
}

/// Registers a client; id and secret.
fn client(config: &Path, flags: &[&str]) -> (String, String) {
    let mut command = Command::new(programs::program("witgate-auth"));
    command.args(["client", "add", "judge", "--config"]).arg(config).args(flags).stdin(Stdio::null());
    let output = command.output().expect("witgate-auth client add");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = |label: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(label));
        line.unwrap_or_else(|| panic!("no {label}: {}", String::from_utf8_lossy(&output.stderr))).to_owned()
    };
    (after("client id: "), after("secret: "))
}
