//! A mail program's half of SMTP, written by hand: what the customers of the tests send with.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

/// A connection without TLS.
pub struct Smtp {
    stream: BufReader<TcpStream>,
}

impl Smtp {
    /// Connects and greets.
    pub fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut smtp = Self { stream: BufReader::new(stream) };
        smtp.answer('2')?;
        smtp.says("EHLO tests.example", '2')?;
        Ok(smtp)
    }

    /// AUTH PLAIN.
    pub fn logs_in(&mut self, user: &str, password: &str) -> io::Result<()> {
        let secret = base64(format!("\0{user}\0{password}").as_bytes());
        self.says(&format!("AUTH PLAIN {secret}"), '2').map(drop)
    }

    /// Hands over one mail; its lines end with CR LF.
    pub fn sends(&mut self, from: &str, to: &[&str], mail: &str) -> io::Result<()> {
        self.says(&format!("MAIL FROM:<{from}>"), '2')?;
        for to in to {
            self.says(&format!("RCPT TO:<{to}>"), '2')?;
        }
        self.says("DATA", '3')?;
        let stuffed = mail.replace("\r\n.", "\r\n..");
        self.says(&format!("{}\r\n.", stuffed.trim_end_matches("\r\n")), '2').map(drop)
    }

    /// QUIT.
    pub fn leaves(mut self) -> io::Result<()> {
        self.says("QUIT", '2').map(drop)
    }

    /// Says a line and reads the answer, which has to begin with this digit.
    pub fn says(&mut self, line: &str, digit: char) -> io::Result<String> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        self.answer(digit)
    }

    fn answer(&mut self, digit: char) -> io::Result<String> {
        let mut all = String::new();
        loop {
            let begin = all.len();
            self.stream.read_line(&mut all)?;
            if !all.ends_with('\n') {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("cut after {all:?}")));
            }
            let line = &all[begin..];
            if line.as_bytes().get(3) != Some(&b'-') {
                return if line.starts_with(digit) { Ok(all) } else { Err(io::Error::other(all)) };
            }
        }
    }
}

/// As RFC 4648 writes it.
pub fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = letters[(number >> (18 - 6 * place)) as usize & 63] as char;
            text.push(if place <= three.len() { letter } else { '=' });
        }
    }
    text
}
