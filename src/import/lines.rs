//! Reading a file line by line, whatever ends its lines, without ever holding an endless one.

use std::io::{self, BufRead, Read};

/// A line as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineAt {
    /// Its number, counted from 1.
    pub(super) number: u64,
    /// Where it begins, in bytes from the start of the file.
    pub(super) position: u64,
    /// Whether it was longer than the limit; then only its beginning was kept.
    pub(super) cut: bool,
}

/// The lines of a file that ends them with LF, CRLF or (old Macintosh) a bare CR.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    ending: Option<u8>,
    limit: u64,
    number: u64,
    position: u64,
}

impl<R: BufRead> Lines<R> {
    /// Lines of at most `limit` bytes; of longer ones the rest is passed over.
    pub(super) fn new(reader: R, limit: u64) -> Self {
        Self { reader, ending: None, limit, number: 0, position: 0 }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Whether a bare CR ends the lines of this file; known once the first line was read.
    pub(super) fn bare_carriage_returns(&self) -> bool {
        self.ending == Some(b'\r')
    }

    /// Reads the next line, with what ends it, into `line`; `None` at the end of the file.
    ///
    /// # Errors
    /// What reading the file gave.
    pub(super) fn next(&mut self, line: &mut Vec<u8>) -> io::Result<Option<LineAt>> {
        let ending = match self.ending {
            Some(ending) => ending,
            None => self.find_ending()?,
        };
        line.clear();
        let position = self.position;
        let read = self.reader.by_ref().take(self.limit).read_until(ending, line)? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.position += read;
        self.number += 1;
        let cut = read == self.limit && line.last() != Some(&ending) && self.pass_over(ending)?;
        Ok(Some(LineAt { number: self.number, position, cut }))
    }

    /// A file without a single LF in its first block, but with a CR, ends its lines with CR.
    fn find_ending(&mut self) -> io::Result<u8> {
        let block = self.reader.fill_buf()?;
        let ending = if block.contains(&b'\r') && !block.contains(&b'\n') { b'\r' } else { b'\n' };
        self.ending = Some(ending);
        Ok(ending)
    }

    /// Skips to the end of the line; false where it ended here already.
    fn pass_over(&mut self, ending: u8) -> io::Result<bool> {
        let mut passed = 0;
        let mut scrap = Vec::new();
        loop {
            scrap.clear();
            let read = self.reader.by_ref().take(1 << 16).read_until(ending, &mut scrap)?;
            passed += read as u64;
            if read == 0 || scrap.last() == Some(&ending) {
                self.position += passed;
                return Ok(passed > 0);
            }
        }
    }
}

/// A line without what ends it.
pub(super) fn without_ending(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::BufReader;

    fn read(bytes: &[u8], limit: u64) -> Vec<(u64, u64, bool, Vec<u8>)> {
        let mut lines = Lines::new(BufReader::new(bytes), limit);
        let (mut line, mut all) = (Vec::new(), Vec::new());
        while let Some(at) = lines.next(&mut line).unwrap() {
            all.push((at.number, at.position, at.cut, without_ending(&line).to_vec()));
        }
        assert_eq!(lines.position(), bytes.len() as u64);
        all
    }

    #[test]
    fn all_three_line_ends() {
        for text in ["a\n\nbc\n", "a\r\n\r\nbc\r\n", "a\r\rbc\r"] {
            let lines: Vec<Vec<u8>> = read(text.as_bytes(), 100).into_iter().map(|line| line.3).collect();
            assert_eq!(lines, [b"a".to_vec(), b"".to_vec(), b"bc".to_vec()], "{text:?}");
        }
        assert_eq!(read(b"a\rb\nc", 100).len(), 2, "a CR inside a file with LF ends nothing");
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_is_whole() {
        let lines = read(b"123456789\nab\n12345", 5);
        assert_eq!(lines[0], (1, 0, true, b"12345".to_vec()));
        assert_eq!(lines[1], (2, 10, false, b"ab".to_vec()));
        assert_eq!(lines[2], (3, 13, false, b"12345".to_vec()));
    }
}
