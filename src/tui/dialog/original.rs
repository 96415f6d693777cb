//! A mail as it came, or a reply that is held: looked at, and decided about where it waits for an administrator.

mod lines;

pub use lines::{LineKind, NAMES};

use super::{Confirm, Dialog, DialogKey, Layer, Outcome, allowed::thread_of};
use crate::{
    desk::page::{Denied, HeldReply, MailWants, Page, Wants},
    domain::{
        id::{ConversationId, EntrySeq},
        mail::HeldMail,
        text::SafeText,
    },
    tui::{
        ask::{Answer, Ask, Effect},
        flow,
        keymap::Action,
        layout,
        model::{Area, Model},
        time,
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

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

/// The mail, and where the viewer is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// What is looked at.
    pub what: What,
    /// Its lines as they are, not fitted to the screen; `None` until it was read.
    lines: Option<Vec<(LineKind, String)>>,
    /// The same for the screen as it was when it was read or a key was pressed last: a large mail is laid out once.
    laid: Vec<(LineKind, String)>,
    size: (u16, u16),
    /// The first line on the screen.
    pub top: usize,
    /// Why nothing was decided.
    pub problem: Option<String>,
    /// What was asked and not answered yet.
    asked: Option<Ask>,
    /// Where moments are told.
    zone: time::Zone,
}

impl Original {
    fn new(what: What, model: &Model) -> Self {
        let (lines, laid, size) = (None, Vec::new(), model.size);
        let mut this = Self { what, lines, laid, size, top: 0, problem: None, asked: None, zone: model.zone };
        if let What::Reply(reply) = &this.what {
            this.show(lines::of_reply(reply, this.zone));
        }
        this
    }

    fn show(&mut self, lines: Vec<(LineKind, String)>) {
        self.laid = lines::laid(&lines, columns(self.size));
        self.lines = Some(lines);
    }

    /// Its lines for a screen; `None` until it was read.
    pub fn laid(&self, size: (u16, u16)) -> Option<Cow<'_, [(LineKind, String)]>> {
        let lines = self.lines.as_ref()?;
        let fits = columns(size) == columns(self.size);
        Some(if fits { Cow::from(&self.laid) } else { Cow::from(lines::laid(lines, columns(size))) })
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

    /// The words of the message, where its conversation shows not all of them.
    fn words<'a>(&self, page: &'a Page) -> Option<&'a str> {
        let What::Message(conversation, seq) = &self.what else { return None };
        let entry = thread_of(page, *conversation)?.entries.iter().find(|entry| entry.seq == *seq)?;
        flow::is_long(&entry.text).then_some(entry.text.as_str())
    }

    fn release(&self) -> Option<Ask> {
        match &self.what {
            What::Message(..) => None,
            What::Mail(mail) => Some(Ask::ReleaseMail { mail: mail.mail, confirmed: false }),
            What::Reply(reply) => Some(Ask::ReleaseReply(reply.conversation, reply.shown())),
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
                Some((Ask::DiscardReply(reply.conversation, reply.shown()), question, "stop it"))
            }
        }
    }

    /// The sentence at the foot, and whether it says what went wrong.
    pub fn foot(&self) -> (&str, bool) {
        self.problem.as_deref().map_or((self.note(), false), |problem| (problem, true))
    }

    /// Lines of it that a screen has room for.
    fn rows(&self) -> usize {
        let area = place(self.size);
        let marks = if self.problem.is_some() { 2 } else { 0 };
        let foot = SafeText::line(&format!("{:marks$}{}", "", self.foot().0)).wrap(usize::from(area.width)).len();
        usize::from(area.height).saturating_sub(foot.min(4) + 1).max(1)
    }

    fn scroll(&mut self, by: isize) {
        let last = self.laid.len().saturating_sub(self.rows());
        self.top = self.top.min(last).saturating_add_signed(by).min(last);
    }

    /// To the next heading, or the one before.
    fn go_to_part(&mut self, forwards: bool) {
        let heads = |(at, line): (usize, &(LineKind, String))| (line.0 == LineKind::Heading).then_some(at);
        let mut parts: Vec<usize> = self.laid.iter().enumerate().filter_map(heads).collect();
        parts.insert(0, 0);
        let to = if forwards {
            parts.into_iter().find(|at| *at > self.top)
        } else {
            parts.into_iter().rev().find(|at| *at < self.top)
        };
        self.top = to.unwrap_or(self.top);
        self.scroll(0);
    }
}

/// The place of its lines and of the sentence under them.
fn place((columns, rows): (u16, u16)) -> Rect {
    let body = layout::body(Rect::new(0, 0, columns, rows));
    Rect { width: body.width.saturating_sub(2), height: body.height.saturating_sub(2), ..body }
}

fn columns(size: (u16, u16)) -> usize {
    usize::from(place(size).width).max(NAMES + 8)
}

impl Dialog for Original {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        if self.size != model.size {
            self.size = model.size;
            self.laid = lines::laid(self.lines.as_deref().unwrap_or_default(), columns(self.size));
        }
        // Two lines of the page before stay in view.
        let page = isize::try_from(self.rows().saturating_sub(2).max(1)).unwrap_or(1);
        match (key, key.letter()) {
            (DialogKey::Back, _) | (_, Some('v' | 'q')) => return Outcome::Close,
            (DialogKey::Down, _) | (_, Some('j')) => self.scroll(1),
            (DialogKey::Up, _) | (_, Some('k')) => self.scroll(-1),
            (DialogKey::PageDown, _) => self.scroll(page),
            (DialogKey::PageUp, _) => self.scroll(-page),
            (DialogKey::Next, _) => self.go_to_part(true),
            (DialogKey::Previous, _) => self.go_to_part(false),
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
            self.show(match &page.original {
                Some(original) => lines::of_mail(&self.what, original, self.words(page), self.zone),
                None => vec![(LineKind::Text, "There is no mail here that you can see.".to_owned())],
            });
        }
    }

    fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.asked = None;
        match answer {
            Ok(_) => Outcome::Close,
            Err(denied) => {
                if let Some(question) = Confirm::widening(ask, denied) {
                    return Outcome::Open(Box::new(Layer::Confirm(question)));
                }
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
        let released = match (&self.what, ask) {
            (What::Mail(own), Ask::ReleaseMail { mail, .. }) => own.mail == *mail,
            (_, ask) => self.release().as_ref() == Some(ask),
        };
        released || self.discard().is_some_and(|(discard, ..)| discard == *ask)
    }

    fn hints(&self) -> &'static [Action] {
        &[Action::NextChoice, Action::ChoicesPageDown, Action::NextField, Action::Cancel]
    }

    fn word(&self, action: Action) -> Option<&'static str> {
        let words = [(Action::Cancel, "back"), (Action::NextField, "next part")];
        words.iter().find(|(known, _)| *known == action).map(|(_, word)| *word)
    }
}
