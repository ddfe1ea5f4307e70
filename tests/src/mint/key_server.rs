//! A key set on loopback. Never more than one document.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::SigningKey;
use super::key_id;

/// The document with the public halves of the keys.
pub(super) fn jwks(keys: &[SigningKey]) -> String {
    let keys: Vec<_> = keys.iter().enumerate().map(|(index, key)| key.jwk(&key_id(index))).collect();
    json!({ "keys": keys }).to_string()
}

/// Answers every request with the document, until it is aborted.
pub(super) async fn serve(listener: TcpListener, document: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let _client_left = answer(stream, &document).await;
    }
}

async fn answer(mut stream: TcpStream, document: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let length = document.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}connection: close\r\n\r\n{document}").as_bytes()).await
}
