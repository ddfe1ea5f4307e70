//! The WASI that a guest's language runtime links whether it uses it or not, made inert, and real where it is granted.
//!
//! The interfaces named in [`FURNITURE`] may be imported. An empty environment and a hash seed are answered; clock,
//! randomness and the environment are real where the plugin's entry grants them, and a case's on a stage; every other call
//! traps, and says what to grant. Never grants a file, a socket or output; other imports are refused at load.

use std::hash::{BuildHasher, RandomState};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use wasmtime::component::{Component, ComponentType, Linker, LinkerInstance, Lower};
use wasmtime::{Error, Result, StoreContextMut};

use super::grants::Granted;
use super::guest::GuestState;
use super::reading::What;

/// What Rust's standard library for wasm32-wasip2 imports on its own account.
const FURNITURE: [&str; 5] = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/"];
/// The WASI that we know: any 0.2 release has these functions, with these types.
const VERSION: &str = "0.2.";
/// Most random bytes that one call is given.
const RANDOM_BYTES: u64 = 64 * 1024;
/// What the clocks' `resolution` says, in nanoseconds.
const RESOLUTION_NANOS: u64 = 1;

type Context<'c> = StoreContextMut<'c, GuestState>;
type Instance<'l> = LinkerInstance<'l, GuestState>;

/// `wasi:clocks/wall-clock.datetime`.
#[derive(Debug, Clone, Copy, ComponentType, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// Whether an import may be linked as inert furniture.
pub(super) fn is_furniture(import: &str) -> bool {
    FURNITURE.iter().any(|prefix| import.starts_with(prefix))
}

/// Links what is answered, by the very names that the component imports.
pub(super) fn add_to_linker(linker: &mut Linker<GuestState>, component: &Component, granted: &Granted) -> Result<()> {
    let engine = component.engine().clone();
    for (name, _) in component.component_type().imports(&engine) {
        let Some((interface, _)) = name.split_once('@').filter(|(_, version)| version.starts_with(VERSION)) else {
            continue;
        };
        match interface {
            "wasi:cli/environment" => environment(&mut linker.instance(name)?, granted)?,
            "wasi:clocks/wall-clock" => wall_clock(&mut linker.instance(name)?, granted.clock)?,
            "wasi:clocks/monotonic-clock" => monotonic_clock(&mut linker.instance(name)?, granted.clock)?,
            "wasi:random/random" => random(&mut linker.instance(name)?, granted.random, "")?,
            "wasi:random/insecure" => random(&mut linker.instance(name)?, granted.random, "insecure-")?,
            "wasi:random/insecure-seed" => {
                let seed = [hash_seed(), hash_seed()];
                linker.instance(name)?.func_wrap("insecure-seed", move |context: Context<'_>, ()| {
                    // On a stage it is always the same.
                    let [one, other] = if context.data().exchange.tokens.rehearsed().is_some() { [0; 2] } else { seed };
                    Ok(((one, other),))
                })?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn environment(linker: &mut Instance<'_>, granted: &Granted) -> Result<()> {
    let values = granted.environment.clone();
    linker.func_wrap("get-environment", move |mut context: Context<'_>, ()| {
        let scripted = context.data().exchange.tokens.rehearsed().map(|case| case.environment.clone());
        let values = scripted.unwrap_or_else(|| values.clone());
        for (name, value) in &values {
            context.data_mut().read(What::Environment, name, value.len(), || Some(value.clone()))?;
        }
        Ok((values,))
    })?;
    linker.func_wrap("get-arguments", |_, ()| Ok((Vec::<String>::new(),)))?;
    linker.func_wrap("initial-cwd", |_, ()| Ok((Option::<String>::None,)))
}

fn wall_clock(linker: &mut Instance<'_>, granted: bool) -> Result<()> {
    linker.func_wrap("now", move |mut context: Context<'_>, ()| {
        demand(granted, "wasi:clocks/wall-clock#now", "clock = true")?;
        let exchange = &context.data().exchange;
        let (seconds, nanoseconds) = match (exchange.tokens.rehearsed(), exchange.at) {
            (Some(case), _) => case.clock.unix(),
            (None, Some(asked_at)) => (asked_at, 0),
            (None, None) => unix_now(),
        };
        let now = Datetime { seconds, nanoseconds };
        context.data_mut().read(What::Clock, "now", size_of::<u64>(), || Some(now.seconds.to_string()))?;
        Ok((now,))
    })?;
    linker.func_wrap("resolution", move |_, ()| {
        demand(granted, "wasi:clocks/wall-clock#resolution", "clock = true")?;
        Ok((Datetime { seconds: 0, nanoseconds: 1 },))
    })
}

/// It counts from the plugin's load: how long the machine is up is nobody's business. Nothing is there to wait for.
fn monotonic_clock(linker: &mut Instance<'_>, granted: bool) -> Result<()> {
    let began = Instant::now();
    linker.func_wrap("now", move |mut context: Context<'_>, ()| {
        demand(granted, "wasi:clocks/monotonic-clock#now", "clock = true")?;
        // No time passes on a stage.
        let nanos = match context.data().exchange.tokens.rehearsed() {
            Some(_) => 0,
            None => u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX),
        };
        context.data_mut().read(What::Clock, "monotonic", size_of::<u64>(), || Some(nanos.to_string()))?;
        Ok((nanos,))
    })?;
    linker.func_wrap("resolution", move |_, ()| {
        demand(granted, "wasi:clocks/monotonic-clock#resolution", "clock = true")?;
        Ok((RESOLUTION_NANOS,))
    })
}

/// The insecure kind is as good as the other: nothing is gained by a worse one.
fn random(linker: &mut Instance<'_>, granted: bool, kind: &'static str) -> Result<()> {
    let bytes_name = format!("get-{kind}random-bytes");
    linker.func_wrap(&bytes_name, move |mut context: Context<'_>, (length,): (u64,)| {
        demand(granted, "wasi:random#get-random-bytes", "random = true")?;
        let bytes = random_bytes(context.data_mut(), length)?;
        context.data_mut().read(What::Random, "", bytes.len(), || None)?;
        Ok((bytes,))
    })?;
    linker.func_wrap(&format!("get-{kind}random-u64"), move |mut context: Context<'_>, ()| {
        demand(granted, "wasi:random#get-random-u64", "random = true")?;
        context.data_mut().read(What::Random, "", size_of::<u64>(), || None)?;
        let number = match context.data_mut().exchange.tokens.rehearsed_mut() {
            Some(case) => case.chance.number(),
            None => getrandom::u64().map_err(|error| Error::msg(error.to_string()))?,
        };
        Ok((number,))
    })
}

fn unix_now() -> (u64, u32) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since.as_secs(), since.subsec_nanos())
}

fn random_bytes(guest: &mut GuestState, length: u64) -> Result<Vec<u8>> {
    if length > RANDOM_BYTES {
        return Err(Error::msg(format!("asked for {length} random bytes; one call gives at most {RANDOM_BYTES}")));
    }
    let length = usize::try_from(length)?;
    if let Some(case) = guest.exchange.tokens.rehearsed_mut() {
        return Ok(case.chance.bytes(length));
    }
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(|error| Error::msg(error.to_string()))?;
    Ok(bytes)
}

/// The trap of what is linked but not granted.
fn demand(granted: bool, function: &str, line: &str) -> Result<()> {
    if granted {
        return Ok(());
    }
    Err(Error::msg(format!("called `{function}`, which is not granted: add {line} under its `grants`")))
}

/// A seed against hash flooding; no secret and no randomness grant. It is drawn once for each load of a plugin, so that all
/// its instances answer alike, and a coin that is tossed with it always falls on the same side.
fn hash_seed() -> u64 {
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_and_http_are_not_furniture() {
        assert!(is_furniture("wasi:io/streams@0.2.6"));
        assert!(!is_furniture("wasi:sockets/tcp@0.2.6"));
        assert!(!is_furniture("wasi:http/outgoing-handler@0.2.6"));
        assert!(!is_furniture("acme:kv/store@1.0.0"));
    }
}
