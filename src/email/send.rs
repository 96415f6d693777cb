//! Handing a mail over: to an SMTP server or to a program like sendmail, and what became of it, for certain or not.

use super::{
    Trouble, TroubleKind,
    build::Built,
    program::by_program,
    smtp::{Connection, STEP},
};
use crate::config::{MailAccount, MailSending, MailServer};
use std::{collections::HashMap, time::Duration};

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// The server took it.
    Over,
    /// It did not, for certain; later it may.
    NotNow {
        /// Why, in a sentence.
        words: String,
        /// What is wrong where nothing else can leave by this mailbox either; `None` where it is about this one mail.
        mailbox: Option<TroubleKind>,
    },
    /// It never will.
    Never(String),
    /// The connection broke before it said.
    Unknown(String),
}

/// The ways out, with what is kept open for the next mail: each mailbox's connection, by the mailbox's name.
#[derive(Default)]
pub struct Ways {
    open: HashMap<String, Connection>,
}

impl Ways {
    /// Hands one mail over. `begins` is asked right before the step after which the server may have it; where it says no, the
    /// step is not taken.
    pub fn hand_over(&mut self, account: &MailAccount, mail: &Built, begins: &mut dyn FnMut() -> bool) -> Handed {
        match &account.sending {
            None => Handed::NotNow { words: no_way(account), mailbox: Some(TroubleKind::Setup) },
            Some(MailSending::Sendmail(program)) => by_program(program, mail, begins),
            Some(MailSending::Smtp(server)) => match self.connection(account, server) {
                Ok(connection) => connection.hand_over(mail, begins),
                Err(trouble) => Handed::NotNow { words: trouble.sentence, mailbox: Some(trouble.kind) },
            },
        }
    }

    /// Nothing is due any more: the servers are left.
    pub fn rest(&mut self) {
        self.open.clear();
    }

    /// The connection that is open already, where it goes on, or a new one.
    fn connection(&mut self, account: &MailAccount, server: &MailServer) -> Result<&mut Connection, Trouble> {
        let kept = self.open.remove(&account.name).and_then(Connection::going_on);
        let connection = match kept {
            Some(connection) => connection,
            None => Connection::open(account, server, STEP)?,
        };
        Ok(self.open.entry(account.name.clone()).or_insert(connection))
    }
}

fn no_way(account: &MailAccount) -> String {
    format!("The mailbox {} has no way for mail to leave: give it smtp or sendmail.", account.name)
}

/// Tries whether mail could leave: connects and logs in, and says goodbye. `step`: how long
/// the server may take for each step.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn try_sending(account: &MailAccount, step: Duration) -> Result<(), Trouble> {
    match &account.sending {
        None => Err(Trouble::new(TroubleKind::Setup, no_way(account))),
        Some(MailSending::Sendmail(program)) if program.is_file() => Ok(()),
        Some(MailSending::Sendmail(program)) => {
            Err(Trouble::new(TroubleKind::Setup, format!("There is no program {} (sendmail).", program.display())))
        }
        Some(MailSending::Smtp(server)) => Connection::open(account, server, step).map(drop),
    }
}
