//! A client on one connection, and what everything but itself costs.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use orch_benches::{Outcome, message};

pub(crate) struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: vec![0; 64 * 1024],
        })
    }

    /// Sends the bytes of a request, and reads an answer of status 200 to its end.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Outcome<()> {
        self.stream.write_all(request)?;
        let mut n_read = 0;
        loop {
            n_read += self.stream.read(&mut self.answer[n_read..])?;
            if message::is_answered(&self.answer[..n_read])? {
                return Ok(());
            }
        }
    }
}

/// The CPU that all threads of this process have used but the calling one, which must be the first.
pub(crate) fn used_by_others() -> Outcome<Duration> {
    let own = std::process::id().to_string();
    let mut nanos = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let thread = thread?;
        if thread.file_name() == *own {
            continue;
        }
        // One that has just ended has no figures any more.
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        nanos += text.split(' ').next().unwrap_or_default().parse().unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanos))
}
