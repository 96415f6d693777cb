//! Mail on its way in and out as plain data: where it lay, what was decided about it, and how mailboxes do.

use super::{
    id::{ConversationId, EntrySeq, MailId},
    letter::{Correspondent, Letter},
    words::words,
};
use chrono::{DateTime, Utc};

/// Where a mail lies on a server. Together with the mailbox it is taken once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The folder.
    pub folder: String,
    /// The folder's UIDVALIDITY: with another one, all numbers in it mean something else.
    pub uid_validity: u32,
    /// The mail's number there.
    pub uid: u32,
}

/// What tells a file from all others without reading it: the beginning of a SHA-256.
pub type Fingerprint = [u8; 16];

/// How a folder of files was looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderLook {
    /// Which folder it was: with another one, the rest means nothing.
    pub validity: u32,
    /// When the newest file changed that is taken, in seconds since 1970.
    pub last: u32,
    /// How the folder was; `None` where it may have changed since without a trace, or was not taken completely.
    pub state: Option<Fingerprint>,
}

/// A mail as a mailbox hands it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InMail {
    /// The mailbox's name in the configuration.
    pub mailbox: String,
    /// All addresses of this desk, lower case: mail of theirs is never answered, and tokens count behind them only.
    pub addresses: Vec<String>,
    /// The group whose queue new conversations go to, by name; one that is not there counts as none.
    pub group: Option<String>,
    /// Where it lies, if on a server that numbers its mails.
    pub place: Option<Place>,
    /// The sender by the envelope, where the door knows it; empty for mail that nobody may answer.
    pub envelope_from: Option<String>,
    /// The recipients by the envelope, where the door knows them.
    pub envelope_to: Vec<String>,
    /// Whether it lies in the folder of sent mail: somebody of the team wrote it in a mail program.
    pub sent: bool,
    /// When it arrived, of what had arrived before the mailbox was connected: it comes in as history (R1.7).
    pub history: Option<DateTime<Utc>>,
    /// The bytes as they came.
    pub raw: Vec<u8>,
    /// What it says, or why it cannot be read, as a sentence; that one is kept raw in quarantine.
    pub letter: Result<Letter, String>,
    /// What its header says of one that cannot be read, as far as that can be: to know it again by.
    pub claims: Option<Claims>,
}

/// Who wrote a mail and about what, as it claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// The first of its writers.
    pub from: Option<Correspondent>,
    /// Its subject; may be empty.
    pub subject: String,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailTaken {
    /// The mail.
    pub mail: MailId,
    /// What was decided about it.
    pub verdict: Verdict,
    /// The conversation that it went to, if any.
    pub conversation: Option<ConversationId>,
    /// Its entry there.
    pub message: Option<EntrySeq>,
    /// Whether it had been taken in before: nothing was added now.
    pub again: bool,
}

/// What was decided about a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is a message in a conversation.
    Message,
    /// It tells about a mail that went out, and stands with that one.
    Report,
    /// It waits for an administrator, who can let it go its way.
    Held(HeldWhy),
    /// It cannot go its way, or must not without an administrator: kept raw.
    Quarantined(HeldWhy),
    /// A colleague's answer, written in a mail program.
    SentOutside,
    /// Of an agent who may not write there: told so, without a word of the conversation.
    Refused,
    /// Nothing to do: the desk's own mail come back, or a blocked sender.
    Ignored,
    /// An administrator threw it away.
    Discarded,
}

impl Verdict {
    /// The word for it, as it is stored and as scripts read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Report => "report",
            Self::Held(_) => "held",
            Self::Quarantined(_) => "quarantined",
            Self::SentOutside => "sent-outside",
            Self::Refused => "refused",
            Self::Ignored => "ignored",
            Self::Discarded => "discarded",
        }
    }

    /// Why it waits, if it does.
    pub const fn held(self) -> Option<HeldWhy> {
        match self {
            Self::Held(why) | Self::Quarantined(why) => Some(why),
            Self::Message | Self::Report | Self::SentOutside | Self::Refused | Self::Ignored | Self::Discarded => None,
        }
    }

    /// The verdict behind a stored word.
    pub fn read(word: &str, why: Option<HeldWhy>) -> Option<Self> {
        Some(match (word, why) {
            ("message", _) => Self::Message,
            ("report", _) => Self::Report,
            ("held", Some(why)) => Self::Held(why),
            ("quarantined", Some(why)) => Self::Quarantined(why),
            ("sent-outside", _) => Self::SentOutside,
            ("refused", _) => Self::Refused,
            ("ignored", _) => Self::Ignored,
            ("discarded", _) => Self::Discarded,
            _ => return None,
        })
    }
}

/// One reason why a mail went where it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A full sentence; it names no conversation.
    pub text: String,
    /// The conversation that it speaks of, if another than the mail's own: it is told only to those who may see that one.
    pub about: Option<ConversationId>,
}

impl Reason {
    /// A reason for everybody who may see the mail.
    pub fn plain(text: impl Into<String>) -> Self {
        // One line each, as they are stored.
        Self { text: text.into().replace(['\n', '\r', '\t'], " "), about: None }
    }

    /// A reason for those who may see another conversation too.
    pub fn about(text: &str, conversation: ConversationId) -> Self {
        Self { about: Some(conversation), ..Self::plain(text) }
    }

    /// As it is stored.
    pub fn line(&self) -> String {
        self.about.map_or_else(|| self.text.clone(), |id| format!("{}\t{id}", self.text))
    }

    /// As it was stored.
    pub fn read(line: &str) -> Self {
        let (text, about) = line.split_once('\t').unwrap_or((line, ""));
        Self { text: text.to_owned(), about: about.parse().ok() }
    }
}

words! {
    /// Why a mail waits for an administrator.
    HeldWhy {
        /// It cannot be read.
        Unreadable = "unreadable",
        /// It names no sender whose address could be used.
        NoSender = "no-sender",
        /// Somebody who is no agent used the token of an internal conversation.
        InternalToken = "internal-token",
        /// It tells about a mail that this desk did not send.
        UnknownReport = "unknown-report",
        /// Its sender wrote more within an hour than a person does.
        ManyFromSender = "many-from-sender",
        /// More came into the conversation within a day than people write.
        ManyInThread = "many-in-thread",
        /// It says that it comes from an address of this desk, which did not send it.
        OwnAddress = "own-address",
        /// A colleague answered by mail in a conversation that is locked.
        LockedOutside = "locked-outside",
        /// It came to an agent's reply address under that agent's name, and nobody vouches for it.
        DoubtfulAgent = "doubtful-agent",
    }
}

impl HeldWhy {
    /// The verdict of what waits for this reason.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Unreadable | Self::NoSender | Self::InternalToken | Self::UnknownReport | Self::DoubtfulAgent => {
                Verdict::Quarantined(self)
            }
            Self::ManyFromSender | Self::ManyInThread | Self::OwnAddress | Self::LockedOutside => Verdict::Held(self),
        }
    }

    /// Why, as a sentence for administrators.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unreadable => "It cannot be read.",
            Self::NoSender => "It names no sender whose address could be used.",
            Self::InternalToken => "Its reply address belongs to an internal conversation, and its sender is no agent.",
            Self::UnknownReport => "It reports about a mail that this desk did not send.",
            Self::ManyFromSender => "Its sender wrote more mails within an hour than a person does.",
            Self::ManyInThread => "More mails came into its conversation within a day than people write.",
            Self::OwnAddress => "It says that it comes from an address of this desk, which did not send it.",
            Self::LockedOutside => "A colleague answered by mail in a conversation that is locked.",
            Self::DoubtfulAgent => {
                "It came to an agent's reply address under that agent's name, but the mail server does not vouch for it."
            }
        }
    }
}

words! {
    /// How far a message is on its way out.
    DeliveryState {
        /// It waits for its turn, or for the time to undo it to pass.
        Queued = "queued",
        /// A worker is handing it over.
        Sending = "sending",
        /// The mail server took it.
        Sent = "sent",
        /// It was not delivered and will not be by itself.
        Failed = "failed",
        /// It may or may not have been taken: the connection broke in between.
        Unknown = "unknown",
        /// It waits for somebody to confirm it, or for an administrator.
        Held = "held",
        /// It was taken back before it left.
        Cancelled = "cancelled",
    }
}

/// Stands between why a mail was not taken whole and where the rest of it is.
pub const LIES: &str = " The whole mail still lies ";

/// Stands behind why a mail was not read that is here.
pub const KEPT_HERE: &str = " All of it is kept here.";

/// A mail that waits for an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldMail {
    /// The mail.
    pub mail: MailId,
    /// The mailbox it came by.
    pub mailbox: String,
    /// When it came.
    pub at: DateTime<Utc>,
    /// The sender's name, as the mail claims it; may be empty.
    pub name: String,
    /// The sender's address, as the mail claims it; may be empty.
    pub from: String,
    /// Its subject; may be empty.
    pub subject: String,
    /// Whether it is in quarantine: it was not even read as far as to know where it belongs.
    pub quarantined: bool,
    /// Why it waits.
    pub why: HeldWhy,
    /// The same in sentences.
    pub reasons: Vec<String>,
    /// The conversation that it would have gone to, where that is known.
    pub conversation: Option<ConversationId>,
}

impl HeldMail {
    /// Why it waits, in one sentence; of one that is too large, how large it is and where it lies.
    pub fn sentence(&self) -> &str {
        let not_read = |reason: &&String| reason.contains(LIES) || reason.ends_with(KEPT_HERE);
        let reason = (self.why == HeldWhy::Unreadable).then(|| self.reasons.iter().find(not_read)).flatten();
        reason.map_or(self.why.sentence(), String::as_str)
    }
}

/// How a mailbox does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxHealth {
    /// Its name in the configuration.
    pub name: String,
    /// Its address.
    pub address: String,
    /// What is wrong, as a sentence; `None` where all is well.
    pub trouble: Option<String>,
    /// Since when it is so.
    pub since: DateTime<Utc>,
    /// When its worker said so last.
    pub at: DateTime<Utc>,
    /// When what does not work is tried next, where that is known.
    pub next: Option<DateTime<Utc>>,
}

/// Whom a mail names, as it names them, and what the server that took it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailHead {
    /// The mailbox it came by.
    pub mailbox: String,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Who wrote it, as it claims.
    pub from: Vec<Correspondent>,
    /// Who sent it for the writer, as it claims.
    pub sender: Option<Correspondent>,
    /// Where answers are wanted.
    pub reply_to: Vec<Correspondent>,
    /// To whom it is addressed.
    pub to: Vec<Correspondent>,
    /// Who was sent a copy.
    pub cc: Vec<Correspondent>,
    /// Its subject.
    pub subject: String,
    /// The Authentication-Results of the topmost server, a line each; empty where there is none. Only where the own mail server
    /// writes them, and takes away those of others, can they be trusted.
    pub authentication: String,
}

/// Whom the mail behind a message names, as shortly as a screen shows it beside the message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addressed {
    /// Who wrote it, as it claims.
    pub from: Vec<Correspondent>,
    /// Where answers are wanted.
    pub reply_to: Vec<Correspondent>,
    /// To whom it is addressed: the first of them.
    pub to: Vec<Correspondent>,
    /// Who was sent a copy: the first of them.
    pub cc: Vec<Correspondent>,
    /// How many more it is addressed to.
    pub more_to: usize,
    /// How many more were sent a copy.
    pub more_cc: usize,
    /// As in [`MailHead`].
    pub authentication: String,
    /// Whether no person wrote it: an absence note, another help desk.
    pub automatic: bool,
}

words! {
    /// Why a conversation looks like another.
    LikenessWhy {
        /// Its mail answers one of the other's, but its sender takes no part there.
        Headers = "headers",
        /// Same sender, similar subject.
        Subject = "subject",
        /// Same customer, and nothing else: never suggested, only there to choose from.
        Customer = "customer",
    }
}

/// Another conversation that one looks like, for a viewer who may see both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The other one.
    pub conversation: ConversationId,
    /// Its subject.
    pub subject: String,
    /// Why.
    pub because: LikenessWhy,
}

/// The subject without the marks of answering and forwarding in front of it and without case, for comparing: "Re: AW:
/// Card declined" and "card declined" are the same.
pub fn bare_subject(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some((mark, after)) = rest.split_once(':') {
        let word = mark.trim().trim_end_matches(|letter: char| letter.is_ascii_digit() || "[]()".contains(letter));
        let known =
            ["re", "fw", "fwd", "aw", "wg", "sv", "vs", "antw", "rv", "tr", "回复", "答复", "转发", "res", "enc"];
        if !known.contains(&word.to_lowercase().as_str()) {
            break;
        }
        rest = after.trim_start();
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_compared_without_the_marks_of_answering() {
        for same in ["Re: AW:  Card   declined", "card declined", "Fwd: RE[2]: Card declined", "回复: Card declined"]
        {
            assert_eq!(bare_subject(same), "card declined", "{same}");
        }
        assert_eq!(bare_subject("Invoice: declined"), "invoice: declined");
        assert_eq!(bare_subject("Re:"), "");
    }

    #[test]
    fn every_verdict_is_read_back() {
        let simple = [Verdict::Message, Verdict::Report, Verdict::SentOutside, Verdict::Refused, Verdict::Ignored];
        for verdict in simple.into_iter().chain(HeldWhy::ALL.iter().map(|why| why.verdict())) {
            assert_eq!(Verdict::read(verdict.word(), verdict.held()), Some(verdict));
        }
        assert_eq!(Verdict::read("held", None), None);
        assert_eq!(Verdict::read("else", None), None);
    }

    #[test]
    fn a_reason_is_read_back() {
        for reason in [Reason::plain("One\nline\tof it."), Reason::about("Of another.", ConversationId(12))] {
            assert_eq!(Reason::read(&reason.line()), reason);
            assert_eq!(reason.line().lines().count(), 1);
        }
    }

    #[test]
    fn every_reason_has_a_sentence() {
        for why in HeldWhy::ALL {
            assert!(why.sentence().ends_with('.'), "{why}");
        }
    }
}
