//! Trying a mailbox without taking or sending anything: what works and what does not, a sentence each.

use super::{
    Trouble,
    imap::{self, Mailbox, Way},
    maildir::{self, Maildir},
    send::try_sending,
};
use crate::{
    config::{MailAccount, MailSending, MailSource, PasswordPlace, readable_by_others},
    desk::Desk,
};

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is as it should be.
    pub works: bool,
    /// What is so, or what is wrong and what would help.
    pub sentence: String,
}

fn works(sentence: impl Into<String>) -> Finding {
    Finding { works: true, sentence: sentence.into() }
}

fn wrong(sentence: impl Into<String>) -> Finding {
    Finding { works: false, sentence: sentence.into() }
}

/// Tries everything that this account says. Without a desk, what it says of the desk is left out.
pub fn check(account: &MailAccount, desk: Option<&Desk>, way: &Way) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(PasswordPlace::File(file)) = &account.password {
        findings.extend(readable_by_others(file).map(wrong));
    }
    if let (Some(desk), Some(group)) = (desk, &account.group) {
        match desk.has_group(group) {
            Ok(true) => {}
            Ok(false) => findings.push(wrong(format!(
                "The desk has no group “{group}”, so its mail would be in none: deskline group add {group}"
            ))),
            Err(denied) => findings.push(wrong(denied.to_string())),
        }
    }
    let looked = match &account.source {
        MailSource::Imap(_) => Mailbox::of(account).map(|mailbox| imap::look(&mailbox, way)),
        MailSource::Maildir(_) => Maildir::of(account).map(|maildir| maildir::look(&maildir)),
        MailSource::Pipe => {
            let sentence = "Mail comes from a mail server that calls deskline receive --mail; whether it does is tried by sending one.";
            Some(Ok(vec![sentence.to_owned()]))
        }
    };
    match looked {
        Some(Ok(found)) => findings.extend(found.into_iter().map(works)),
        Some(Err(Trouble { sentence, .. })) => findings.push(wrong(sentence)),
        None => {}
    }
    match (&account.sending, try_sending(account)) {
        (None, _) => findings.push(works("Nothing can leave by this mailbox: neither smtp nor sendmail is said.")),
        (Some(MailSending::Sendmail(program)), Ok(())) => {
            findings.push(works(format!("Mail leaves through {}.", program.display())));
        }
        (Some(MailSending::Smtp(server)), Ok(())) => {
            let login = if server.user.is_some() { ", which takes the login" } else { "" };
            findings.push(works(format!("Mail leaves through {server}{login}.")));
        }
        (Some(_), Err(trouble)) => findings.push(wrong(trouble.sentence)),
    }
    findings
}
