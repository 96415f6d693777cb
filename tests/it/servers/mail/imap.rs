//! A mail program's half of IMAP, written by hand: what looks into the mailboxes of the tests.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

/// A connection without TLS.
pub struct Imap {
    stream: BufReader<TcpStream>,
    number: u32,
}

impl Imap {
    /// Connects and reads the greeting.
    pub fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut imap = Self { stream: BufReader::new(stream), number: 0 };
        imap.line()?;
        Ok(imap)
    }

    /// Connects, logs in, opens the folder.
    pub fn opened(port: u16, user: &str, password: &str, folder: &str) -> io::Result<Self> {
        let mut imap = Self::connect(port)?;
        imap.asks(&format!("LOGIN {user} {password}"))?;
        imap.asks(&format!("SELECT {folder}"))?;
        Ok(imap)
    }

    /// One command: all untagged lines of the answer, with their literals in place; what is not OK is an error.
    pub fn asks(&mut self, command: &str) -> io::Result<Vec<Vec<u8>>> {
        let tag = self.sends(command)?;
        self.answer(&tag)
    }

    /// Puts a mail into a folder.
    pub fn appends(&mut self, folder: &str, flags: &str, mail: &str) -> io::Result<()> {
        self.puts(&format!("{folder} ({flags})"), mail)
    }

    /// The same as if it had arrived at this time, as in "03-May-2020 10:00:00 +0000".
    pub fn appends_at(&mut self, folder: &str, at: &str, mail: &str) -> io::Result<()> {
        self.puts(&format!("{folder} (\\Seen) \"{at}\""), mail)
    }

    fn puts(&mut self, place: &str, mail: &str) -> io::Result<()> {
        let tag = self.sends(&format!("APPEND {place} {{{}+}}", mail.len()))?;
        self.stream.get_mut().write_all(format!("{mail}\r\n").as_bytes())?;
        self.answer(&tag).map(drop)
    }

    /// IDLE until there are that many mails in the folder.
    pub fn idles_until(&mut self, exist: usize) -> io::Result<()> {
        let tag = self.sends("IDLE")?;
        loop {
            let line = self.line()?;
            if line.starts_with(format!("* {exist} EXISTS").as_bytes()) {
                break;
            }
        }
        self.stream.get_mut().write_all(b"DONE\r\n")?;
        self.answer(&tag).map(drop)
    }

    fn sends(&mut self, command: &str) -> io::Result<String> {
        self.number += 1;
        let tag = format!("t{}", self.number);
        self.stream.get_mut().write_all(format!("{tag} {command}\r\n").as_bytes())?;
        Ok(tag)
    }

    fn answer(&mut self, tag: &str) -> io::Result<Vec<Vec<u8>>> {
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            match line.strip_prefix(format!("{tag} ").as_bytes()) {
                Some(rest) if rest.starts_with(b"OK") => return Ok(lines),
                Some(rest) => return Err(io::Error::other(String::from_utf8_lossy(rest).into_owned())),
                None => lines.push(line),
            }
        }
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            self.stream.read_until(b'\n', &mut line)?;
            if !line.ends_with(b"\n") {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some(length) = literal(&line) else { return Ok(line) };
            let begin = line.len();
            line.resize(begin + length, 0);
            self.stream.read_exact(&mut line[begin..])?;
        }
    }
}

/// How many bytes of a literal follow this line.
pub fn literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\r\n")?.strip_suffix(b"}")?;
    let begin = line.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(&line[begin + 1..]).ok()?.trim_end_matches('+').parse().ok()
}
