//! A connection's stream, which can be cut from outside and never waits for a reader that takes nothing.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::oneshot,
    time::{Sleep, sleep},
};

/// How long the other side may take to hang up after it was told that everything is said.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// A stream under supervision. russh waits for the socket in places where it looks at nothing else: in the key exchange, in
/// a write, and for the end after a farewell; each of these would hold a connection for ever.
#[derive(Debug)]
pub struct Line<S = TcpStream> {
    stream: S,
    /// Cuts the line when it is used or dropped.
    knife: oneshot::Receiver<()>,
    cut: bool,
    /// Bytes that were sent before the line began, and are not sent again.
    sent: usize,
    stall: Duration,
    /// Runs while bytes wait to be taken.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Runs after the last word.
    leaving: Option<Pin<Box<Sleep>>>,
    last_words: Duration,
}

impl<S> Line<S> {
    /// A line that lives for as long as the knife's other end is kept; `stall` is how long bytes may wait to be taken.
    pub const fn new(stream: S, knife: oneshot::Receiver<()>, stall: Duration) -> Self {
        Self { stream, knife, cut: false, sent: 0, stall, waiting: None, leaving: None, last_words: LAST_WORDS }
    }

    /// A line of which the first bytes that are written went out already: the greeting.
    #[must_use]
    pub fn after(self, sent: usize) -> Self {
        Self { sent, ..self }
    }

    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        self.cut = self.cut || Pin::new(&mut self.knife).poll(context).is_ready();
        if self.cut { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Counts how long a write has been waiting.
    fn patience<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(self.stall)));
        ready!(waiting.as_mut().poll(context));
        self.cut = true;
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        if let Some(leaving) = &mut self.leaving
            && leaving.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(context)?;
        if self.sent > 0 {
            let skipped = self.sent.min(bytes.len());
            self.sent -= skipped;
            return Poll::Ready(Ok(skipped));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patience(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context)?;
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.patience(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let last_words = self.last_words;
        self.leaving.get_or_insert_with(|| Box::pin(sleep(last_words)));
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    fn line(room: usize, stall: Duration) -> (Line<DuplexStream>, DuplexStream, oneshot::Sender<()>) {
        let (ours, theirs) = duplex(room);
        let (knife, cut) = oneshot::channel();
        (Line::new(ours, cut, stall), theirs, knife)
    }

    fn alone(work: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work);
    }

    #[test]
    fn a_line_is_cut_while_it_is_being_read() {
        alone(async {
            let (mut line, _theirs, knife) = line(10, Duration::from_mins(1));
            let reading = tokio::spawn(async move { line.read_u8().await.unwrap_err().kind() });
            tokio::task::yield_now().await;
            drop(knife);
            assert_eq!(reading.await.unwrap(), io::ErrorKind::ConnectionAborted);
        });
    }

    #[test]
    fn what_was_sent_before_is_not_sent_again() {
        alone(async {
            let (line, mut theirs, _knife) = line(100, Duration::from_mins(1));
            let mut line = line.after(8);
            line.write_all(b"greet").await.unwrap();
            line.write_all(b"ingand more").await.unwrap();
            drop(line);
            let mut read = String::new();
            theirs.read_to_string(&mut read).await.unwrap();
            assert_eq!(read, "and more");
        });
    }

    #[test]
    fn what_nobody_takes_ends_the_line() {
        alone(async {
            let (mut line, _theirs, _knife) = line(10, Duration::from_millis(5));
            assert_eq!(line.write_all(&[7; 11]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
            assert_eq!(line.read_u8().await.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
        });
    }

    #[test]
    fn a_slow_reader_that_takes_a_little_is_waited_for() {
        alone(async {
            let (mut line, mut theirs, _knife) = line(1, Duration::from_mins(1));
            let writing = tokio::spawn(async move { line.write_all(b"slow").await.map_err(|error| error.kind()) });
            let mut read = [0; 4];
            theirs.read_exact(&mut read).await.unwrap();
            assert_eq!((&read, writing.await.unwrap()), (b"slow", Ok(())));
        });
    }

    #[test]
    fn after_the_last_word_nobody_is_waited_for() {
        alone(async {
            let (mut line, _theirs, _knife) = line(10, Duration::from_mins(1));
            line.last_words = Duration::from_millis(5);
            line.shutdown().await.unwrap();
            assert_eq!(line.read(&mut [0; 1]).await.unwrap(), 0);
        });
    }
}
