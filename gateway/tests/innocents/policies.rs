//! The policies of a gateway.toml in this process, without a listener: called as the corridor of a request calls them.
//! Never a mock: components and configuration go the whole way of a start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use witgate::config;
use witgate::generation::{Builder, Cases, Generation, Material};
use witgate::observe::metrics::Metrics;
use witgate::policy::component;
use witgate::policy::exchange::Exchange;
use witgate::policy::loading::Compiling;
use witgate::policy::tokens::Tokens;
use witgate::refusal::Refused;
use witgate_keyring::resource_server::bearer_token;
use witgate_keyring::{Keyring, Scrutiny};

/// What stands before the plugins and routes; `THREADS` is replaced.
const BASE: &str = r#"
[[listeners]]
address = "127.0.0.1:0"

[gateway]
threads = THREADS

[upstreams.home]
url = "http://127.0.0.1:9"
"#;

/// A loaded gateway.toml.
pub struct Policies {
    generation: Generation,
    /// Keeps the instances coming; after the generation.
    _builder: Builder,
    _runtime: Runtime,
    _folder: TempDir,
}

impl Policies {
    /// Loads them for so many workers; each name in `components` is a built component, at `NAME.wasm` in the text.
    pub fn load(text: &str, components: &[&str], threads: usize) -> Policies {
        let folder = tempfile::tempdir().expect("a folder");
        for name in components {
            std::fs::copy(built(name), folder.path().join(format!("{name}.wasm"))).expect("a copied component");
        }
        let path = folder.path().join("gateway.toml");
        let text = format!("{}\n{text}", BASE.replace("THREADS", &threads.to_string()));
        std::fs::write(&path, &text).expect("a written configuration");
        let draft = config::draft(&path, text).unwrap_or_else(|faults| panic!("{faults:?}"));
        let read = |plugin: &config::Plugin| (plugin.file.clone(), component::read(&plugin.file));
        let components = draft.config().plugins.iter().map(read).collect();
        let material = Material { components, cases: Cases::default() };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let builder = Builder::new(runtime.handle().clone(), Arc::new(Metrics::default()), Compiling::InProcess)
            .expect("an engine");
        let generation = builder.build(1, draft, &material, None);
        let generation = generation.unwrap_or_else(|faults| panic!("{faults:?}"));
        Policies { generation, _builder: builder, _runtime: runtime, _folder: folder }
    }

    /// Takes one request through all policies of a route before the upstream, as the corridor does.
    pub async fn ask(&self, route: &str, worker: usize, header: Option<(&'static str, &str)>) -> Result<(), Refused> {
        let index = self.generation.config.routes.iter().position(|one| one.name == route).expect("the route");
        let chain = &self.generation.chains[index];
        let mut exchange = Box::new(exchange(&self.generation.keyring, route, header));
        if let (true, Ok(token)) = (chain.authenticates(), bearer_token(&exchange.headers)) {
            self.generation.keyring.prepare(token, &mut exchange.scrutiny).await;
        }
        let verified = chain.authenticate(worker, &mut exchange).await?;
        let permitted = chain.authorize(worker, verified, &mut exchange).await?;
        let _chosen = chain.select(worker, permitted, &mut exchange).await?;
        Ok(())
    }
}

fn exchange(keyring: &Keyring, route: &str, header: Option<(&'static str, &str)>) -> Exchange {
    let mut exchange = Exchange::vacant();
    exchange.tokens = Tokens::Keyring(keyring.clone());
    exchange.scrutiny = Scrutiny::usual();
    (exchange.path, exchange.route) = ("/orders/7".into(), route.into());
    if let Some((name, value)) = header {
        exchange.headers.insert(name, value.parse().expect("a header's value"));
    }
    exchange
}

fn built(name: &str) -> PathBuf {
    let found = find(name);
    found.unwrap_or_else(|| panic!("{name}.wasm is missing: `cargo xtask test` builds the components before the tests"))
}

/// A component that cargo built, or one of another language that the tests built.
pub fn find(name: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let files = ["wasm32-wasip2/plugin", "languages"].map(|folder| target.join(folder).join(format!("{name}.wasm")));
    files.into_iter().find(|file| file.exists())
}
