//! The real auth service, with an issuer that is an address, and the clients that the libraries are. Never with tokens from anywhere else.

use serde_json::{Value, json};
use tempfile::TempDir;
use witgate_ground::reserved::Reserved;
use witgate_tests::child::Running;
use witgate_tests::mint::SigningKey;
use witgate_tests::{arguments, clients, configs, users};

/// What a library asks for.
pub const SCOPE: &str = "openid profile orders:read";
/// Where a library waits for the browser.
const REDIRECT_URI: &str = "http://127.0.0.1:4711/callback";

/// A client, as it was registered.
pub struct Registered {
    /// Its id.
    pub id: &'static str,
    /// How it says who it is: a method of RFC 7591 section 2.
    pub method: &'static str,
    /// Its secret, or its private key as PEM; nothing for a public client.
    pub secret: Option<String>,
    /// Its redirect URI.
    pub redirect_uri: &'static str,
}

/// The running auth service.
pub struct Provider {
    /// Its issuer, and its address.
    pub issuer: String,
    folder: TempDir,
    child: Running,
}

impl Provider {
    /// Starts it, with the users of every stack.
    pub async fn start() -> Provider {
        let folder = tempfile::tempdir().expect("a folder for the auth service");
        let reserved = Reserved::any();
        let address = reserved.address().to_string();
        let issuer = format!("http://{address}");
        configs::write(folder.path(), "auth.toml", &configs::auth_toml_of(&issuer));
        users::add_all(&folder.path().join("auth.toml"));
        let mut child = Running::start("witgate-auth", &arguments::auth(&address), folder.path());
        assert_eq!(child.address("listening on ").await, issuer);
        Provider { issuer, folder, child }
    }

    /// Registers a client for users and for itself. `extra`: more arguments.
    pub fn register(&self, id: &'static str, method: &'static str, extra: &[&str]) -> Registered {
        let secret_file = self.folder.path().join(format!("{id}.secret"));
        let mut given = vec![id, "--id", id, "--redirect-uri", REDIRECT_URI, "--grant", "authorization_code"];
        given.extend(["--grant", "refresh_token", "--scope", "openid", "--scope", "profile", "--scope", "orders:read"]);
        given.extend(extra);
        let place = secret_file.to_str().expect("a path of plain text");
        let key = SigningKey::es256();
        match method {
            "none" => given.push("--public"),
            "private_key_jwt" => {
                let jwks = json!({"keys": [key.jwk("their-key")]});
                std::fs::write(&secret_file, jwks.to_string()).expect("a file with the public key");
                given.extend(["--jwks-file", place]);
            }
            _ => given.extend(["--secret-file", place]),
        }
        clients::register(&self.folder.path().join("auth.toml"), &given);
        let secret = match method {
            "none" => None,
            "private_key_jwt" => Some(key.private_pem()),
            _ => Some(std::fs::read_to_string(&secret_file).expect("the secret").trim().to_owned()),
        };
        Registered { id, method, secret, redirect_uri: REDIRECT_URI }
    }

    /// What it says of itself at this path.
    pub async fn document(&self, path: &str) -> Value {
        let answer = reqwest::get(format!("{}{path}", self.issuer)).await.expect("a document");
        answer.json().await.expect("JSON")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.child.last_words());
        }
    }
}
