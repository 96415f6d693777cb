//! The steps of IMAP and SMTP as they go by on a line: which command this is, and which line answers it.

use super::imap::literal;
use std::collections::VecDeque;

/// Which protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Imap,
    Smtp,
}

/// A step of a conversation between a client and a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The connection itself, before the server said a word.
    Connect,
    /// The server's first line.
    Greeting,
    /// IMAP: LOGIN or AUTHENTICATE. SMTP: AUTH.
    Login,
    /// SELECT or EXAMINE.
    Select,
    /// SEARCH, with or without UID.
    Search,
    /// FETCH, with or without UID.
    Fetch,
    /// STORE, with or without UID.
    Store,
    /// IDLE; the line that begins it is its answer.
    Idle,
    /// What the server says by itself during an IDLE.
    News,
    Logout,
    /// EHLO or HELO.
    Hello,
    /// From its answer on nothing can be read here.
    StartTls,
    Mail,
    Rcpt,
    Data,
    /// The line with the dot that ends a mail; its answer says that the mail was taken.
    Content,
    Quit,
    /// Any other command.
    Other,
}

/// What one line of the client is.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A command that the server will answer.
    Command(Step),
    /// A part of something longer.
    Part,
}

/// What one line of the server is.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// A line on the way to the answer of this step; so many bytes of a literal follow it.
    Partly(Step, usize),
    /// The last line for this step.
    Whole(Step),
    /// Nobody asked.
    Unasked(usize),
}

/// Where a connection is.
#[derive(Debug)]
pub struct Reading {
    protocol: Protocol,
    /// Asked and not answered yet, with the tag.
    pending: VecDeque<(String, Step)>,
    is_greeted: bool,
    /// Lines of a mail until the dot.
    in_content: bool,
    /// Lines until the login ends.
    in_login: bool,
}

impl Reading {
    pub fn new(protocol: Protocol) -> Self {
        Self { protocol, pending: VecDeque::new(), is_greeted: false, in_content: false, in_login: false }
    }

    /// A line of the client, with its end.
    pub fn client(&mut self, line: &[u8]) -> Line {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        if self.in_content {
            if text != "." {
                return Line::Part;
            }
            self.in_content = false;
            return self.asked("", Step::Content);
        }
        if self.in_login {
            return Line::Part;
        }
        let mut words = text.split(' ');
        let tag = if self.protocol == Protocol::Imap { words.next().unwrap_or("") } else { "" };
        let mut verb = words.next().unwrap_or("").to_ascii_uppercase();
        if verb == "UID" {
            verb = words.next().unwrap_or("").to_ascii_uppercase();
        }
        if self.protocol == Protocol::Imap && verb.is_empty() {
            // DONE ends an IDLE whose answer was the line that began it.
            return Line::Part;
        }
        let step = match verb.as_str() {
            "LOGIN" | "AUTHENTICATE" | "AUTH" => Step::Login,
            "SELECT" | "EXAMINE" => Step::Select,
            "SEARCH" => Step::Search,
            "FETCH" => Step::Fetch,
            "STORE" => Step::Store,
            "IDLE" => Step::Idle,
            "LOGOUT" => Step::Logout,
            "EHLO" | "HELO" => Step::Hello,
            "STARTTLS" => Step::StartTls,
            "MAIL" => Step::Mail,
            "RCPT" => Step::Rcpt,
            "DATA" => Step::Data,
            "QUIT" => Step::Quit,
            _ => Step::Other,
        };
        self.in_login = step == Step::Login;
        self.asked(tag, step)
    }

    fn asked(&mut self, tag: &str, step: Step) -> Line {
        self.pending.push_back((tag.to_owned(), step));
        Line::Command(step)
    }

    /// A line of the server, with its end.
    pub fn server(&mut self, line: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(line);
        match self.protocol {
            Protocol::Imap => self.imap(line, &text),
            Protocol::Smtp => self.smtp(&text),
        }
    }

    fn imap(&mut self, line: &[u8], text: &str) -> Answer {
        if !self.is_greeted {
            self.is_greeted = true;
            return Answer::Whole(Step::Greeting);
        }
        let more = literal(line).unwrap_or(0);
        let Some((tag, step)) = self.pending.front().cloned() else { return Answer::Unasked(more) };
        if text.starts_with(&format!("{tag} ")) {
            self.pending.pop_front();
            self.in_login = false;
            // The line that ended an IDLE has no step of its own.
            return if step == Step::News { Answer::Unasked(0) } else { Answer::Whole(step) };
        }
        match step {
            Step::Idle if text.starts_with('+') => {
                self.pending[0].1 = Step::News;
                Answer::Whole(Step::Idle)
            }
            Step::News if text.contains("EXISTS") => Answer::Whole(Step::News),
            _ => Answer::Partly(step, more),
        }
    }

    fn smtp(&mut self, text: &str) -> Answer {
        let is_last = text.as_bytes().get(3) != Some(&b'-');
        if !self.is_greeted {
            self.is_greeted = is_last;
            return if is_last { Answer::Whole(Step::Greeting) } else { Answer::Partly(Step::Greeting, 0) };
        }
        let Some((_, step)) = self.pending.front().cloned() else { return Answer::Unasked(0) };
        if !is_last || (step == Step::Login && text.starts_with("334")) {
            return Answer::Partly(step, 0);
        }
        self.pending.pop_front();
        self.in_login = false;
        self.in_content = step == Step::Data && text.starts_with("354");
        Answer::Whole(step)
    }
}

#[test]
fn the_steps_of_imap_are_recognised() {
    let mut reading = Reading::new(Protocol::Imap);
    assert_eq!(reading.server(b"* OK ready\r\n"), Answer::Whole(Step::Greeting));
    assert_eq!(reading.client(b"A1 LOGIN \"a\" \"b\"\r\n"), Line::Command(Step::Login));
    assert_eq!(reading.server(b"* CAPABILITY IDLE\r\n"), Answer::Partly(Step::Login, 0));
    assert_eq!(reading.server(b"A1 OK in\r\n"), Answer::Whole(Step::Login));
    assert_eq!(reading.client(b"A2 UID FETCH 1:* (BODY.PEEK[])\r\n"), Line::Command(Step::Fetch));
    assert_eq!(reading.server(b"* 1 FETCH (UID 1 BODY[] {12}\r\n"), Answer::Partly(Step::Fetch, 12));
    assert_eq!(reading.server(b")\r\n"), Answer::Partly(Step::Fetch, 0));
    assert_eq!(reading.server(b"A2 OK\r\n"), Answer::Whole(Step::Fetch));
    assert_eq!(reading.client(b"A3 IDLE\r\n"), Line::Command(Step::Idle));
    assert_eq!(reading.server(b"+ idling\r\n"), Answer::Whole(Step::Idle));
    assert_eq!(reading.server(b"* 2 EXISTS\r\n"), Answer::Whole(Step::News));
    assert_eq!(reading.client(b"DONE\r\n"), Line::Part);
    assert_eq!(reading.server(b"A3 OK\r\n"), Answer::Unasked(0));
    assert_eq!(reading.client(b"A4 UID STORE 1 +FLAGS (\\Seen)\r\n"), Line::Command(Step::Store));
}

#[test]
fn the_steps_of_smtp_are_recognised() {
    let mut reading = Reading::new(Protocol::Smtp);
    assert_eq!(reading.server(b"220 mail\r\n"), Answer::Whole(Step::Greeting));
    assert_eq!(reading.client(b"EHLO x\r\n"), Line::Command(Step::Hello));
    assert_eq!(reading.server(b"250-mail\r\n"), Answer::Partly(Step::Hello, 0));
    assert_eq!(reading.server(b"250 AUTH LOGIN\r\n"), Answer::Whole(Step::Hello));
    assert_eq!(reading.client(b"AUTH LOGIN\r\n"), Line::Command(Step::Login));
    assert_eq!(reading.server(b"334 VXNlcm5hbWU6\r\n"), Answer::Partly(Step::Login, 0));
    assert_eq!(reading.client(b"YQ==\r\n"), Line::Part);
    assert_eq!(reading.server(b"235 in\r\n"), Answer::Whole(Step::Login));
    assert_eq!(reading.client(b"DATA\r\n"), Line::Command(Step::Data));
    assert_eq!(reading.server(b"354 go\r\n"), Answer::Whole(Step::Data));
    assert_eq!(reading.client(b"QUIT\r\n"), Line::Part);
    assert_eq!(reading.client(b".\r\n"), Line::Command(Step::Content));
    assert_eq!(reading.server(b"250 taken\r\n"), Answer::Whole(Step::Content));
    assert_eq!(reading.client(b"QUIT\r\n"), Line::Command(Step::Quit));
}
