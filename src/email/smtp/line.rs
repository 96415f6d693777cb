//! What a connection is read from and written to: a wire with a greeting in front of it where the server's own is read
//! already, and a bolt that nothing passes once it is shut.

use crate::email::wire::Wire;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the library is told where the greeting was read before the encryption began: it waits for one on every connection.
pub const READ_BEFORE: &[u8] = b"220 read before\r\n";

/// Lets bytes through until it is shut, and counts them.
#[derive(Debug, Clone, Default)]
pub struct Bolt(Arc<Passage>);

#[derive(Debug, Default)]
struct Passage {
    shut: AtomicBool,
    passed: AtomicU64,
}

impl Bolt {
    /// From now on nothing is written any more.
    pub fn shut(&self) {
        self.0.shut.store(true, Ordering::Release);
    }

    fn is_shut(&self) -> bool {
        self.0.shut.load(Ordering::Acquire)
    }

    /// How many bytes were written so far; what the system holds for a slow line counts as written.
    pub fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::Relaxed)
    }
}

/// A wire as the library uses it.
#[derive(Debug)]
pub struct Line {
    pub wire: Box<dyn Wire>,
    pub peer: SocketAddr,
    pub bolt: Bolt,
    /// What is read before anything of the wire.
    pub greeting: &'static [u8],
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.greeting.is_empty() {
            let (first, rest) = self.greeting.split_at(self.greeting.len().min(into.remaining()));
            into.put_slice(first);
            self.greeting = rest;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.wire).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.bolt.is_shut() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::BrokenPipe, "it was stopped on this side")));
        }
        let written = Pin::new(&mut self.wire).poll_write(context, bytes);
        if let Poll::Ready(Ok(written)) = written {
            self.bolt.0.passed.fetch_add(written as u64, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Line {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
