//! A question that is answered yes or no.

use super::{Dialog, DialogKey, Outcome};
use crate::{
    desk::page::{Denied, Thread},
    domain::{
        command::{Command, Start, Writing},
        conversation::Privacy,
        id::ConversationId,
        people::Party,
        refusal::{Refusal, RefusalKind},
    },
    tui::{
        ask::{Ask, Effect},
        keymap::{Action, Context},
        model::Model,
        remembered,
    },
};

/// A question about something that cannot be taken back, or that lets more people read (R5.4). Only its own key says yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The question, in a sentence; may hold foreign text.
    pub question: String,
    /// Who could read it afterwards, who would join: one a line; may hold foreign text.
    pub details: Vec<String>,
    /// What the yes is called: "make public".
    pub yes: String,
    /// What a yes does.
    pub effects: Vec<Effect>,
    /// What the key [`Confirm::NEVER`] does, where it is not to be asked again.
    pub never: Option<Ask>,
}

impl Confirm {
    /// Says no for good, where that is offered.
    pub const NEVER: char = 'x';

    /// The same question about somebody whom a mail named, who can be left out for good: `thread` is the one that is shown.
    #[must_use]
    pub fn or_never(mut self, ask: &Ask, thread: Option<&Thread>) -> Self {
        if let Ask::Run { conversation, command: Command::Add { party: Party::Customer(address), .. } } = ask
            && let Some(thread) = thread.filter(|thread| thread.row.id == *conversation)
            && thread.suggested.iter().any(|person| person.address == *address)
        {
            self.never = Some(Ask::Dismiss(*conversation, address.clone()));
        }
        self
    }

    /// A question without details.
    pub fn new(question: impl Into<String>, yes: impl Into<String>, effects: Vec<Effect>) -> Self {
        Self { question: question.into(), details: Vec::new(), yes: yes.into(), effects, never: None }
    }

    /// The question that a refusal of kind `confirm` asks: what happens, who could read it then and who would join. A yes
    /// asks for the same again, confirmed (R4.5, R5.4, R6.5). `None` where the desk refused for another reason.
    pub fn widening(ask: &Ask, denied: &Denied) -> Option<Self> {
        let Denied::Refused(refusal) = denied else { return None };
        if refusal.kind != RefusalKind::Confirm {
            return None;
        }
        let (ask, yes) = confirmed(ask)?;
        let details = details(refusal);
        let mut confirm = Self::new(refusal.text.clone(), yes, vec![Effect::Ask(ask)]);
        confirm.details = details;
        Some(confirm)
    }
}

impl Dialog for Confirm {
    fn press(&mut self, key: DialogKey, _model: &Model) -> Outcome {
        match key {
            DialogKey::Back => Outcome::Close,
            DialogKey::Yes => Outcome::CloseAnd(std::mem::take(&mut self.effects)),
            DialogKey::Other(_) if key.letter() == Some(Self::NEVER) => match self.never.take() {
                Some(never) => Outcome::CloseAnd(vec![Effect::Ask(never)]),
                None => Outcome::Stay,
            },
            DialogKey::Next
            | DialogKey::Previous
            | DialogKey::Up
            | DialogKey::Down
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Choose
            | DialogKey::Save
            | DialogKey::Other(_) => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        self.effects.iter().find_map(
            |effect| {
                if let Effect::Ask(ask) = effect { remembered::conversation(ask) } else { None }
            },
        )
    }

    fn context(&self) -> Context {
        Context::Question
    }

    fn hints(&self) -> &'static [Action] {
        &[Action::AnswerYes, Action::AnswerNo]
    }
}

fn details(refusal: &Refusal) -> Vec<String> {
    let mut details = Vec::new();
    if !refusal.readers.is_empty() {
        let handles: Vec<String> = refusal.readers.iter().map(|handle| format!("@{handle}")).collect();
        details.push(format!("Can read it then: {}", handles.join(", ")));
    }
    details.extend(refusal.adds.iter().map(|added| format!("Joins: {added}")));
    details
}

/// The same act with what it opens agreed to, and the word for doing it; `None` for what needs no agreement.
fn confirmed(ask: &Ask) -> Option<(Ask, &'static str)> {
    if let Ask::Start(start) = ask {
        return Some((Ask::Start(Start { confirmed: true, ..start.clone() }), "send it"));
    }
    if let Ask::Merge { from, into, .. } = ask {
        return Some((Ask::Merge { from: *from, into: *into, confirmed: true }, "merge them"));
    }
    if let Ask::ReleaseMail { mail, .. } = ask {
        return Some((Ask::ReleaseMail { mail: *mail, confirmed: true }, "let it go its way"));
    }
    let Ask::Run { conversation, command } = ask else { return None };
    let (command, yes) = match command {
        Command::Release { .. } => (Command::Release { confirmed: true }, "release it"),
        Command::Forward { group, .. } => (Command::Forward { group: group.clone(), confirmed: true }, "forward it"),
        Command::Add { party, .. } => (Command::Add { party: party.clone(), confirmed: true }, "add"),
        Command::Link { item, .. } => (Command::Link { item: *item, confirmed: true }, "link it"),
        Command::SetPrivacy { privacy, .. } => {
            let yes = match privacy {
                Privacy::Public => "make it public",
                Privacy::Private => "make it private",
            };
            (Command::SetPrivacy { privacy: *privacy, confirmed: true }, yes)
        }
        Command::Reply(writing) => (Command::Reply(Writing { confirmed: true, ..writing.clone() }), "send it"),
        Command::Note(_)
        | Command::Close
        | Command::Reopen
        | Command::Lock
        | Command::Unlock
        | Command::Assign(_)
        | Command::Follow
        | Command::Unfollow
        | Command::Remove(_)
        | Command::Unlink
        | Command::CreateItem { .. }
        | Command::MarkRead(_)
        | Command::MarkUnread => return None,
    };
    Some((Ask::Run { conversation: *conversation, command }, yes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::id::ConversationId;

    fn publish(confirmed: bool) -> Ask {
        let command = Command::SetPrivacy { privacy: Privacy::Public, confirmed };
        Ask::Run { conversation: ConversationId(4), command }
    }

    fn refusal(kind: RefusalKind) -> Denied {
        let mut refusal = Refusal::new(kind, "R6.5", "3 messages and 1 note become readable by 2 agents.");
        refusal.readers = vec!["ben".into(), "cleo".into()];
        Denied::Refused(refusal)
    }

    #[test]
    fn r6_5_the_question_says_who_reads_and_a_yes_repeats_the_same_act_confirmed() {
        let asked = Confirm::widening(&publish(false), &refusal(RefusalKind::Confirm)).unwrap();
        assert_eq!(asked.details, ["Can read it then: @ben, @cleo"]);
        assert_eq!(asked.effects, [Effect::Ask(publish(true))]);
    }

    #[test]
    fn another_refusal_asks_nothing() {
        assert_eq!(Confirm::widening(&publish(false), &refusal(RefusalKind::Denied)), None);
        let closing = Ask::Run { conversation: ConversationId(4), command: Command::Close };
        assert_eq!(Confirm::widening(&closing, &refusal(RefusalKind::Confirm)), None);
    }
}
