//! `witgate debug-token`: a value for the X-Witgate-Debug header, signed with the operator's private key.
//!
//! Never prints the key or anything of it, and never makes a token that lives longer than the gateway takes.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value};

use crate::explain::operator_key::{AUDIENCE, ISSUER, MAX_LIFETIME_SECONDS};
use crate::unix_time;

/// The largest key file, in bytes.
const KEY_BYTES: u64 = 16 * 1024;
/// Exit code for a key that cannot be used.
const EXIT_REFUSED: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct DebugToken {
    /// The private key: a PEM file (PKCS #8) with an Ed25519 or P-256 key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Trace only on this route
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// How long it counts, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=MAX_LIFETIME_SECONDS))]
    seconds: u64,
}

pub(super) fn run(arguments: &DebugToken) -> ExitCode {
    match signed(arguments) {
        Ok(token) => {
            let _ = writeln!(std::io::stdout(), "{token}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "witgate debug-token: {}: {why}", arguments.key.display());
            ExitCode::from(EXIT_REFUSED)
        }
    }
}

fn signed(arguments: &DebugToken) -> Result<String, String> {
    let (algorithm, key) = key(&read(&arguments.key)?)?;
    let now = unix_time::now();
    let mut claims = Map::new();
    claims.insert("iss".into(), ISSUER.into());
    claims.insert("aud".into(), AUDIENCE.into());
    claims.insert("sub".into(), "operator".into());
    claims.insert("iat".into(), now.into());
    claims.insert("exp".into(), (now + arguments.seconds).into());
    if let Some(route) = &arguments.route {
        claims.insert("route".into(), Value::from(route.as_str()));
    }
    jsonwebtoken::encode(&Header::new(algorithm), &Value::Object(claims), &key).map_err(|_| unusable())
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let mut pem = Vec::new();
    let opened = std::fs::File::open(file).map_err(|error| error.to_string())?;
    opened.take(KEY_BYTES).read_to_end(&mut pem).map_err(|error| error.to_string())?;
    Ok(pem)
}

fn key(pem: &[u8]) -> Result<(Algorithm, EncodingKey), String> {
    let ed = EncodingKey::from_ed_pem(pem).map(|key| (Algorithm::EdDSA, key));
    ed.or_else(|_| EncodingKey::from_ec_pem(pem).map(|key| (Algorithm::ES256, key))).map_err(|_| unusable())
}

fn unusable() -> String {
    "not a private key of Ed25519 or P-256 in PEM (PKCS #8)".to_owned()
}
