//! `witgate-auth client add`: registers a service or an application. Never prints a secret a second time, and never
//! stores one: the database has its hash.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use witgate_token::MAX_JWKS_BYTES;

use super::ConfigArg;
use super::database::{by_cli, open_store};
use super::failure::Failure;
use super::output::say;
use crate::clock;
use crate::config::Config;
use crate::grant_type::GrantType;
use crate::opaque::{self, Kind};
use crate::registration::{Credential, Registration, RegistrationFault};
use crate::secret::Secret;

/// Mode of the file with a secret: its owner alone.
const SECRET_MODE: u32 = 0o600;

#[derive(Debug, Args)]
pub(super) struct AddClientArgs {
    /// A name for people, such as `gateway-1`
    name: String,
    /// Its id, such as `web-shop`; without it a UUID is made
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// What it may: revocations:read, tokens:introspect, tokens:revoke; with a grant also openid, profile, email and the
    /// scopes of the [roles] of the configuration. Repeat it for several
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
    /// How it gets tokens: authorization_code, refresh_token, client_credentials. Repeat it for several
    #[arg(long = "grant", value_name = "GRANT")]
    grants: Vec<GrantType>,
    /// Where a browser is sent back to, letter by letter. Repeat it for several
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// An audience that its tokens may have, of `audience` and `resources`; without it `audience` alone
    #[arg(long = "audience", value_name = "AUDIENCE")]
    audiences: Vec<String>,
    /// It is one of your own: users are not asked for their consent
    #[arg(long)]
    first_party: bool,
    /// It cannot keep a secret: an app on a device, a page in a browser
    #[arg(long, conflicts_with_all = ["jwks_file", "secret_file"])]
    public: bool,
    /// It signs with keys of its own (private_key_jwt); this file has their public parts, a JWKS document
    #[arg(long, value_name = "PATH", conflicts_with = "secret_file")]
    jwks_file: Option<PathBuf>,
    /// Write the secret into this new file, which only its owner can read, instead of printing it
    #[arg(long, value_name = "PATH")]
    secret_file: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArg,
}

/// The file is written first: a client whose secret nobody has would be of no use.
pub(super) async fn add(args: AddClientArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config.config)?;
    let (credential, secret) = credential(&args)?;
    let secret_file = args.secret_file.clone();
    let new = registration(args, credential).check(&config, clock::now())?;
    let store = open_store(&config).await?;
    let id = new.client_id.clone();
    if let (Some(path), Some(secret)) = (&secret_file, &secret) {
        write_secret(path, secret)?;
    }
    if let Err(cause) = store.add_client(new, by_cli()).await {
        if let Some(path) = &secret_file {
            // The first error is the one to tell.
            let _ = std::fs::remove_file(path);
        }
        return Err(cause.into());
    }
    say(&format!("client id: {id}"))?;
    match secret {
        Some(secret) if secret_file.is_none() => say(&format!("secret: {}", secret.expose())),
        _ => Ok(()),
    }
}

fn credential(args: &AddClientArgs) -> Result<(Credential, Option<Secret>), Failure> {
    if args.public {
        return Ok((Credential::Public, None));
    }
    if let Some(path) = &args.jwks_file {
        return Ok((Credential::Keys(read_keys(path)?), None));
    }
    let (secret, hash) = opaque::generate(Kind::ClientSecret).map_err(Failure::failed)?;
    Ok((Credential::Secret(hash), Some(secret)))
}

fn registration(args: AddClientArgs, credential: Credential) -> Registration {
    Registration {
        client_id: args.id,
        name: args.name,
        credential,
        redirect_uris: args.redirect_uris,
        grants: args.grants,
        scopes: args.scopes,
        audiences: args.audiences,
        first_party: args.first_party,
    }
}

/// Reads a little more than may be there: the rules say that it is too much.
fn read_keys(path: &Path) -> Result<String, Failure> {
    let read = || -> io::Result<String> {
        let mut text = String::new();
        File::open(path)?.take(MAX_JWKS_BYTES as u64 + 1).read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|cause| Failure::wrong_use(format!("--jwks-file: cannot read {}: {cause}", path.display())))
}

/// Never writes over a file that is there.
fn write_secret(path: &Path, secret: &Secret) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let mut file = File::options().write(true).create_new(true).mode(SECRET_MODE).open(path)?;
        writeln!(file, "{}", secret.expose())?;
        file.sync_all()
    };
    write().map_err(|cause| Failure::failed(format!("cannot write the secret to {}: {cause}", path.display())))
}

impl From<RegistrationFault> for Failure {
    fn from(fault: RegistrationFault) -> Self {
        let place = match fault.place {
            "name" => "NAME".to_owned(),
            "jwks" => "--jwks-file".to_owned(),
            flag => format!("--{flag}"),
        };
        Failure::wrong_use(format!("{place}: {}", fault.message))
    }
}
