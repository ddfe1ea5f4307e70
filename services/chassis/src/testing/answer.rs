//! What a service answered, read whole, with the headers that tests look at.
//! Never judges by itself: [`Answer::is_problem`] is asked for.

use reqwest::Response;
use serde_json::Value;

/// What came back. A header that did not come is the empty text.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `Content-Type`
    pub content_type: String,
    /// `WWW-Authenticate`
    pub challenge: String,
    /// `Retry-After`
    pub retry_after: String,
    /// The JSON, or the text as a JSON text where it is none.
    pub body: Value,
}

impl Answer {
    /// Reads the response to its end.
    pub async fn of(response: Response) -> Answer {
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let status = response.status().as_u16();
        let (content_type, challenge) = (header("content-type"), header("www-authenticate"));
        let retry_after = header("retry-after");
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, content_type, challenge, retry_after, body }
    }

    /// Checks that this is a problem document with this status and code.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.content_type, "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
    }
}
