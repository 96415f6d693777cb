//! What becomes of a mail that can be read.

use super::{
    agents::refused,
    receive::{Body, Taking, held},
    thread::Route,
};
use crate::{
    desk::{
        Outcome,
        receive::{Incoming, Placed, writer},
    },
    domain::{
        envelope::Channel,
        id::{ConversationId, GroupId},
        letter::Nature,
        mail::{HeldWhy, LikenessWhy, Reason, Verdict},
    },
    store::{
        conversations::Loaded,
        correspondents,
        mails::{self, Decided},
        parts, people, threads,
    },
};

impl Taking<'_> {
    /// What becomes of it, written down.
    pub(super) fn decide(&self) -> Outcome<Decided> {
        if self.mail.sent {
            return self.sent_outside();
        }
        if let Nature::Report(report) = &self.letter.nature
            && let Some(decided) = self.report(report)?
        {
            return Ok(decided);
        }
        if self.sender.is_empty() {
            return Ok(held(HeldWhy::NoSender, Vec::new()));
        }
        if let Some(decided) = self.same_letter()? {
            return Ok(decided);
        }
        let history = self.mail.history.is_some();
        if correspondents::is_own(&self.mail.addresses, self.sender) {
            // A colleague's answer, of which the team kept a copy.
            return if history && !self.is_denied() { self.sent_outside() } else { self.our_own() };
        }
        let known = people::customer_by_address(self.writing, self.sender)?;
        if known.as_ref().is_some_and(|customer| customer.blocked) {
            return Ok(ignored(format!("Messages from {} are blocked; nothing was kept.", self.sender)));
        }
        let mut reasons = Vec::new();
        match self.route(known.map(|customer| customer.id), &mut reasons)? {
            // What an agent writes is sent on, and nothing is sent because of history.
            Route::AgentToken(..) if history => self.sent_outside(),
            Route::AgentToken(conversation, agent) => self.agents_mail(conversation, agent),
            // What an administrator lets go. History nobody has looked at: it waits, and rings nothing.
            Route::Internal(_) | Route::Doubtful(_) | Route::ForAgents(_) if self.released && !history => {
                self.customers_mail(None, &[], reasons)
            }
            Route::Notice if history || self.letter.nature == Nature::Automatic => {
                Ok(ignored("It answers a notice to an agent, and is the agent's own: nobody wants it.".to_owned()))
            }
            Route::Notice => {
                Ok(refused("It answers a notice to an agent, not to a reply address that was made for that."))
            }
            Route::ForAgents(conversation) => {
                let about = Reason::about("What it answers was about this conversation.", conversation);
                Ok(held(HeldWhy::ForAgents, vec![about]))
            }
            Route::Internal(conversation) => {
                let about = Reason::about("Its reply address belongs to this conversation.", conversation);
                Ok(held(HeldWhy::InternalToken, vec![about]))
            }
            Route::Doubtful(conversation) => {
                let about = Reason::about("Its reply address belongs to this conversation.", conversation);
                Ok(held(HeldWhy::DoubtfulAgent, vec![about]))
            }
            Route::Join(loaded) => self.customers_mail(Some(&loaded), &[], reasons),
            Route::New(likes) => self.customers_mail(None, &likes, reasons),
        }
    }

    fn customers_mail(
        &self,
        named: Option<&Loaded>,
        likes: &[(ConversationId, LikenessWhy)],
        mut reasons: Vec<Reason>,
    ) -> Outcome<Decided> {
        let conversation = named.map(|loaded| loaded.facts.id);
        if let Some(why) = self.too_many(conversation)? {
            return Ok(Decided { conversation, ..held(why, reasons) });
        }
        let (customer, _) = writer(self.writing, self.sender, self.name, self.now)?;
        let automatic = self.letter.nature != Nature::Person;
        if automatic {
            reasons.push(Reason::plain(
                "It is an automatic answer: it re-opens nothing, and nobody is told of it by mail.",
            ));
        }
        let body = self.body(self.letter)?;
        let incoming = Incoming {
            writing: self.writing,
            customer: &customer,
            text: &body.text,
            attachments: &body.described,
            channel: Channel::Email,
            subject: &self.letter.subject,
            group: self.group(&mut reasons)?,
            automatic,
            tells: self.may_be_answered() && !automatic,
            history: self.mail.history.is_some(),
            now: self.now,
        };
        let placed = incoming.place(named)?;
        if let Some(locked) = placed.follow_up_to.filter(|_| Some(placed.conversation) != conversation) {
            reasons.push(Reason::about("That conversation is locked: a follow-up was started.", locked));
        }
        for (like, because) in likes {
            threads::note_likeness(self.writing, placed.conversation, *like, *because)?;
        }
        self.keep_parts(placed, &body)?;
        let (conversation, message) = (Some(placed.conversation), Some(placed.message));
        Ok(Decided { verdict: Verdict::Message, reasons, conversation, message })
    }

    /// The same letter came already, through another mailbox or to another of our addresses: it is one message.
    pub(super) fn same_letter(&self) -> Outcome<Option<Decided>> {
        let Some(hash) = self.letter_hash else { return Ok(None) };
        let found = mails::by_letter(self.writing, hash)?;
        Ok(found.map(|(taken, message, mailbox)| Decided {
            verdict: taken.verdict,
            reasons: vec![Reason::plain(format!(
                "The same letter came through the mailbox “{mailbox}” before: it is one message."
            ))],
            conversation: taken.conversation,
            message: Some(message),
        }))
    }

    /// The mailbox's group; a name that no group has any more loses no mail.
    fn group(&self, reasons: &mut Vec<Reason>) -> Outcome<Option<GroupId>> {
        let Some(name) = &self.mail.group else { return Ok(None) };
        let group = people::group_by_name(self.writing, name)?;
        if group.is_none() {
            let text = format!("Its mailbox names the group “{name}”, which is not there.");
            reasons.push(Reason::plain(text));
        }
        Ok(group.map(|group| group.id))
    }

    /// Keeps what belongs to the message: header id, folds, contents.
    pub(super) fn keep_parts(&self, placed: Placed, body: &Body<'_>) -> Outcome<()> {
        if let Some(id) = &self.letter.message_id {
            threads::note_header_id(self.writing, id, placed.conversation, Some(placed.message), None)?;
        }
        Ok(parts::keep(self.writing, placed.message, &body.folds, &body.contents)?)
    }
}

/// Nothing to do.
pub(super) fn ignored(reason: String) -> Decided {
    Decided { verdict: Verdict::Ignored, reasons: vec![Reason::plain(reason)], conversation: None, message: None }
}
