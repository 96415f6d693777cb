//! What a server may send before it is left: the parser behind this keeps a whole answer in memory and follows every bracket.

use crate::email::{fetched::LARGEST, wire::Wire};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of a line; what is long comes as a literal.
const LINE: usize = 128 * 1024;
/// Bytes of all literals of one answer: a mail of the largest size that is taken, and one that a server measured wrongly.
const LITERALS: u64 = LARGEST as u64 + 8 * 1024 * 1024;
/// Brackets in brackets: the parser needs stack for each.
const DEPTH: u32 = 40;

/// What stands where a server knows no date, how much of it is the name, and what is put there instead.
const NO_DATE: &[u8] = b"INTERNALDATE NIL";
const DATE: usize = 13;
const NO_DATE_PUT: &[u8] = b"INTERNALDATE \" \"";

/// What a server did that no server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Excess {
    /// A line without end.
    #[error("a line without end")]
    Line,
    /// An answer larger than any that is taken.
    #[error("an answer larger than was asked for")]
    Literal,
    /// Brackets in brackets in brackets.
    #[error("brackets without end")]
    Depth,
}

/// A connection that ends with an error where too much comes.
#[derive(Debug)]
pub struct Gauge {
    wire: Box<dyn Wire>,
    frame: Frame,
    received: u64,
}

impl Gauge {
    /// Watches a connection from the first byte on.
    pub fn new(wire: Box<dyn Wire>) -> Self {
        Self { wire, frame: Frame::default(), received: 0 }
    }

    /// How many bytes came.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// The connection itself.
    pub fn into_inner(self) -> Box<dyn Wire> {
        self.wire
    }
}

impl AsyncRead for Gauge {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.wire).poll_read(context, buffer))?;
        let new = buffer.filled_mut().get_mut(before..).unwrap_or_default();
        self.received += new.len() as u64;
        Poll::Ready(self.frame.take(new).map_err(|excess| io::Error::new(io::ErrorKind::InvalidData, excess)))
    }
}

impl AsyncWrite for Gauge {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }
}

/// Where in an answer the next byte is.
#[derive(Debug, Default)]
struct Frame {
    /// Bytes of the current line.
    line: usize,
    /// Whether literals are possible in this answer: in data, not in the words of a status.
    data: bool,
    /// Bytes that are still to come of the current literal.
    left: u64,
    /// Bytes of literals in this answer.
    literals: u64,
    depth: u32,
    quoted: bool,
    escaped: bool,
    size: Size,
    /// How much of a date that is none was seen.
    date: u8,
}

/// How much of `{123}` was seen.
#[derive(Debug, Default, Clone, Copy)]
enum Size {
    #[default]
    None,
    Open(u64),
    Closed(u64),
}

impl Frame {
    /// Watches bytes, and puts a date without words where the parser would stumble over one that is not there (`NIL`).
    fn take(&mut self, mut bytes: &mut [u8]) -> Result<(), Excess> {
        while !bytes.is_empty() {
            let skipped = if self.left > 0 {
                let skipped = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                self.left -= skipped as u64;
                skipped
            } else {
                if let Some(byte) = bytes.first_mut() {
                    *byte = self.dated(*byte);
                    self.byte(*byte)?;
                }
                1
            };
            bytes = bytes.get_mut(skipped..).unwrap_or_default();
        }
        Ok(())
    }

    /// What stands for a byte: `INTERNALDATE NIL` becomes `INTERNALDATE " "`.
    fn dated(&mut self, byte: u8) -> u8 {
        let place = usize::from(self.date);
        let goes_on = self.data && (!self.quoted || place > DATE);
        if !goes_on || !NO_DATE.get(place).is_some_and(|expected| byte.eq_ignore_ascii_case(expected)) {
            self.date = u8::from(byte.eq_ignore_ascii_case(&b'I'));
            return byte;
        }
        self.date += 1;
        if place < DATE { byte } else { NO_DATE_PUT.get(place).copied().unwrap_or(byte) }
    }

    fn byte(&mut self, byte: u8) -> Result<(), Excess> {
        self.line += 1;
        if self.line > LINE {
            return Err(Excess::Line);
        }
        if self.line == 3 && self.literals == 0 {
            // "* 12 FETCH", "* LIST", "* LSUB", "* STATUS"; everything else is words.
            self.data = byte.is_ascii_digit() || b"LSls".contains(&byte);
        }
        if byte == b'\n' {
            return self.end();
        }
        if self.quoted {
            self.quoted = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return Ok(());
        }
        self.size = match (byte, self.size) {
            (b'{', _) => Size::Open(0),
            (b'0'..=b'9', Size::Open(size)) => {
                Size::Open(size.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
            }
            (b'}', Size::Open(size)) | (b'\r', Size::Closed(size)) => Size::Closed(size),
            _ => Size::None,
        };
        match byte {
            b'"' if self.data => self.quoted = true,
            b'(' => self.depth += 1,
            b')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > DEPTH { Err(Excess::Depth) } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), Excess> {
        if let (Size::Closed(size), true) = (self.size, self.data) {
            self.literals = self.literals.saturating_add(size).max(1);
            if self.literals > LITERALS {
                return Err(Excess::Literal);
            }
            *self = Self { left: size, literals: self.literals, depth: self.depth, data: true, ..Self::default() };
        } else {
            *self = Self::default();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(parts: &[&[u8]]) -> Result<Frame, Excess> {
        let mut frame = Frame::default();
        for part in parts {
            frame.take(&mut part.to_vec())?;
        }
        Ok(frame)
    }

    #[test]
    fn usual_answers_pass_however_they_are_cut() {
        let answer = b"* OK (hi {9999999999}\r\n* 1 FETCH (UID 7 BODY[] {12}\r\n((((\"{9}\r\n\x00) FLAGS (\\Seen) X \"a\\\"(((\")\r\nA1 OK done\r\n";
        assert!(take(&[answer]).is_ok_and(|frame| frame.line == 0 && frame.depth == 0));
        for size in 1..9 {
            let parts: Vec<&[u8]> = answer.chunks(size).collect();
            assert!(take(&parts).is_ok_and(|frame| frame.line == 0 && frame.literals == 0), "{size}");
        }
    }

    #[test]
    fn a_date_that_is_none_is_one_without_words() {
        let answer = b"* 1 FETCH (X \"INTERNALDATE NIL\" InternalDate NIL BODY[] {16}\r\nINTERNALDATE NIL)\r\nA1 OK INTERNALDATE NIL\r\n";
        let put = b"* 1 FETCH (X \"INTERNALDATE NIL\" InternalDate \" \" BODY[] {16}\r\nINTERNALDATE NIL)\r\nA1 OK INTERNALDATE NIL\r\n";
        for size in 1..answer.len() {
            let (mut frame, mut bytes) = (Frame::default(), answer.to_vec());
            assert!(bytes.chunks_mut(size).all(|part| frame.take(part).is_ok()));
            assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(put), "{size}");
        }
    }

    #[test]
    fn too_much_is_refused_before_it_comes() {
        let endless = vec![b'a'; LINE + 1];
        assert_eq!(take(&[b"* OK ", &endless]).err(), Some(Excess::Line));
        assert_eq!(take(&[b"* 1 FETCH (BODY[] {99999999}\r\n"]).err(), Some(Excess::Literal));
        assert_eq!(take(&[b"* 1 FETCH (BODY[] {99999999999999999999999}\r\n"]).err(), Some(Excess::Literal));
        let brackets = vec![b'('; 100];
        assert_eq!(take(&[b"* 1 FETCH ", &brackets]).err(), Some(Excess::Depth));
        assert_eq!(
            take(&[b"* OK {30000000}\r\n* 1 FETCH ", &brackets]).err(),
            Some(Excess::Depth),
            "words hold no literal"
        );
    }

    #[test]
    fn all_literals_of_an_answer_count() {
        let half = vec![b'x'; usize::try_from(LITERALS / 2 + 1).unwrap_or(0)];
        let size = format!("{{{}}}\r\n", half.len());
        let first = [b"* 1 FETCH (BODY[1] ", size.as_bytes()].concat();
        let second = [b" BODY[2] ", size.as_bytes()].concat();
        assert!(take(&[&first, &half, b")\r\n", &first]).is_ok(), "each answer by itself");
        assert_eq!(take(&[&first, &half, &second]).err(), Some(Excess::Literal));
    }
}
