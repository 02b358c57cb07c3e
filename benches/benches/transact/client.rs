//! A client on one connection, that costs next to nothing.

use std::net::SocketAddr;

use orch_benches::{Outcome, message};
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
            if message::is_answered(&self.answer)? {
                return Ok(());
            }
        }
        Err("the connection is closed".into())
    }
}
