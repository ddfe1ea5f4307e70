//! What one plugin was granted, ready to be linked and called.
//!
//! Never shared between plugins, but for the store that they name alike.

use std::sync::Arc;
use std::time::Instant;

use wasmtime::component::{Linker, LinkerInstance};
use wasmtime::{Result, StoreContextMut};

use super::outbound::Outbound;
use super::scripted;
use super::shortened::Shortened;
use super::store::Store;
use crate::policy::bindings::outbound::{Error as OutboundError, Request, Response};
use crate::policy::bindings::store::Error as StoreError;
use crate::policy::guest::GuestState;
use crate::policy::hidden::Hidden;
use crate::policy::reading::What;
use crate::policy::rehearsed::Rehearsed;

/// See the module.
#[derive(Default)]
pub(in crate::policy) struct Granted {
    pub(in crate::policy) clock: bool,
    pub(in crate::policy) random: bool,
    /// names and values
    pub(in crate::policy) environment: Vec<(String, String)>,
    pub(super) store: Option<Arc<Store>>,
    pub(super) outbound: Option<Arc<Outbound>>,
    /// the plugin's config, with the values of its secrets
    pub(in crate::policy) config_json: String,
    /// what must not be said of it; instances hold it, too
    pub(in crate::policy) hidden: Arc<Hidden>,
}

impl Granted {
    /// Whether a call may wait, so that it needs a stack of its own.
    pub(in crate::policy) fn waits(&self) -> bool {
        self.outbound.is_some()
    }

    /// Whether a store was granted.
    pub(in crate::policy) fn store_granted(&self) -> bool {
        self.store.is_some()
    }

    /// Links the granted interfaces of `wit/grants.wit`. The others are left out: who imports one is refused.
    pub(in crate::policy) fn add_to_linker(&self, linker: &mut Linker<GuestState>) -> Result<()> {
        if let Some(store) = &self.store {
            link_store(&mut linker.instance("witgate:policy/store@0.2.0")?, store)?;
        }
        if let Some(outbound) = &self.outbound {
            link_outbound(&mut linker.instance("witgate:policy/outbound@0.2.0")?, outbound)?;
        }
        Ok(())
    }
}

type Context<'c> = StoreContextMut<'c, GuestState>;

/// The case of a stage, whose store and answers stand for the real ones.
fn case<'c>(context: &'c mut Context<'_>) -> Option<&'c mut Rehearsed> {
    context.data_mut().exchange.tokens.rehearsed_mut()
}

fn link_store(linker: &mut LinkerInstance<'_, GuestState>, store: &Arc<Store>) -> Result<()> {
    let get = Arc::clone(store);
    linker.func_wrap("get", move |mut context: Context<'_>, (key,): (String,)| {
        let value = match case(&mut context) {
            Some(case) => scripted::get(&case.store, &key),
            None => get.get(&key, Instant::now()),
        };
        let shown = || value.as_deref().map(|value| String::from_utf8_lossy(value).into_owned());
        context.data_mut().read(What::Store, &key, value.as_ref().map_or(0, Vec::len), shown)?;
        Ok((value,))
    })?;
    let (told, set) = (Arc::new(Shortened::default()), Arc::clone(store));
    let counted = Arc::clone(&told);
    linker.func_wrap(
        "set",
        move |mut context: Context<'_>, (key, value, seconds): (String, Vec<u8>, Option<u32>)| {
            context.data_mut().note_deed();
            let outcome: Result<(), StoreError> = match case(&mut context) {
                Some(case) => scripted::set(&mut case.store, key, value, seconds),
                None => {
                    told.hear(&context.data().plugin, &set, seconds);
                    set.set(&key, value, seconds, Instant::now())
                }
            };
            Ok((outcome,))
        },
    )?;
    let delete = Arc::clone(store);
    linker.func_wrap("delete", move |mut context: Context<'_>, (key,): (String,)| {
        context.data_mut().note_deed();
        match case(&mut context) {
            Some(case) => drop(case.store.remove(&key)),
            None => delete.delete(&key),
        }
        Ok(())
    })?;
    let increment = Arc::clone(store);
    linker.func_wrap("increment", move |mut context: Context<'_>, (key, by, seconds): (String, i64, Option<u32>)| {
        let sum: Result<i64, StoreError> = match case(&mut context) {
            Some(case) => scripted::increment(&mut case.store, key.clone(), by, seconds),
            None => {
                counted.hear(&context.data().plugin, &increment, seconds);
                increment.increment(&key, by, seconds, Instant::now())
            }
        };
        let shown = || sum.ok().map(|sum| sum.to_string());
        context.data_mut().read(What::Store, &key, size_of::<i64>(), shown)?;
        Ok((sum,))
    })
}

fn link_outbound(linker: &mut LinkerInstance<'_, GuestState>, outbound: &Arc<Outbound>) -> Result<()> {
    let outbound = Arc::clone(outbound);
    linker.func_wrap_async("send", move |mut context: Context<'_>, (request,): (Request,)| {
        let outbound = Arc::clone(&outbound);
        Box::new(async move {
            let asked = origin(&request);
            let scripted =
                case(&mut context).map(|case| scripted::send(&case.answers, &request, outbound.most_bytes()));
            let answer: Result<Response, OutboundError> = match scripted {
                Some(answer) => answer,
                None => outbound.send(request).await,
            };
            let bytes = answer.as_ref().map_or(0, |response| response.body.len());
            let shown =
                || Some(answer.as_ref().map_or_else(|why| format!("{why:?}"), |response| response.status.to_string()));
            context.data_mut().read(What::Http, &asked, bytes, shown)?;
            Ok((answer,))
        })
    })
}

/// Method and host of a request, for whoever looks on: a path or a query may hold a secret.
fn origin(request: &Request) -> String {
    let host = url::Url::parse(&request.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    format!("{} {}", request.method, host.unwrap_or_default())
}
