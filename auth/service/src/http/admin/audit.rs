//! `/admin/v1/audit`: the audit log in pages, and as one stream. Never changes it, and never has more than a page of it in
//! memory.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::openapi::{Always, BadQuery, OperatorRefused};
use super::super::query::QueryOf;
use super::super::refused::Refused;
use super::operator::Operator;
use super::paging::Page;
use super::refusals::of_store;
use crate::audit_export::export as exported;
use crate::grants::Grants;
use crate::store::AuditRow;

#[derive(Serialize, ToSchema)]
pub(super) struct AuditPage {
    /// The oldest first
    entries: Vec<AuditRow>,
    /// The `after` of the next page; null: there is nothing more now
    next: Option<i64>,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// Only entries with a greater id
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Most entries of the page; 100 where nothing is said
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// Where an export begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// Only entries with a greater id
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// Read the audit log, the oldest entries first
#[utoipa::path(
    get, path = "/admin/v1/audit", tag = "audit", operation_id = "read_audit", params(AuditQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "a page", body = AuditPage), BadQuery, OperatorRefused, Always)
)]
pub(super) async fn list(
    State(grants): State<Grants>,
    _: Operator,
    QueryOf(query): QueryOf<AuditQuery>,
) -> Result<Json<AuditPage>, Refused> {
    let page = Page::new(None, query.limit)?;
    let rows = grants.store().audit_rows(query.after.unwrap_or(0), page.rows()).await.map_err(of_store)?;
    let (rows, more) = page.cut(rows, |row| row.id.to_string());
    let next = more.and_then(|_| rows.last().map(|row| row.id));
    Ok(Json(AuditPage { entries: rows, next }))
}

/// Export the audit log as NDJSON, the oldest entries first
///
/// One entry a line. An export that failed ends without the end of its body.
#[utoipa::path(
    get, path = "/admin/v1/audit/export", tag = "audit", operation_id = "export_audit", params(ExportQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "all entries of now", body = String, content_type = "application/x-ndjson"),
        BadQuery, OperatorRefused, Always
    )
)]
pub(super) async fn export(
    State(grants): State<Grants>,
    _: Operator,
    QueryOf(query): QueryOf<ExportQuery>,
) -> ([(HeaderName, &'static str); 1], Body) {
    let pages = exported(grants.store().clone(), query.after.unwrap_or(0));
    let pages = pages.inspect_err(|cause| tracing::error!(%cause, "an export of the audit log ends early"));
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(pages))
}
