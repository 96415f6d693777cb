//! A mail as it came, or a reply that is held: looked at, and decided about where it waits for an administrator.

use super::{Confirm, Dialog, DialogKey, Layer, Outcome};
use crate::{
    desk::page::{self, Denied, HeldReply, MailWants, Moment, Page, Wants},
    domain::{
        id::{ConversationId, EntrySeq},
        letter::Correspondent,
        mail::{HeldMail, MailHead},
        text::SafeText,
    },
    tui::{
        ask::{Answer, Ask, Effect},
        delivery::named,
        flow::spelled_out,
        keymap::Action,
        model::{Area, Model},
        time,
    },
};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The mail behind a message.
    Message(ConversationId, EntrySeq),
    /// A mail that waits.
    Mail(Box<HeldMail>),
    /// A reply that waits.
    Reply(Box<HeldReply>),
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// A field of the head, behind its name in so many columns.
    Field,
    /// A heading.
    Heading,
    /// Words.
    Text,
}

/// The mail, and where the viewer is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// What is looked at.
    pub what: What,
    /// Its lines as they are, not fitted to the screen yet; `None` until it was read.
    pub lines: Option<Vec<(LineKind, String)>>,
    /// The first line on the screen.
    pub top: usize,
    /// Why nothing was decided.
    pub problem: Option<String>,
    /// What was asked and not answered yet.
    asked: Option<Ask>,
    /// Where moments are told.
    zone: time::Zone,
}

/// Lines that a page key moves.
const PAGE: usize = 15;

impl Original {
    fn new(what: What, model: &Model) -> Self {
        let mut this = Self { what, lines: None, top: 0, problem: None, asked: None, zone: model.zone };
        if let What::Reply(reply) = &this.what {
            this.lines = Some(of_reply(reply, this.zone));
        }
        this
    }

    /// The mail behind the message under the cursor, where the conversation has the keys and it came by mail.
    pub fn under_cursor(model: &Model) -> Option<Self> {
        let thread = model.opened().filter(|_| model.area == Area::Thread)?;
        let cursor = model.thread.as_ref()?.cursor?;
        let entry = thread.entries.iter().find(|entry| entry.seq == cursor && entry.by_mail)?;
        Some(Self::new(What::Message(thread.row.id, entry.seq), model))
    }

    /// A mail that waits.
    pub fn mail(mail: HeldMail, model: &Model) -> Self {
        Self::new(What::Mail(Box::new(mail)), model)
    }

    /// A reply that waits.
    pub fn reply(reply: HeldReply, model: &Model) -> Self {
        Self::new(What::Reply(Box::new(reply)), model)
    }

    /// What it is called.
    pub fn title(&self) -> String {
        match &self.what {
            What::Message(conversation, seq) => format!("Mail of #{conversation}, entry {seq}"),
            What::Mail(mail) if mail.quarantined => "Mail in quarantine".to_owned(),
            What::Mail(_) => "Held mail".to_owned(),
            What::Reply(reply) => format!("Held reply in #{}", reply.conversation),
        }
    }

    /// What can be done.
    pub const fn note(&self) -> &'static str {
        match self.what {
            What::Message(..) => {
                "Names and addresses are the sender's claims; so is “Checked”, unless your own mail server writes it."
            }
            What::Mail(_) => "r lets it go its way, d throws it away.",
            What::Reply(_) => "r lets it leave, d stops it for good; it repeats what its writer may not read.",
        }
    }

    fn release(&self) -> Option<Ask> {
        match &self.what {
            What::Message(..) => None,
            What::Mail(mail) => Some(Ask::ReleaseMail(mail.mail)),
            What::Reply(reply) => Some(Ask::ReleaseReply(reply.conversation, reply.seq)),
        }
    }

    fn discard(&self) -> Option<(Ask, &'static str, &'static str)> {
        match &self.what {
            What::Message(..) => None,
            What::Mail(mail) => {
                let question = "Throw this mail away? Its bytes are gone then, and it is not taken in again.";
                Some((Ask::DiscardMail(mail.mail), question, "throw it away"))
            }
            What::Reply(reply) => {
                let question = "Stop this reply? It stays in the conversation, marked as not sent.";
                Some((Ask::DiscardReply(reply.conversation, reply.seq), question, "stop it"))
            }
        }
    }

    fn scroll(&mut self, by: isize) {
        let last = self.lines.as_ref().map_or(0, |lines| lines.len().saturating_sub(1));
        self.top = self.top.saturating_add_signed(by).min(last);
    }
}

impl Dialog for Original {
    fn press(&mut self, key: DialogKey, _model: &Model) -> Outcome {
        let page = isize::try_from(PAGE).unwrap_or(1);
        match (key, key.letter()) {
            (DialogKey::Back, _) | (_, Some('v' | 'q')) => return Outcome::Close,
            (DialogKey::Down, _) | (_, Some('j')) => self.scroll(1),
            (DialogKey::Up, _) | (_, Some('k')) => self.scroll(-1),
            (DialogKey::PageDown, _) => self.scroll(page),
            (DialogKey::PageUp, _) => self.scroll(-page),
            (_, Some('g')) => self.top = 0,
            (_, Some('G')) => self.scroll(isize::MAX),
            (_, Some('r')) if self.asked.is_none() => {
                self.problem = None;
                self.asked = self.release();
                return self.asked.clone().map_or(Outcome::Stay, |ask| Outcome::Do(vec![Effect::Ask(ask)]));
            }
            (_, Some('d')) => {
                let Some((ask, question, yes)) = self.discard() else { return Outcome::Stay };
                let confirm = Confirm::new(question, yes, vec![Effect::Ask(ask)]);
                return Outcome::Open(Box::new(Layer::Confirm(confirm)));
            }
            (_, _) => {}
        }
        Outcome::Stay
    }

    fn about(&self) -> Option<ConversationId> {
        match &self.what {
            What::Message(conversation, _) => Some(*conversation),
            What::Reply(reply) => Some(reply.conversation),
            What::Mail(_) => None,
        }
    }

    fn administers(&self) -> bool {
        match self.what {
            What::Message(..) => false,
            What::Mail(_) | What::Reply(_) => true,
        }
    }

    fn arrived(&mut self, page: &Page) {
        if self.lines.is_none() {
            self.lines = Some(match &page.original {
                Some(original) => of_mail(&self.what, original, self.zone),
                None => vec![(LineKind::Text, "There is no mail here that you can see.".to_owned())],
            });
        }
    }

    fn answered(&mut self, _ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.asked = None;
        match answer {
            Ok(_) => Outcome::Close,
            Err(denied) => {
                self.problem = Some(denied.to_string());
                Outcome::Stay
            }
        }
    }

    fn wants(&self, wants: &mut Wants) {
        // Once: it can be large, and it does not change.
        if self.lines.is_some() {
            return;
        }
        wants.mail = match &self.what {
            What::Message(conversation, seq) => Some(MailWants::Of(*conversation, *seq)),
            What::Mail(mail) => Some(MailWants::Held(mail.mail)),
            What::Reply(_) => None,
        };
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        self.release().as_ref() == Some(ask) || self.discard().is_some_and(|(discard, ..)| discard == *ask)
    }

    fn hints(&self) -> &'static [Action] {
        &[Action::NextChoice, Action::Cancel]
    }

    fn word(&self, action: Action) -> Option<&'static str> {
        (action == Action::Cancel).then_some("back")
    }
}

/// Columns of the names of fields.
pub const NAMES: usize = 14;

fn field(name: &str, value: &str) -> (LineKind, String) {
    (LineKind::Field, format!("{name:<NAMES$}{}", SafeText::line(value).into_string()))
}

fn of_head(head: &MailHead, zone: time::Zone) -> Vec<(LineKind, String)> {
    let mut lines = vec![field("From", &named(&head.from))];
    let others = [
        ("Sent by", named(&head.sender)),
        ("Answers to", named(&head.reply_to)),
        ("To", named(&head.to)),
        ("Cc", named(&head.cc)),
        ("Subject", head.subject.clone()),
    ];
    lines.extend(others.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| field(name, value)));
    lines.push(field("Came by", &came_by(&head.mailbox, head.at, zone)));
    let checked = if head.authentication.is_empty() { "nothing was said" } else { &head.authentication };
    lines.push(field("Checked", checked));
    lines
}

fn came_by(mailbox: &str, at: Moment, zone: time::Zone) -> String {
    format!("{mailbox}, {}", time::stamp(at, zone))
}

fn of_mail(what: &What, original: &page::Original, zone: time::Zone) -> Vec<(LineKind, String)> {
    let mut lines = match (what, &original.head) {
        (_, Some(head)) => of_head(head, zone),
        (What::Mail(mail), None) => {
            let from = Correspondent { name: mail.name.clone(), address: mail.from.clone() };
            let mut lines = vec![
                field("From", &named(&[from])),
                field("Subject", &mail.subject),
                field("Came by", &came_by(&mail.mailbox, mail.at, zone)),
                field("It waits", mail.why.sentence()),
            ];
            lines.extend(mail.conversation.map(|id| field("Would go to", &format!("#{id}"))));
            lines
        }
        (What::Message(..) | What::Reply(_), None) => Vec::new(),
    };
    let said = |sentence: &&String| !matches!(what, What::Mail(mail) if mail.why.sentence() == sentence.as_str());
    for (at, sentence) in original.why.iter().filter(said).enumerate() {
        lines.push(field(if at == 0 { "Why" } else { "" }, sentence));
    }
    let words = original.words.trim_end();
    if !words.is_empty() {
        lines.push((LineKind::Heading, "What it says".to_owned()));
        lines.extend(SafeText::block(words).as_str().lines().map(|line| (LineKind::Text, line.to_owned())));
    }
    lines.push((LineKind::Heading, format!("As it came: {} bytes", original.size)));
    let raw = original.raw.replace("\r\n", "\n");
    lines.extend(SafeText::block(&spelled_out(&raw)).as_str().lines().map(|line| (LineKind::Text, line.to_owned())));
    if original.size > page::Original::SHOWN {
        lines.push((LineKind::Heading, format!("The first {} bytes are shown.", page::Original::SHOWN)));
    }
    lines
}

fn of_reply(reply: &HeldReply, zone: time::Zone) -> Vec<(LineKind, String)> {
    let mut lines = vec![
        field("From", &reply.from),
        field("To", &reply.to.join(", ")),
        field("Written", &time::stamp(reply.at, zone)),
        (LineKind::Heading, "What it says".to_owned()),
    ];
    lines.extend(SafeText::block(reply.text.trim_end()).as_str().lines().map(|line| (LineKind::Text, line.to_owned())));
    lines
}
