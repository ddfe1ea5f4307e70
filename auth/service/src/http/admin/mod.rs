//! The admin listener: users, clients, roles, sessions, keys and the audit log, under `/admin/v1`. Never answers anyone but
//! operators, except with the document that says what there is.

mod operator;
mod paging;
mod refusals;
mod users;
mod clients;
mod roles;
mod sessions;
mod keys;
mod audit;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::openapi::{self, Document};
use super::{MAX_BODY_BYTES, deadline, finished};
use crate::accounts::{Accounts, LastOperator};
use crate::config::Config;
use crate::grants::Grants;
use witgate_wire::TrustedProxies;

/// What handlers have.
#[derive(Clone)]
struct Admin {
    grants: Grants,
    accounts: Accounts,
    config: Arc<Config>,
    proxies: Arc<TrustedProxies>,
    document: Document,
}

impl FromRef<Admin> for Grants {
    fn from_ref(admin: &Admin) -> Grants {
        admin.grants.clone()
    }
}

impl FromRef<Admin> for Accounts {
    fn from_ref(admin: &Admin) -> Accounts {
        admin.accounts.clone()
    }
}

impl FromRef<Admin> for Arc<Config> {
    fn from_ref(admin: &Admin) -> Arc<Config> {
        Arc::clone(&admin.config)
    }
}

impl FromRef<Admin> for Arc<TrustedProxies> {
    fn from_ref(admin: &Admin) -> Arc<TrustedProxies> {
        Arc::clone(&admin.proxies)
    }
}

impl FromRef<Admin> for Document {
    fn from_ref(admin: &Admin) -> Document {
        admin.document.clone()
    }
}

/// All routes of the admin listener.
pub fn router(grants: Grants, proxies: TrustedProxies, config: Config) -> Router {
    let (store, passwords) = (grants.store().clone(), grants.passwords().clone());
    let accounts = Accounts::new(store, passwords, config.roles.clone(), LastOperator::Stays);
    let (open, open_api) = described().split_for_parts();
    let (guarded, api) = OpenApiRouter::with_openapi(open_api).merge(guarded()).split_for_parts();
    let (config, proxies, document) = (Arc::new(config), Arc::new(proxies), Document::new(&api));
    let admin = Admin { grants, accounts, config, proxies, document };
    // Around all of them at once: a route that is added cannot be forgotten.
    let guarded = guarded.route_layer(from_fn_with_state(admin.clone(), operator::require));
    finished(open.merge(guarded).layer(from_fn(deadline::limit_time)), admin)
}

/// What anyone who reaches the listener may read.
fn described() -> OpenApiRouter<Admin> {
    OpenApiRouter::with_openapi(openapi::begun("Witgate auth service: administration"))
        .routes(routes!(openapi::document))
}

/// What only operators may.
fn guarded() -> OpenApiRouter<Admin> {
    OpenApiRouter::default()
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::show, users::change))
        .routes(routes!(users::disable))
        .routes(routes!(users::enable))
        .routes(routes!(users::set_password))
        .routes(routes!(users::end_sessions))
        .routes(routes!(clients::list, clients::add))
        .routes(routes!(clients::show))
        .routes(routes!(clients::disable))
        .routes(routes!(clients::new_secret))
        .routes(routes!(roles::list))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(keys::list, keys::rotate))
        .routes(routes!(keys::retire))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}
