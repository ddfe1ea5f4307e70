//! Starting a stack: which programs, in which order, with which configuration. Never waits without a deadline.

use std::path::Path;

use tempfile::TempDir;

use crate::child::Running;
use crate::configs::{self, ISSUER, Places};
use crate::mint::Mint;
use crate::stack::Stack;
use crate::{arguments, programs, sign_in, users};

/// The label before a program's address on its stdout.
const BOUND: &str = "listening on ";

/// The label before the gateway's admin address.
const ADMIN_BOUND: &str = "admin on ";

impl Stack {
    /// Starts the system of `tests/configs/`.
    pub async fn start() -> Stack {
        StackBuilder::new().start().await
    }
}

/// What a test may change before the start.
pub struct StackBuilder {
    template: String,
    trusted: Option<(String, String)>,
    feed: Option<String>,
    /// Where the auth service will listen, when its issuer is to be an address.
    address: Option<String>,
}

impl Default for StackBuilder {
    fn default() -> StackBuilder {
        StackBuilder { template: configs::gateway_template(), trusted: None, feed: None, address: None }
    }
}

impl StackBuilder {
    /// The stack of `tests/configs/`.
    pub fn new() -> StackBuilder {
        StackBuilder::default()
    }

    /// Adds text to the end of gateway.toml: routes, plugins.
    pub fn with(mut self, text: &str) -> StackBuilder {
        self.template.push('\n');
        self.template.push_str(text);
        self
    }

    /// Changes the text of gateway.toml, which must contain `from`.
    pub fn replacing(mut self, from: &str, to: &str) -> StackBuilder {
        assert!(self.template.contains(from), "tests/configs/gateway.toml does not contain: {from}");
        self.template = self.template.replace(from, to);
        self
    }

    /// Gateway and services trust the mint's tokens instead of the auth service's.
    pub fn trusting(mut self, mint: &Mint) -> StackBuilder {
        self.trusted = Some((mint.issuer().to_owned(), mint.jwks_url().to_owned()));
        self
    }

    /// Gateway and services ask this feed for revocations.
    pub fn revoked_by(mut self, feed: &str) -> StackBuilder {
        let keys = "jwks-url = \"@JWKS@\"";
        self.feed = Some(feed.to_owned());
        self.replacing(keys, &format!("{keys}\nrevocations-url = \"{feed}\""))
    }

    /// People can sign in to the portal: the issuer is an address that browsers reach, and knows the portal's client.
    pub fn signing_in(mut self) -> StackBuilder {
        self.address = Some(sign_in::free_address());
        self
    }

    /// Starts auth, inventory, orders, portal and gateway, in this order, each ready before the next.
    pub async fn start(self) -> Stack {
        let folder = tempfile::tempdir().expect("a folder for the stack");
        copy_components(folder.path());
        let issuer = self.address.as_ref().map_or_else(|| ISSUER.to_owned(), |address| format!("http://{address}"));
        configs::write(folder.path(), "auth.toml", &configs::auth_toml_of(&issuer));
        users::add_all(&folder.path().join("auth.toml"));
        let trusted = self.trusted;
        let mut started =
            Started { folder, children: Vec::new(), issuer, address: self.address, trusted, feed: self.feed };
        let places = started.services().await;
        configs::write(started.folder.path(), "gateway.toml", &configs::fill(&self.template, &places));
        let (gateway, admin) = started.gateway().await;
        if started.address.is_some() {
            sign_in::add_portal(&started.folder.path().join("auth.toml"), &gateway);
        }
        Stack::new(started.folder, started.children, places, gateway, admin)
    }
}

/// A stack on its way up.
struct Started {
    folder: TempDir,
    children: Vec<Running>,
    issuer: String,
    address: Option<String>,
    trusted: Option<(String, String)>,
    feed: Option<String>,
}

impl Started {
    async fn services(&mut self) -> Places {
        let listen = self.address.clone().unwrap_or_else(|| "127.0.0.1:0".to_owned());
        let auth = self.launch("witgate-auth", &arguments::auth(&listen)).await;
        let own = || (self.issuer.clone(), format!("{auth}/.well-known/jwks.json"));
        let (issuer, jwks) = self.trusted.clone().unwrap_or_else(own);
        let mut server = arguments::resource_server(&issuer, &jwks);
        server.extend(self.feed.iter().flat_map(|feed| arguments::pair("--revocations-url", feed)));
        let inventory = self.launch("inventory", &[server.clone(), database("inventory")].concat()).await;
        let to_inventory = arguments::pair("--inventory-url", &inventory);
        let orders = self.launch("orders", &[server.clone(), database("orders"), to_inventory].concat()).await;
        let to_auth = [arguments::pair("--auth-url", &auth), arguments::pair("--auth-public-url", &auth)].concat();
        let portal = self.launch("portal", &[server, to_auth].concat()).await;
        Places { issuer, jwks, auth, orders, inventory, portal }
    }

    async fn gateway(&mut self) -> (String, String) {
        let gateway = self.launch("witgate", &arguments::gateway()).await;
        let child = self.children.last_mut().expect("the gateway was just started");
        (gateway, child.address(ADMIN_BOUND).await)
    }

    async fn launch(&mut self, program: &str, arguments: &[String]) -> String {
        let mut child = Running::start(program, arguments, self.folder.path());
        let address = child.address(BOUND).await;
        self.children.push(child);
        address
    }
}

/// A copy of every component in the stack's own folder, so that a test may overwrite one.
fn copy_components(folder: &Path) {
    let plugins = folder.join("plugins");
    std::fs::create_dir(&plugins).expect("a folder for the plugins");
    for component in programs::components() {
        let name = component.file_name().expect("a component's file name");
        std::fs::copy(&component, plugins.join(name)).expect("a copied component");
    }
}

fn database(name: &str) -> Vec<String> {
    arguments::pair("--database", &format!("{name}.sqlite"))
}
