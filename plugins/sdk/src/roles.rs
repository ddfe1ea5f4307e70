//! The plugin as the gateway calls it: the exported interfaces, implemented once over the SDK's traits.
//!
//! Never decides anything: moves values across the boundary.
use std::cell::OnceCell;
use std::marker::PhantomData;

use crate::component::bindings::imports::witgate::policy::types as wire;
use crate::component::bindings::{authenticator, authorizer, filter, lifecycle, router};
use crate::head;
use crate::instance::{configure, configured};
use crate::plugin::{Authenticator, Authorizer, Filter, Plugin, Router};
use crate::types::{Action, Decision, HeaderOp, Outcome, Refusal, Selection, Target};

/// Where a component keeps its one instance; the export macro implements it.
pub trait Instance: 'static {
    /// The plugin behind the exports.
    type Plugin: Plugin;
    /// Looks at the cell of the one instance.
    fn with<R>(call: impl FnOnce(&OnceCell<Self::Plugin>) -> R) -> R;
}

/// Carries the exports for whatever role the plugin has.
pub struct Glue<I>(PhantomData<I>);

impl<I: Instance> lifecycle::Guest for Glue<I> {
    fn describe() -> lifecycle::Metadata {
        lifecycle::Metadata {
            name: I::Plugin::NAME.to_owned(),
            version: I::Plugin::VERSION.to_owned(),
            description: I::Plugin::DESCRIPTION.to_owned(),
            config_schema: I::Plugin::config_schema(),
        }
    }

    fn configure(config_json: String) -> Result<(), String> {
        I::with(|instance| configure(instance, &config_json))
    }
}

impl<I: Instance<Plugin: Authenticator>> authenticator::Guest for Glue<I> {
    fn authenticate() -> authenticator::Outcome {
        match called::<I, _>(|plugin| plugin.authenticate()) {
            Outcome::Authenticated(attributes) => authenticator::Outcome::Authenticated(attributes),
            Outcome::Anonymous => authenticator::Outcome::Anonymous,
            Outcome::Refused(reason) => authenticator::Outcome::Refused(refusal(reason)),
        }
    }
}

impl<I: Instance<Plugin: Authorizer>> authorizer::Guest for Glue<I> {
    fn authorize() -> authorizer::Decision {
        match called::<I, _>(|plugin| plugin.authorize()) {
            Decision::Allow => authorizer::Decision::Allow,
            Decision::Abstain => authorizer::Decision::Abstain,
            Decision::Deny(reason) => authorizer::Decision::Deny(refusal(reason)),
        }
    }
}

impl<I: Instance<Plugin: Router>> router::Guest for Glue<I> {
    fn select() -> router::Selection {
        match called::<I, _>(|plugin| plugin.select()) {
            Selection::To(Target { upstream, path, attributes }) => {
                router::Selection::To(router::Target { upstream, path, attributes })
            }
            Selection::Default => router::Selection::Default,
            Selection::Refused(reason) => router::Selection::Refused(refusal(reason)),
        }
    }
}

impl<I: Instance<Plugin: Filter>> filter::Guest for Glue<I> {
    fn on_request() -> filter::Action {
        match called::<I, _>(|plugin| plugin.on_request()) {
            Action::Forward(ops) => filter::Action::Forward(ops.into_iter().map(header_op).collect()),
            Action::Refused(reason) => filter::Action::Refused(refusal(reason)),
        }
    }

    fn on_response(status: u16) -> Vec<filter::HeaderOp> {
        let ops = called::<I, _>(|plugin| plugin.on_response(status));
        ops.into_iter().map(header_op).collect()
    }
}

/// One call of the role: what was known of another request is forgotten first.
fn called<I: Instance, R>(call: impl FnOnce(&I::Plugin) -> R) -> R {
    head::forget();
    I::with(|instance| call(configured(instance)))
}

fn refusal(reason: Refusal) -> wire::Refusal {
    wire::Refusal { status: reason.status, code: reason.code, message: reason.message }
}

fn header_op(op: HeaderOp) -> filter::HeaderOp {
    match op {
        HeaderOp::Set(name, value) => filter::HeaderOp::Set((name, value)),
        HeaderOp::Append(name, value) => filter::HeaderOp::Append((name, value)),
        HeaderOp::Remove(name) => filter::HeaderOp::Remove(name),
    }
}
