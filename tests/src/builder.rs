//! Starting a stack: which programs, in which order, with which configuration. Never waits without a deadline.

use tempfile::TempDir;
use witgate_ground::reserved::Reserved;

use crate::child::Running;
use crate::configs::{self, ISSUER, Places};
use crate::feed::Feed;
use crate::mint::Mint;
use crate::relay::Relay;
use crate::stack::Stack;
use crate::{arguments, clients, programs, sign_in, users};

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
    /// Where the auth service will listen, when its issuer is to be an address.
    reserved: Option<Reserved>,
    heard: Heard,
    /// Components that are not built by cargo, by name.
    added: Vec<(String, Vec<u8>)>,
}

/// Where gateway and services hear of revocations.
enum Heard {
    /// At the auth service.
    Auth,
    /// At the auth service, by way of the relay at this address.
    AuthAt(String),
    /// At this feed.
    Feed(Feed),
    /// Nowhere.
    Nowhere,
}

impl Default for StackBuilder {
    fn default() -> StackBuilder {
        StackBuilder {
            template: configs::gateway_template(),
            trusted: None,
            reserved: None,
            heard: Heard::Auth,
            added: Vec::new(),
        }
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

    /// Puts a component beside the others, as `plugins/NAME.wasm`.
    pub fn adding(mut self, name: &str, component: &[u8]) -> StackBuilder {
        self.added.push((name.to_owned(), component.to_vec()));
        self
    }

    /// Changes the text of gateway.toml, which must contain `from`.
    pub fn replacing(mut self, from: &str, to: &str) -> StackBuilder {
        assert!(self.template.contains(from), "tests/configs/gateway.toml does not contain: {from}");
        self.template = self.template.replace(from, to);
        self
    }

    /// Gateway and services trust the mint's tokens instead of the auth service's, and hear of no revocations unless
    /// [`StackBuilder::revoked_by`] says where.
    pub fn trusting(mut self, mint: &Mint) -> StackBuilder {
        self.trusted = Some((mint.issuer().to_owned(), mint.jwks_url().to_owned()));
        if matches!(self.heard, Heard::Auth | Heard::AuthAt(_)) {
            self.heard = Heard::Nowhere;
        }
        self
    }

    /// Gateway and services ask this feed for revocations.
    pub fn revoked_by(mut self, feed: &str) -> StackBuilder {
        self.heard = Heard::Feed(Feed::open(feed));
        self
    }

    /// Gateway and services ask for the auth service's feed at the relay. It may lead there after the start.
    pub fn hearing_through(mut self, relay: &Relay) -> StackBuilder {
        self.heard = Heard::AuthAt(relay.url().to_owned());
        self
    }

    /// People can sign in to the portal: the issuer is an address that browsers reach, and knows the portal's client.
    pub fn signing_in(mut self) -> StackBuilder {
        self.reserved = Some(Reserved::any());
        self
    }

    /// Starts auth, inventory, orders, portal and gateway, in this order, each ready before the next.
    pub async fn start(self) -> Stack {
        let folder = tempfile::tempdir().expect("a folder for the stack");
        programs::copy_components(folder.path());
        for (name, component) in &self.added {
            std::fs::write(folder.path().join(format!("plugins/{name}.wasm")), component).expect("a written component");
        }
        let issuer =
            self.reserved.as_ref().map_or_else(|| ISSUER.to_owned(), |one| format!("http://{}", one.address()));
        configs::write(folder.path(), "auth.toml", &configs::auth_toml_of(&issuer));
        users::add_all(&folder.path().join("auth.toml"));
        let trusted = self.trusted;
        let (reserved, heard) = (self.reserved, self.heard);
        let mut started = Started { folder, children: Vec::new(), issuer, reserved, trusted, heard };
        let places = started.services().await;
        configs::write(started.folder.path(), "gateway.toml", &configs::fill(&self.template, &places));
        let (gateway, admin) = started.gateway().await;
        if started.reserved.is_some() {
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
    reserved: Option<Reserved>,
    trusted: Option<(String, String)>,
    heard: Heard,
}

impl Started {
    async fn services(&mut self) -> Places {
        let listen = self.reserved.as_ref().map_or_else(|| "127.0.0.1:0".to_owned(), |one| one.address().to_string());
        let auth = self.launch("witgate-auth", &arguments::auth(&listen)).await;
        let own = || (self.issuer.clone(), format!("{auth}/.well-known/jwks.json"));
        let (issuer, jwks) = self.trusted.clone().unwrap_or_else(own);
        let server = arguments::resource_server(&issuer, &jwks);
        let feed = self.feed(&auth, "services");
        let told = feed.as_ref().map(Feed::introspecting_arguments).unwrap_or_default();
        let asking = [server.clone(), told].concat();
        let inventory = self.launch("inventory", &[asking.clone(), database("inventory")].concat()).await;
        let to_inventory = arguments::pair("--inventory-url", &inventory);
        let orders = self.launch("orders", &[asking, database("orders"), to_inventory].concat()).await;
        let told = feed.as_ref().map(Feed::arguments).unwrap_or_default();
        let to_auth = [arguments::pair("--auth-url", &auth), arguments::pair("--auth-public-url", &auth)].concat();
        let portal = self.launch("portal", &[server, told, to_auth].concat()).await;
        let feed = self.feed(&auth, "gateway").as_ref().map(Feed::toml).unwrap_or_default();
        Places { issuer, jwks, auth, orders, inventory, portal, feed }
    }

    /// The feed for a client of this name.
    fn feed(&self, auth: &str, name: &str) -> Option<Feed> {
        let client = || clients::add(&self.folder.path().join("auth.toml"), name);
        match &self.heard {
            Heard::Auth => Some(Feed::of_auth(auth, auth, client())),
            Heard::AuthAt(relay) => Some(Feed::of_auth(relay, auth, client())),
            Heard::Feed(feed) => Some(feed.clone()),
            Heard::Nowhere => None,
        }
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

fn database(name: &str) -> Vec<String> {
    arguments::pair("--database", &format!("{name}.sqlite"))
}
