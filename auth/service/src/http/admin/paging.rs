//! Lists in pages: what comes after a cursor, and the cursor of the next page. Never more than a page in memory.

use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::refused::Refused;

/// Most entries of one page.
const MAX_LIMIT: usize = 500;
/// Entries of one page where nothing is said.
const LIMIT: usize = 100;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// The `next` of the page before; nothing: the first page
    after: Option<String>,
    /// Most entries of the page; 100 where nothing is said
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

impl PageQuery {
    pub(super) fn page(self) -> Result<Page, Refused> {
        Page::new(self.after, self.limit)
    }
}

/// A page that may be asked for.
#[derive(Debug)]
pub(super) struct Page {
    /// The cursor, empty for the first page.
    pub(super) after: String,
    limit: usize,
}

impl Page {
    /// 400 for a limit that no page has.
    pub(super) fn new(after: Option<String>, limit: Option<usize>) -> Result<Page, Refused> {
        let limit = limit.unwrap_or(LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let detail = format!("limit is 1 to {MAX_LIMIT}");
            return Err(Refused::new(StatusCode::BAD_REQUEST, "invalid_request", detail));
        }
        Ok(Page { after: after.unwrap_or_default(), limit })
    }

    /// How many rows to read: one more than are shown, to know whether there is a next page.
    pub(super) fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// The rows of the page, and its last one's cursor when more rows were read than it has.
    pub(super) fn cut<T>(&self, mut rows: Vec<T>, cursor: impl FnOnce(&T) -> String) -> (Vec<T>, Option<String>) {
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| has_more).map(cursor);
        (rows, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_next_one() {
        let page = Page::new(None, Some(2)).unwrap();
        assert_eq!(page.rows(), 3);
        assert_eq!(page.cut(vec![1, 2, 3], i32::to_string), (vec![1, 2], Some("2".to_owned())));
        assert_eq!(page.cut(vec![1, 2], i32::to_string), (vec![1, 2], None));
        assert_eq!(page.cut(vec![], i32::to_string), (vec![], None));
        assert!(Page::new(None, Some(0)).is_err() && Page::new(None, Some(501)).is_err());
    }
}
