//! The system that the forgeries are tried on: four configured issuers whose keys are all called the same, and a
//! recorder behind the gateway. Never a service behind it that would refuse a token once more: only the gateway decides.

use std::ops::Deref;

use serde_json::Value;
use witgate_tests::mint::SigningKey;
use witgate_tests::{Mint, Recorder, Stack, StackBuilder};

/// Where the recorder is.
pub const PATH: &str = "/recorded";

/// A configured issuer that the policy does not list.
pub const UNLISTED: &str = "https://unlisted.witgate.test";

const TWIN: &str = "https://twin.witgate.test";
const RSA: &str = "https://rsa.witgate.test";

/// The issuers of the attacks.
pub struct Mints {
    /// ES256, strict
    pub main: Mint,
    /// the same with another key; its key set lists a second one
    pub twin: Mint,
    /// RS256, and lenient about the type as some issuers need it
    pub rsa: Mint,
}

/// The gateway and what stands behind it.
pub struct Door {
    /// who signs
    pub mints: Mints,
    /// what must never see a forged token
    pub recorder: Recorder,
    stack: Stack,
}

impl Deref for Door {
    type Target = Stack;

    fn deref(&self) -> &Stack {
        &self.stack
    }
}

impl Door {
    /// Starts the system.
    pub async fn open() -> Door {
        Door::with("").await
    }

    /// The same with more text in gateway.toml.
    pub async fn with(text: &str) -> Door {
        let mints = Mints {
            main: Mint::serve().await,
            twin: Mint::with_keys(TWIN, vec![SigningKey::es256(), SigningKey::es256()]).await,
            rsa: Mint::with_keys(RSA, vec![SigningKey::rs256()]).await,
        };
        let recorder = Recorder::serve().await;
        let builder = StackBuilder::new()
            .trusting(&mints.main)
            .replacing(
                r#"profiles = ["main"]"#,
                r#"profiles = ["main", "twin", "rsa", "dark"], max-age-seconds = 7200"#,
            )
            .replacing(r#""/whoami"]"#, &format!(r#""/whoami", "{PATH}"]"#));
        let stack = builder.with(&issuers(&mints)).with(&route(&recorder)).with(text).start().await;
        Door { mints, recorder, stack }
    }

    /// Every listed issuer's good token passes, and the recorder sees it.
    pub async fn refuse_no_good_token(&self) {
        for mint in [&self.mints.main, &self.mints.twin, &self.mints.rsa] {
            let served = self.recorder.served();
            let answer = self.get(PATH, Some(&mint.sign(&mint.claims()))).await;
            assert_eq!(answer.status(), 200, "the token of {} that all others differ from in one thing", mint.issuer());
            assert_eq!(self.recorder.served(), served + 1);
        }
    }
}

/// A leeway of 300 s lets a token be odd in its dates for longer than a slow machine needs.
fn issuers(mints: &Mints) -> String {
    let table = |name: &str, issuer: &str, mint: &Mint, rest: &str| {
        let url = mint.jwks_url();
        format!("[issuers.{name}]\nissuer = \"{issuer}\"\naudiences = [\"witgate\"]\njwks-url = \"{url}\"\n{rest}\n")
    };
    let lenient = "algorithms = [\"RS256\", \"PS256\"]\ntyp = \"jwt-compatible\"\nleeway-seconds = 300";
    let tables = [
        table("twin", TWIN, &mints.twin, ""),
        table("rsa", RSA, &mints.rsa, lenient),
        table("unlisted", UNLISTED, &mints.main, ""),
    ];
    tables.concat()
}

fn route(recorder: &Recorder) -> String {
    let url = recorder.url();
    format!(
        "[upstreams.recorder]\nurl = \"{url}\"\n\n[[routes]]\nname = \"recorded\"\npath = \"{PATH}\"\n\
         policies = [\"jwt\", \"authz\"]\nupstream = \"recorder\"\n"
    )
}

/// The text of a token's claims with more members in front.
pub fn prefixed(claims: &Value, members: &str) -> String {
    format!("{{{members},{}", &claims.to_string()[1..])
}
