//! A client on one connection, that costs next to nothing.

use std::net::SocketAddr;

use orch_benches::Outcome;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: Vec::with_capacity(4096),
        })
    }

    /// Sends the bytes of a request, and reads an answer of status 200 to its end.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Outcome<()> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        while self.stream.read_buf(&mut self.answer).await? > 0 {
            let text = std::str::from_utf8(&self.answer)?;
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() < length.ok_or("an answer without a length")?.parse()? {
                continue;
            }
            return match head.starts_with("HTTP/1.1 200") {
                true => Ok(()),
                false => Err(text.to_owned().into()),
            };
        }
        Err("the connection is closed".into())
    }
}
