//! Handing mail over to an SMTP server: a connection that is kept for a few mails, and what became of each.

/// Reaching a server: the connection, its encryption, and the login.
mod connect;
/// What a connection is read from and written to.
mod line;
/// The conversation about one mail.
mod steps;

use super::{Trouble, TroubleKind, build::Built, said, send::Handed};
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

/// How long the text of a mail may take on its way.
const TEXT: Duration = Duration::from_mins(4);

/// How long a server may take to say whether it took a mail.
const LAST_STEP: Duration = Duration::from_mins(3);

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// After so many mails, and after so long, the next mail gets a new connection: servers end long ones.
const MOST: u32 = 50;
const LONGEST: Duration = Duration::from_secs(30);

/// A connection to a server, logged in where it has to be.
pub struct Connection {
    /// Present until it is dropped.
    runtime: Option<Runtime>,
    reached: Reached,
    server: MailServer,
    since: Instant,
    mails: u32,
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
        let Self { runtime: Some(runtime), reached, server, .. } = self else { return self.unusable() };
        let (handed, goes_on) = runtime.block_on(steps::hand_over(reached, server, mail, begins));
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
