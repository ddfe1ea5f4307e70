//! Where the programs of a stack hear of revocations, as gateway.toml and a command line say it. Never asks a feed.

use crate::arguments::pair;
use crate::clients::Client;

/// A feed, and who asks it.
#[derive(Clone)]
pub struct Feed {
    revocations: String,
    account: Option<Account>,
}

/// Who asks, and where the issuer says of one token whether it is active.
#[derive(Clone)]
struct Account {
    introspection: String,
    client: Client,
}

impl Feed {
    /// A feed that asks nobody who they are, and no introspection.
    pub fn open(url: &str) -> Feed {
        Feed { revocations: url.to_owned(), account: None }
    }

    /// The feed of the auth service, heard at `heard_at`, and its introspection at `auth`; both are base addresses.
    pub fn of_auth(heard_at: &str, auth: &str, client: Client) -> Feed {
        let account = Account { introspection: format!("{auth}/oauth/introspect"), client };
        Feed { revocations: format!("{heard_at}/revocations"), account: Some(account) }
    }

    /// Lines for an issuer in gateway.toml.
    pub fn toml(&self) -> String {
        let mut text = format!("revocations-url = \"{}\"\n", self.revocations);
        if let Some(Account { introspection, client }) = &self.account {
            let (id, file) = (&client.id, client.secret_file.display());
            text += &format!(
                "introspection-url = \"{introspection}\"\nclient-id = \"{id}\"\nclient-secret-file = \"{file}\"\n"
            );
        }
        text
    }

    /// Options of a service that has no sensitive request.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = pair("--revocations-url", &self.revocations);
        if let Some(Account { client, .. }) = &self.account {
            arguments.extend(pair("--client-id", &client.id));
            arguments.extend(pair("--client-secret-file", &client.secret_file.display().to_string()));
        }
        arguments
    }

    /// Options of a service with sensitive requests: it may ask for one token, too.
    pub fn introspecting_arguments(&self) -> Vec<String> {
        let asks = self.account.iter().flat_map(|account| pair("--introspection-url", &account.introspection));
        self.arguments().into_iter().chain(asks).collect()
    }
}
