//! A gateway in front of one upstream, with a route for each policy that is tried. Never with a service of the system.

use crate::alone::Alone;
use crate::mint::Mint;
use crate::trial::host::clients::Ask;
use crate::trial::host::home::Home;

/// What stands before the plugins and routes.
const BASE: &str = r#"
[[listeners]]
address = "127.0.0.1:0"

[admin]
address = "127.0.0.1:0"

[gateway]
threads = 2

[issuers.main]
issuer = "@ISSUER@"
audiences = ["witgate"]
algorithms = ["ES256"]
jwks-url = "@JWKS@"

[upstreams.home]
url = "@HOME@"

[upstreams.elsewhere]
url = "@ELSEWHERE@"

[[routes]]
name = "open"
host = "open.test"
prefix = "/"
public = true
upstream = "home"
"#;

/// The running three: whoever signs tokens, the upstream, the gateway.
pub struct Ground {
    /// Signs tokens of the profile `main`.
    pub mint: Mint,
    /// The upstream `home`, of every route here.
    pub home: Home,
    /// The upstream `elsewhere`, of no route here.
    pub elsewhere: Home,
    /// The gateway.
    pub gateway: Alone,
}

impl Ground {
    /// Starts them; `more` are plugins and routes, `made` components that are not built by cargo.
    pub async fn start(more: &str, made: &[(&str, Vec<u8>)]) -> Ground {
        let (mint, home, elsewhere) = (Mint::serve().await, Home::serve().await, Home::serve().await);
        let text = written(&mint, home.url(), elsewhere.url(), more);
        let gateway = Alone::start(&text, made).await;
        Ground { mint, home, elsewhere, gateway }
    }

    /// A good token.
    pub fn token(&self) -> String {
        self.mint.sign(&self.mint.claims())
    }

    /// Asks once; the status and the text.
    pub async fn ask(&self, ask: &Ask) -> (u16, String) {
        let mut request = self.gateway.http().get(format!("{}{}", self.gateway.url(), ask.path));
        request = request.header("host", &ask.host);
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.expect("an answer of the gateway");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    }
}

/// The gateway.toml of a ground.
pub fn written(mint: &Mint, home: &str, elsewhere: &str, more: &str) -> String {
    let base = BASE.replace("@ISSUER@", mint.issuer()).replace("@JWKS@", mint.jwks_url());
    format!("{}\n{more}", base.replace("@HOME@", home).replace("@ELSEWHERE@", elsewhere))
}

/// A public route at `NAME.test` with these policies, all named in `plugins`.
pub fn route(name: &str, policies: &[&str]) -> String {
    let policies: Vec<String> = policies.iter().map(|policy| format!("{policy:?}")).collect();
    format!(
        "\n[[routes]]\nname = \"{name}\"\nhost = \"{name}.test\"\nprefix = \"/\"\npublic = true\nupstream = \"home\"\n\
         policies = [{}]\n",
        policies.join(", ")
    )
}

/// A plugin of a component in `plugins/`; `more` are further lines of its table.
pub fn plugin(name: &str, world: &str, component: &str, more: &str) -> String {
    format!("\n[plugins.{name}]\nworld = \"{world}\"\nfile = \"plugins/{component}.wasm\"\n{more}\n")
}
