//! Handing mail over to an SMTP server: a connection that is kept for a few mails, and what became of each.

/// Reaching a server: the connection, its encryption, and the login.
mod connect;
/// What a connection is read from and written to.
mod line;
/// The conversation about one mail.
mod steps;

use super::{
    Trouble, TroubleKind,
    build::{Built, on_the_way},
    said,
    send::Handed,
};
use crate::config::{MailAccount, MailServer};
use connect::{Patient, Reached};
use lettre::transport::smtp::{
    Error,
    commands::{Quit, Rset},
};
use std::time::{Duration, Instant};
use tokio::{runtime::Runtime, time::timeout};

/// How long a server may take for each step while mail is sent.
pub const STEP: Duration = Duration::from_secs(45);

/// How long the text of a mail may take on its way, over the time that a large one has, and how long nothing of it may move.
const TEXT: Duration = Duration::from_mins(4);

/// How long a server may take to say whether it took a mail, once it has all of it.
const LAST_STEP: Duration = Duration::from_mins(3);

/// So many bytes of a mail the system may still hold for a slow line when the last of them is written.
const HELD_BACK: usize = 4 << 20;

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// After so many mails, and after so long, the next mail gets a new connection: servers end long ones.
const MOST: u32 = 50;
const LONGEST: Duration = Duration::from_secs(30);

/// How long the text of a mail is waited for.
#[derive(Debug, Clone, Copy)]
struct TextPatience {
    /// How long nothing of it may move.
    still: Duration,
    /// How long it may take altogether, over [`on_the_way`].
    whole: Duration,
    /// How long the server may take for its answer, over the time for what the system still holds.
    last: Duration,
}

impl Default for TextPatience {
    fn default() -> Self {
        Self { still: TEXT, whole: TEXT, last: LAST_STEP }
    }
}

impl TextPatience {
    /// How long a text of so many bytes may take until all of it is written.
    fn written(self, bytes: usize) -> Duration {
        self.whole + on_the_way(bytes)
    }

    /// How long it may take from then on until the server says whether it took it.
    fn answered(self, bytes: usize) -> Duration {
        self.last + on_the_way(bytes.min(HELD_BACK))
    }
}

/// A connection to a server, logged in where it has to be.
pub struct Connection {
    /// Present until it is dropped.
    runtime: Option<Runtime>,
    reached: Reached,
    server: MailServer,
    since: Instant,
    mails: u32,
    patience: TextPatience,
    /// Nobody knows what the server would answer to next.
    broken: bool,
}

impl Connection {
    /// Connects as the configuration says, TLS and login included. `step`: how long the server may take for each step of that.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn open(account: &MailAccount, server: &MailServer, step: Duration) -> Result<Self, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(|error| {
            Trouble::new(TroubleKind::Setup, format!("The system gives no means to connect to {server}: {error}."))
        })?;
        let login = connect::login(account, server)?;
        let host = account.address.rsplit_once('@').map_or("localhost", |(_, host)| host);
        let patient = Patient { server, step };
        let reached = runtime.block_on(connect::connect(&patient, account.authority.as_deref(), host, login.as_ref()));
        match reached {
            Ok(reached) => Ok(Self {
                runtime: Some(runtime),
                reached,
                server: server.clone(),
                since: Instant::now(),
                mails: 0,
                patience: TextPatience::default(),
                broken: false,
            }),
            Err(trouble) => {
                // A search for an address that hangs would be waited for otherwise.
                runtime.shutdown_background();
                Err(trouble)
            }
        }
    }

    /// Hands a mail over. `begins` is asked right before the last step, the line that ends the mail: without it no server may
    /// deliver anything, and after it the server may have the mail whatever is heard of that. Where `begins` says no, the step is
    /// not taken.
    pub fn hand_over(&mut self, mail: &Built, begins: &mut dyn FnMut() -> bool) -> Handed {
        let Self { runtime: Some(runtime), reached, server, patience, .. } = self else { return self.unusable() };
        let (handed, goes_on) = runtime.block_on(steps::hand_over(reached, server, mail, (*patience, begins)));
        self.mails += 1;
        self.broken |= !goes_on;
        handed
    }

    /// The same connection for the next mail, where it is neither old nor broken and the server still answers. Nothing is said
    /// of a mail by asking that.
    pub fn going_on(mut self) -> Option<Self> {
        let fits = !self.broken && self.mails < MOST && self.since.elapsed() < LONGEST;
        let runtime = self.runtime.as_ref().filter(|_| fits)?;
        let answer = runtime.block_on(async { timeout(STEP, self.reached.connection.command(Rset)).await });
        self.broken = !matches!(answer, Ok(Ok(response)) if steps::completes(&response));
        (!self.broken).then_some(self)
    }

    fn unusable(&self) -> Handed {
        Handed::NotNow {
            words: format!("The connection to {} is over.", self.server),
            mailbox: Some(TroubleKind::Connection),
        }
    }
}

impl Drop for Connection {
    /// Says goodbye where somebody may still listen; nothing depends on it.
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if !self.broken {
            let _ = runtime.block_on(async { timeout(FAREWELL, self.reached.connection.command(Quit)).await });
        }
        runtime.shutdown_background();
    }
}

/// An error with what is behind it, in one line.
fn worded(error: &Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        source = inner.source();
    }
    said(&words, "").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::{HistoryBefore, MailSource, Security, SentFolder};
    use lettre::address::Envelope;
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::{TcpListener, TcpStream},
        sync::mpsc,
        thread,
    };

    /// More than the system holds for a line that nobody reads from.
    const LARGE: usize = 24 << 20;

    fn large() -> Built {
        let envelope = Envelope::new(None, vec!["mara@example.com".parse().unwrap()]).unwrap();
        let mut bytes = b"Subject: A scan\r\n\r\n".to_vec();
        bytes.extend(b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZ\r\n".repeat(LARGE / 70));
        Built { envelope, bytes }
    }

    /// A server that reads a mail as `reads` does, which says whether it got to its end.
    fn beside(
        reads: impl FnOnce(&mut BufReader<TcpStream>) -> bool + Send + 'static,
    ) -> (Connection, thread::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
            let mut writer = stream.try_clone().unwrap();
            let mut reader = BufReader::new(stream);
            writer.write_all(b"220 mx.example ESMTP\r\n").unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) && !line.starts_with("DATA") {
                writer.write_all(b"250 ok\r\n").unwrap();
                line.clear();
            }
            writer.write_all(b"354 go on\r\n").unwrap();
            if reads(&mut reader) {
                writer.write_all(b"250 taken\r\n").unwrap();
            }
        });
        let server = MailServer { security: Security::None, host: "127.0.0.1".into(), port, user: None };
        let account = MailAccount {
            name: "support".into(),
            address: "support@acme.example".into(),
            group: None,
            source: MailSource::Pipe,
            sending: None,
            password: None,
            sent: SentFolder::Unread,
            authority: None,
            history: HistoryBefore::Never,
            tags: true,
        };
        (Connection::open(&account, &server, STEP).unwrap(), serving)
    }

    /// Reads on until a mail is whole, with a pause before each part of it.
    fn reads_slowly(reader: &mut BufReader<TcpStream>, pause: Duration) -> bool {
        let (mut part, mut tail) = (vec![0; 256 << 10], Vec::new());
        while !tail.ends_with(b"\r\n.\r\n") {
            thread::sleep(pause);
            let Ok(read @ 1..) = reader.read(&mut part) else { return false };
            tail.extend_from_slice(&part[..read]);
            tail.drain(..tail.len().saturating_sub(5));
        }
        true
    }

    #[test]
    fn a_mail_takes_longer_than_nothing_of_it_may_stand_still_as_long_as_the_line_moves() {
        let still = Duration::from_millis(600);
        let (mut connection, serving) = beside(|reader| reads_slowly(reader, Duration::from_millis(20)));
        connection.patience = TextPatience { still, ..TextPatience::default() };
        let start = Instant::now();
        let mut begun = None;
        let handed = connection.hand_over(&large(), &mut || {
            begun = Some(start.elapsed());
            true
        });
        assert_eq!(handed, Handed::Over);
        assert!(begun.is_some_and(|begun| begun > still), "within one stretch it was not there: {begun:?}");
        drop(connection);
        serving.join().unwrap();
    }

    #[test]
    fn a_line_that_stands_still_is_left_before_the_last_step() {
        let (done, wait) = mpsc::channel::<()>();
        let (mut connection, serving) = beside(move |_| wait.recv().is_ok());
        connection.patience = TextPatience { still: Duration::from_millis(300), ..TextPatience::default() };
        let handed = connection.hand_over(&large(), &mut || panic!("nobody has it"));
        assert!(
            matches!(handed, Handed::NotNow { mailbox: Some(TroubleKind::Connection), .. }),
            "instead of most of an hour: {handed:?}"
        );
        assert!(connection.going_on().is_none());
        drop(done);
        serving.join().unwrap();
    }

    #[test]
    fn the_largest_mail_passes_the_slowest_line_within_its_time() {
        let patience = TextPatience::default();
        let megabytes = |many: usize| many << 20;
        assert_eq!(patience.written(0), TEXT);
        assert_eq!(patience.written(megabytes(25)), TEXT + Duration::from_secs(25 * 128));
        // What the system still holds is on its way while the answer is waited for, and no more than that.
        assert_eq!(patience.answered(megabytes(1)), LAST_STEP + Duration::from_secs(128));
        assert_eq!(patience.answered(megabytes(25)), patience.answered(HELD_BACK));
    }
}
