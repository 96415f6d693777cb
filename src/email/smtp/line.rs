//! What a connection is read from and written to: a wire with a greeting in front of it where the server's own is read
//! already, whose answers are put into the one form that the library reads, and a bolt that nothing passes once it is shut.

use crate::email::wire::Wire;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the library is told where the greeting was read before the encryption began: it waits for one on every connection.
pub const READ_BEFORE: &[u8] = b"220 read before\r\n";

/// Bytes of a line after which it is read although it has not ended; the library does not take that many.
const LONGEST: usize = 64 * 1024;

/// Lets bytes through until it is shut, and counts them.
#[derive(Debug, Clone, Default)]
pub struct Bolt(Arc<Passage>);

#[derive(Debug, Default)]
struct Passage {
    shut: AtomicBool,
    passed: AtomicU64,
    measures: AtomicBool,
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

    /// Whether the server wants to know beforehand how large a mail is (RFC 1870).
    pub fn measures(&self) -> bool {
        self.0.measures.load(Ordering::Relaxed)
    }

    fn heard(&self, line: &str) {
        let words = line.get(4..).filter(|_| line.starts_with("250")).unwrap_or_default();
        if words.split_ascii_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("SIZE")) {
            self.0.measures.store(true, Ordering::Relaxed);
        }
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
    /// What came of a line that has not ended, and of others what was not read yet.
    pub answers: Answers,
}

/// Answers on their way to the library, line by line. It takes an answer without words, one that is not UTF-8 and one that ends
/// without a carriage return for no answer at all, after the last step too.
#[derive(Debug, Default)]
pub struct Answers {
    begun: Vec<u8>,
    ready: VecDeque<u8>,
}

impl Answers {
    fn take(&mut self, bytes: &[u8], bolt: &Bolt) {
        for byte in bytes {
            self.begun.push(*byte);
            if *byte == b'\n' || self.begun.len() >= LONGEST {
                self.end(bolt);
            }
        }
    }

    fn end(&mut self, bolt: &Bolt) {
        let line = String::from_utf8_lossy(&self.begun);
        bolt.heard(&line);
        match line.strip_suffix('\n') {
            Some(words) => {
                let words = words.strip_suffix('\r').unwrap_or(words);
                self.ready.extend(words.as_bytes());
                if words.len() == 3 {
                    self.ready.push_back(b' ');
                }
                self.ready.extend(b"\r\n");
            }
            None => self.ready.extend(line.as_bytes()),
        }
        self.begun.clear();
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.greeting.is_empty() {
            let (first, rest) = self.greeting.split_at(self.greeting.len().min(into.remaining()));
            into.put_slice(first);
            self.greeting = rest;
            return Poll::Ready(Ok(()));
        }
        while self.answers.ready.is_empty() {
            let mut part = [0; 4096];
            let mut read = ReadBuf::new(&mut part);
            ready!(Pin::new(&mut self.wire).poll_read(context, &mut read))?;
            let Self { answers, bolt, .. } = &mut *self;
            match read.filled() {
                [] if answers.begun.is_empty() => return Poll::Ready(Ok(())),
                [] => answers.end(bolt),
                some => answers.take(some, bolt),
            }
        }
        let (first, _) = self.answers.ready.as_slices();
        let count = first.len().min(into.remaining());
        into.put_slice(&first[..count]);
        self.answers.ready.drain(..count);
        Poll::Ready(Ok(()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_put_into_one_form_however_they_are_cut() {
        let said =
            b"220-mx\n250-mx\r\n250-SIZE 35882577\r\n250\r\n250 n\xe4chste\r\n250-Gr\xc3\xbc\xc3\x9fe\r\n421 bye";
        let read =
            "220-mx\r\n250-mx\r\n250-SIZE 35882577\r\n250 \r\n250 n\u{fffd}chste\r\n250-Gr\u{fc}\u{df}e\r\n421 bye";
        for size in 1..said.len() {
            let (mut answers, bolt) = (Answers::default(), Bolt::default());
            said.chunks(size).for_each(|part| answers.take(part, &bolt));
            answers.end(&bolt);
            let ready: Vec<u8> = answers.ready.into_iter().collect();
            assert_eq!(String::from_utf8_lossy(&ready), read);
            assert!(bolt.measures());
        }
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let (mut answers, bolt) = (Answers::default(), Bolt::default());
        assert!(!bolt.measures());
        answers.take(&vec![b'a'; LONGEST * 2 + 7], &bolt);
        assert_eq!((answers.begun.len(), answers.ready.len()), (7, LONGEST * 2));
    }
}
