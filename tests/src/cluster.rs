//! Two auth nodes on one real PostgreSQL, two gateways with a relay each to the nodes, one service behind them. Never a
//! shared connection: each gateway hears of revocations on its own.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use witgate_ground::postgres::{self, Database};

use crate::auth_caller::AuthCaller;
use crate::child::Running;
use crate::clients::{self, Client};
use crate::configs::{self, ISSUER, Places};
use crate::feed::Feed;
use crate::node::Node;
use crate::relay::Relay;
use crate::{arguments, programs, users};

/// 32 bytes in base64: with PostgreSQL the operator brings the key.
const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// A gateway of the cluster.
pub struct Gateway {
    /// Its way to the auth nodes: to the first one, and to the second one while the first does not answer.
    pub relay: Relay,
    url: String,
    child: Running,
    http: reqwest::Client,
}

/// Everything together; dropping it ends all of it.
pub struct Cluster {
    /// The auth nodes, A and B.
    pub nodes: [Node; 2],
    /// The gateways. The first one asks node A first, the second one node B.
    pub gateways: [Gateway; 2],
    /// May ask about tokens.
    pub client: Client,
    database: Database<'static>,
    _orders: Running,
    _folder: TempDir,
}

impl Cluster {
    /// Starts all of it. `None` when PostgreSQL is not installed, and then the skip was told.
    pub async fn start() -> Option<Cluster> {
        let database = postgres::shared()?.database();
        let folder = tempfile::tempdir().expect("a folder for the cluster");
        let homes = ["node-a", "node-b"].map(|name| home_of_node(folder.path(), name, &database.url()));
        // One after the other: the first one makes the tables.
        let config = homes[0].join("auth.toml");
        users::add_all(&config);
        let client = clients::add(&config, "cluster");
        let nodes = [Node::start(&homes[0]).await, Node::start(&homes[1]).await];
        let (a, b) = (nodes[0].url(), nodes[1].url());
        let relays = [relay([a, b]).await, relay([b, a]).await];
        let mut orders = Running::start("orders", &orders_arguments(relays[0].url()), folder.path());
        let orders_url = orders.address("listening on ").await;
        let [first, second] = relays;
        let first = Gateway::start(folder.path(), "gateway-1", first, &orders_url, &client).await;
        let second = Gateway::start(folder.path(), "gateway-2", second, &orders_url, &client).await;
        let gateways = [first, second];
        Some(Cluster { nodes, gateways, client, database, _orders: orders, _folder: folder })
    }

    /// A client of each node.
    pub fn callers(&self) -> [AuthCaller; 2] {
        [self.nodes[0].caller(), self.nodes[1].caller()]
    }

    /// A number out of the database.
    pub fn number(&self, query: &str) -> u64 {
        self.sql(query).parse().unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// Runs SQL behind the nodes' back; the values of the rows.
    pub fn sql(&self, statement: &str) -> String {
        self.database.sql(statement)
    }
}

impl Gateway {
    async fn start(folder: &Path, name: &str, relay: Relay, orders: &str, client: &Client) -> Gateway {
        let home = folder.join(name);
        std::fs::create_dir(&home).expect("a folder for the gateway");
        programs::copy_components(&home);
        let auth = relay.url().to_owned();
        let places = Places {
            issuer: ISSUER.to_owned(),
            jwks: format!("{auth}/.well-known/jwks.json"),
            feed: Feed::of_auth(&auth, &auth, client.clone()).toml(),
            auth,
            orders: orders.to_owned(),
            // Nothing asks for these here.
            inventory: orders.to_owned(),
            portal: orders.to_owned(),
        };
        configs::write(&home, "gateway.toml", &configs::fill(&configs::gateway_template(), &places));
        let mut child = Running::start("witgate", &arguments::gateway(), &home);
        let url = child.address("listening on ").await;
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Gateway { relay, url, child, http }
    }

    /// The status of a request with this token.
    pub async fn status(&self, token: &str) -> u16 {
        let request = self.http.get(format!("{}/whoami", self.url)).bearer_auth(token);
        request.send().await.expect("an answer of the gateway").status().as_u16()
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its log until now.
    pub fn log(&self) -> String {
        self.child.log()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.gateways.iter().for_each(|gateway| eprintln!("{}", gateway.child.last_words()));
            self.nodes.iter().for_each(|node| eprintln!("{}", node.last_words()));
        }
    }
}

/// A folder with the configuration of a node and the key of all.
fn home_of_node(folder: &Path, name: &str, database: &str) -> PathBuf {
    let home = folder.join(name);
    std::fs::create_dir(&home).expect("a folder for the node");
    let text = configs::auth_toml().replace("\"auth.sqlite\"", &format!("\"{database}\""));
    let text = text.replace("[keys]\n", "[keys]\nencryption-key-file = \"auth.key\"\n");
    assert!(text.contains(database) && text.contains("encryption-key-file"), "the template has changed: {text}");
    configs::write(&home, "auth.toml", &text);
    let key = std::fs::File::options().write(true).create_new(true).mode(0o600).open(home.join("auth.key"));
    key.and_then(|mut file| file.write_all(KEY.as_bytes())).expect("a file for the key");
    home
}

async fn relay(nodes: [&str; 2]) -> Relay {
    let relay = Relay::start().await;
    relay.leads_to(&nodes);
    relay
}

fn orders_arguments(auth: &str) -> Vec<String> {
    let mut all = arguments::resource_server(ISSUER, &format!("{auth}/.well-known/jwks.json"));
    all.extend(arguments::pair("--database", "orders.sqlite"));
    // Nothing is ordered here.
    all.extend(arguments::pair("--inventory-url", "http://127.0.0.1:1"));
    all
}
