//! What a mail says, as plain data: whom it names, its words, what came with it, and whether a person wrote it.

use super::words::words;

/// Somebody whom a mail names.
///
/// Both fields are the sender's claim: the name may be anybody's, the address may be forged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Correspondent {
    /// The name as it stands in the mail, in one line; empty where there is none.
    pub name: String,
    /// The address, without blanks and control characters; never empty. The domain is in lower case, the part before the
    /// `@` as it was written.
    pub address: String,
}

/// A mail, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letter {
    /// The Message-ID without its angle brackets, at most 998 bytes. Chosen by the sender: a hint, never a proof.
    pub message_id: Option<String>,
    /// The Message-IDs that it says it answers, in order.
    pub in_reply_to: Vec<String>,
    /// The Message-IDs of the thread it says it is in, oldest first.
    pub references: Vec<String>,
    /// The Return-Path; `Some("")` is the empty one (`<>`), that of mail which nobody may answer.
    pub return_path: Option<String>,
    /// Who wrote it; empty where the mail does not say.
    pub from: Vec<Correspondent>,
    /// Who sent it for the writer.
    pub sender: Option<Correspondent>,
    /// Where answers are wanted.
    pub reply_to: Vec<Correspondent>,
    /// To whom it is addressed.
    pub to: Vec<Correspondent>,
    /// Who was sent a copy.
    pub cc: Vec<Correspondent>,
    /// The addresses under which it was delivered (Delivered-To, X-Original-To, Envelope-To, X-Delivered-To), topmost
    /// first, each once. Beyond the topmost one they are the sender's claim.
    pub delivered_to: Vec<String>,
    /// When it says it was written, in seconds since 1970; where it does not say, when its oldest relay took it.
    pub date: Option<i64>,
    /// The subject in one line; may be empty.
    pub subject: String,
    /// Everything there is to read, quoted history and signatures included; lines end with `\n`. May be empty.
    pub text: String,
    /// What of `text` is folded away on the screen, in order and without overlap. Nothing is ever deleted.
    pub folds: Vec<Fold>,
    /// What came with it, in order.
    pub attachments: Vec<Attached>,
    /// Whether a person wrote it.
    pub nature: Nature,
    /// Whether *our* automatic answers are allowed. False where RFC 3834 or a custom beside it forbids them
    /// (Auto-Submitted, an empty Return-Path, Precedence, List-*, X-Auto-Response-Suppress and the like). It says nothing
    /// about the mail itself: half of all human mail on lists carries `Precedence: list`.
    pub answer_automatically: bool,
    /// The values of Authentication-Results, topmost first. Only those of the own mail server can be trusted.
    pub authentication: Vec<String>,
}

/// A part of a letter's text that is folded away: whole lines, the line end of the last one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// The byte it begins at.
    pub from: usize,
    /// The byte behind it.
    pub to: usize,
    /// What it is.
    pub kind: FoldKind,
}

words! {
    /// Why something is folded away.
    FoldKind {
        /// Earlier mails, quoted.
        Quoted = "quoted",
        /// What stands under every mail of its writer.
        Signature = "signature",
    }
}

/// Something that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its file name: one line, no folders, nothing that a file system or a screen stumbles over; never empty.
    pub name: String,
    /// Its type as the mail claims it, in lower case (`application/pdf`).
    pub media_type: String,
    /// Its bytes, decoded.
    pub content: Vec<u8>,
    /// What is special about it.
    pub note: Option<AttachedNote>,
}

words! {
    /// An attachment that is not just a file.
    AttachedNote {
        /// An invitation or another calendar entry.
        Calendar = "calendar",
        /// Outlook's wrapping (`winmail.dat`), which only Outlook opens.
        Tnef = "tnef",
        /// A whole mail.
        Mail = "mail",
    }
}

/// Whether a person wrote a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Nature {
    /// A person, as far as can be told.
    #[default]
    Person,
    /// An automatic answer: of somebody on vacation, of another help desk. It re-opens nothing.
    Automatic,
    /// A mail server's word about a mail that was sent.
    Report(Report),
}

/// What a mail server or mail program tells about a mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it tells.
    pub kind: ReportKind,
    /// The Message-ID of the mail it is about, without angle brackets, where it tells.
    pub about: Option<String>,
    /// The recipients it tells of; may be empty.
    pub recipients: Vec<Reported>,
}

/// What a report tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// It was not delivered and will not be.
    Bounce,
    /// It was not delivered yet; the server goes on trying.
    Delay,
    /// It was delivered, or passed on to where no reports are written.
    Delivered,
    /// It was displayed, deleted or otherwise seen (RFC 8098).
    Read,
    /// Its recipient complained about it as unwanted (RFC 5965).
    Complaint,
    /// A report that does not say in words we know.
    Unknown,
}

/// What a report tells of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The address; never empty.
    pub address: String,
    /// The status of RFC 3463 (`5.1.1`), where it tells.
    pub status: Option<String>,
    /// The server's own words in one line, at most 500 characters; may be empty.
    pub words: String,
}
