//! Trying a mailbox without taking or sending anything: what works and what does not, a sentence each.

use super::{
    Trouble,
    imap::{self, Mailbox, Way},
    maildir::{self, Maildir},
    send::try_sending,
};
use crate::{
    config::{HistoryBefore, MailAccount, MailSending, MailSource, PasswordPlace, SentFolder, readable_by_others},
    desk::{Desk, page::Denied},
};
use chrono::NaiveDate;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is as it should be.
    pub works: bool,
    /// What is so, or what is wrong and what would help.
    pub sentence: String,
}

pub(super) fn works(sentence: impl Into<String>) -> Finding {
    Finding { works: true, sentence: sentence.into() }
}

pub(super) fn wrong(sentence: impl Into<String>) -> Finding {
    Finding { works: false, sentence: sentence.into() }
}

/// The day before which what lies in the mailbox will come in as history; `None` where nothing will, or did already.
fn coming(account: &MailAccount, desk: Option<&Desk>) -> Result<Option<NaiveDate>, Denied> {
    let (Some(desk), true) = (desk, account.source != MailSource::Pipe) else { return Ok(None) };
    let named = match account.history {
        HistoryBefore::Never => return Ok(None),
        HistoryBefore::Connected => None,
        HistoryBefore::Day(day) => Some(day),
    };
    let day = desk.history_day(&account.name, named)?;
    Ok((!desk.is_connected(&account.name)?).then_some(day))
}

/// What a folder is read for, with what lies in it.
pub fn read_for(folder: &str, sent: bool, mails: u64) -> String {
    let what = if sent { "what was sent from elsewhere" } else { "what arrives" };
    let mails = if mails == 1 { "1 mail".to_owned() } else { format!("{mails} mails") };
    format!("The folder {folder} is read for {what}; it has {mails} now.")
}

/// What is wrong with a folder, with the line of the configuration that names it.
pub fn unusable(trouble: &Trouble, sent: Option<&SentFolder>) -> Finding {
    let line = match sent {
        None => return wrong(&*trouble.sentence),
        Some(SentFolder::Named(name)) => format!("Change the line sent = \"{name}\" of this mailbox"),
        Some(SentFolder::Found | SentFolder::Unread) => "Name another folder with sent = \"…\"".to_owned(),
    };
    let sentence = &trouble.sentence;
    wrong(format!("{sentence} {line}; sent = \"\" reads no folder for what was sent from elsewhere."))
}

/// What will be history of a folder when the mailbox is connected, where anything will.
pub fn coming_as_history(folder: &str, mails: u64, day: NaiveDate) -> Option<String> {
    (mails > 0).then(|| {
        format!(
            "Of the mails in {folder}, {mails} arrived before {day}: they will come in as history, closed and read, and nobody is told of them. To choose another day: history-before = \"{day}\""
        )
    })
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
    let history = match coming(account, desk) {
        Ok(day) => day,
        Err(denied) => {
            findings.push(wrong(denied.to_string()));
            None
        }
    };
    let looked = match &account.source {
        MailSource::Imap(_) => Mailbox::of(account).map(|mailbox| imap::look(&mailbox, history, way)),
        MailSource::Maildir(_) => Maildir::of(account).map(|maildir| maildir::look(&maildir, history)),
        MailSource::Pipe => {
            let sentence = "Mail comes from a mail server that calls deskline receive --mail; whether it does is tried by sending one.";
            Some(Ok(vec![works(sentence)]))
        }
    };
    match looked {
        Some(Ok(found)) => findings.extend(found),
        Some(Err(Trouble { sentence, .. })) => findings.push(wrong(sentence)),
        None => {}
    }
    match (&account.sending, try_sending(account, way.patience.step)) {
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

/// What nobody can try without sending anything, of all mailboxes that mail leaves by; `None` where it leaves by none, or answers come
/// to the plain address.
pub fn answers_come_to(accounts: &[MailAccount]) -> Option<String> {
    let sending = accounts.iter().filter(|account| account.sending.is_some() && account.tags);
    let places: Vec<String> = sending
        .filter_map(|account| account.address.rsplit_once('@'))
        .map(|(local, host)| format!("{local}+…@{host}"))
        .collect();
    (!places.is_empty()).then(|| {
        format!(
            "Answers to what leaves come to {}, so the mail server has to deliver such addresses too; only a mail to one shows whether it does. Where it cannot, write tags = false.",
            places.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mail_is_one() {
        assert_eq!(read_for("INBOX", false, 1), "The folder INBOX is read for what arrives; it has 1 mail now.");
        assert!(read_for("Sent", true, 0).ends_with("sent from elsewhere; it has 0 mails now."));
    }
}
