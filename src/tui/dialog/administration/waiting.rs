//! What waits of the mail, of which several can be selected and decided about together.

use crate::{
    desk::page::{Denied, HeldReply, Page},
    domain::{
        command::EntryOf,
        id::{ConversationId, MailId},
        mail::HeldMail,
    },
    tui::{
        ask::{Answer, Ask, Effect},
        dialog::{Confirm, DialogKey, Layer, Original, Outcome, PickList},
        model::Model,
    },
};

/// One thing that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// A mail.
    Mail(MailId),
    /// A reply.
    Reply(ConversationId, EntryOf),
}

impl Waits {
    /// Of a mail.
    pub const fn mail(mail: &HeldMail) -> Self {
        Self::Mail(mail.mail)
    }

    /// Of a reply.
    pub const fn reply(reply: &HeldReply) -> Self {
        Self::Reply(reply.conversation, reply.shown())
    }

    const fn release(self) -> Ask {
        match self {
            Self::Mail(mail) => Ask::ReleaseMail { mail, confirmed: false },
            Self::Reply(conversation, entry) => Ask::ReleaseReply(conversation, entry),
        }
    }

    /// Whether something was asked for this.
    fn is_asked(self, ask: &Ask) -> bool {
        match (self, ask) {
            (Self::Mail(own), Ask::ReleaseMail { mail, .. }) => own == *mail,
            (_, ask) => self.release() == *ask || self.discard() == *ask,
        }
    }

    const fn discard(self) -> Ask {
        match self {
            Self::Mail(mail) => Ask::DiscardMail(mail),
            Self::Reply(conversation, entry) => Ask::DiscardReply(conversation, entry),
        }
    }
}

/// What is selected of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// What is selected, in the order of the list.
    pub chosen: Vec<Waits>,
    /// What of it was asked for and not answered yet.
    asked: Vec<Ask>,
    /// Why something of it could not be done.
    pub problem: Option<String>,
    /// How far it went with what was asked for together.
    tally: Tally,
}

/// What became of several that were decided about together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    /// How many were decided about.
    of: usize,
    /// Whether all of them are mails.
    mails: bool,
    /// Whether they are discarded.
    discards: bool,
    done: usize,
    refused: usize,
}

impl Tally {
    fn of(chosen: &[Waits], discards: bool) -> Self {
        let mails = chosen.iter().all(|waits| matches!(waits, Waits::Mail(_)));
        Self { of: chosen.len(), mails, discards, done: 0, refused: 0 }
    }

    /// How it went so far: "2 mails went their way; 1 could not be let in: …". `None` of one alone, which has words of its own.
    fn words(&self, problem: Option<&str>) -> Option<String> {
        let done = match (self.done, self.discards, self.mails) {
            (0, true, _) => "None was discarded".to_owned(),
            (0, false, _) => "None went its way".to_owned(),
            (1, true, _) => "1 was discarded".to_owned(),
            (1, false, true) => "1 mail went its way".to_owned(),
            (1, false, false) => "1 went its way".to_owned(),
            (many, true, _) => format!("{many} were discarded"),
            (many, false, true) => format!("{many} mails went their way"),
            (many, false, false) => format!("{many} went their way"),
        };
        let not = match (self.discards, self.mails) {
            (true, _) => "could not be",
            (false, true) => "could not be let in",
            (false, false) => "could not go",
        };
        let words = match problem.filter(|_| self.refused > 0) {
            Some(problem) => format!("{done}; {} {not}: {problem}", self.refused),
            None => format!("{done}."),
        };
        (self.of > 1).then_some(words)
    }
}

impl Waiting {
    /// Everything that waits, as the list has it: mails first, the newest at the top, then replies.
    pub fn all(page: &Page) -> impl Iterator<Item = Waits> {
        let mails = page.held_mails.iter().flatten().map(Waits::mail);
        mails.chain(page.held_replies.iter().flatten().map(Waits::reply))
    }

    /// What stands at a place of the list, to be looked at.
    pub fn looked_at(model: &Model, at: usize) -> Option<Original> {
        let (mails, replies) = (model.page.held_mails.iter().flatten(), model.page.held_replies.iter().flatten());
        let originals = mails.map(|mail| Original::mail(mail.clone(), model));
        originals.chain(replies.map(|reply| Original::reply(reply.clone(), model))).nth(at)
    }

    /// The keys that are about several; `None` where the key is none of them.
    pub fn press(&mut self, key: DialogKey, page: &Page, list: &mut PickList) -> Option<Outcome> {
        let rows = Self::all(page).count();
        let any = !self.chosen.is_empty();
        match (key, key.letter()) {
            (_, Some('x')) => {
                self.choose(page, list.picked(rows)?);
                list.key(DialogKey::Down, rows);
                Some(Outcome::Stay)
            }
            (_, Some('r')) if any => Some(Outcome::Do(self.release())),
            (_, Some('d')) if any => Some(Outcome::Open(Box::new(Layer::Confirm(self.discard())))),
            (DialogKey::Back, _) if any => {
                *self = Self::default();
                Some(Outcome::Stay)
            }
            (_, _) => None,
        }
    }

    /// Selects what stands at a place of the list, or takes it out again.
    fn choose(&mut self, page: &Page, at: usize) {
        self.problem = None;
        let Some(one) = Self::all(page).nth(at) else { return };
        if let Some(before) = self.chosen.iter().position(|chosen| *chosen == one) {
            self.chosen.remove(before);
        } else {
            self.chosen.push(one);
            let chosen = std::mem::take(&mut self.chosen);
            self.chosen = Self::all(page).filter(|waits| chosen.contains(waits)).collect();
        }
    }

    /// Lets all that is selected go its way, what came first before what came after.
    fn release(&mut self) -> Vec<Effect> {
        self.problem = None;
        self.tally = Tally::of(&self.chosen, false);
        self.asked = self.chosen.iter().rev().map(|waits| waits.release()).collect();
        self.asked.iter().cloned().map(Effect::Ask).collect()
    }

    /// The question before all that is selected is discarded.
    fn discard(&mut self) -> Confirm {
        self.problem = None;
        self.tally = Tally::of(&self.chosen, true);
        self.asked = self.chosen.iter().map(|waits| waits.discard()).collect();
        let mails = self.chosen.iter().filter(|waits| matches!(waits, Waits::Mail(_))).count();
        let thrown = (mails > 0).then(|| match mails {
            1 => "Throw this mail away? Its bytes are gone then, and it is not taken in again.".to_owned(),
            many => {
                format!("Throw these {many} mails away? Their bytes are gone then, and they are not taken in again.")
            }
        });
        let stopped = (self.chosen.len() > mails).then(|| match self.chosen.len() - mails {
            1 => "Stop this reply? It stays in the conversation, marked as not sent.".to_owned(),
            many => format!("Stop these {many} replies? They stay in their conversations, marked as not sent."),
        });
        let question = thrown.into_iter().chain(stopped).collect::<Vec<_>>().join(" ");
        let effects = self.asked.iter().cloned().map(Effect::Ask).collect();
        Confirm::new(question, "discard what is selected", effects)
    }

    /// Whether an answer is for this.
    pub fn waits_for(&self, ask: &Ask) -> bool {
        self.asked.contains(ask)
    }

    /// An answer: what could not be done stays selected, and what is to be confirmed is asked.
    pub fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.asked.retain(|asked| asked != ask);
        match answer {
            Ok(_) => {
                self.tally.done += 1;
                self.chosen.retain(|waits| !waits.is_asked(ask));
            }
            Err(denied) => {
                if let Some(question) = Confirm::widening(ask, denied) {
                    let asks = |effect: &Effect| if let Effect::Ask(ask) = effect { Some(ask.clone()) } else { None };
                    self.asked.extend(question.effects.iter().filter_map(asks));
                    return Outcome::Open(Box::new(Layer::Confirm(question)));
                }
                self.tally.refused += 1;
                self.problem = Some(denied.to_string());
            }
        }
        self.tally.words(self.problem.as_deref()).map_or(Outcome::Stay, Outcome::Say)
    }

    /// What waits no more is selected no more.
    pub fn arrived(&mut self, page: &Page) {
        if page.held_mails.is_some() {
            self.chosen.retain(|chosen| Self::all(page).any(|waits| waits == *chosen));
        }
    }
}
