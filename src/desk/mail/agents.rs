//! Agents who write by mail: with a token that was made for them, from the address they gave, where that is switched on;
//! into the conversation's own audience, under the rights that any reply is held to.

use super::{
    decide::ignored,
    receive::{Taking, held},
    secrecy::repeats_mailed,
};
use crate::{
    desk::{
        Outcome,
        act::Act,
        page::{Denied, Viewer},
        receive::Placed,
    },
    domain::{
        command::Writing as Text,
        conversation::EntryKind,
        envelope::Channel,
        id::{AgentId, ConversationId},
        letter::{Letter, Nature},
        mail::{Reason, Verdict},
    },
    store::{mails::Decided, people},
};

impl Taking<'_> {
    /// A reply or an internal message of the agent's, or a refusal.
    pub(super) fn agents_mail(&self, conversation: ConversationId, agent: AgentId) -> Outcome<Decided> {
        if self.letter.nature == Nature::Automatic {
            return Ok(ignored("It is an automatic answer of an agent's: nobody wants it.".to_owned()));
        }
        if !people::settings(self.writing)?.agents_by_mail {
            return Ok(refused("Writing by mail is switched off for agents."));
        }
        let Some(agent) = people::agent_by_id(self.writing, agent)? else {
            return Ok(refused("Its sender is no agent of this desk."));
        };
        let letter = Letter { text: own_words(self.letter), folds: Vec::new(), ..self.letter.clone() };
        if letter.text.is_empty() && letter.attachments.is_empty() {
            return Ok(refused("It holds no words but those it quotes."));
        }
        if repeats_mailed(self.writing, conversation, agent.id, &letter.text)? {
            return Ok(refused("It repeats what its sender was sent by mail about another conversation."));
        }
        if let Some(why) = self.too_many(Some(conversation))? {
            let about = Reason::about("Its reply address belongs to this conversation.", conversation);
            return Ok(held(why, vec![about]));
        }
        let viewer = Viewer::new(agent.id, agent.handle);
        match self.writing.attempt(|| self.write_as(&viewer, conversation, letter)) {
            Ok(placed) => Ok(Decided {
                verdict: Verdict::Message,
                reasons: vec![
                    Reason::plain("It came to the reply address that was made for this agent here."),
                    Reason::plain("What it quotes, and the signature, were left out."),
                ],
                conversation: Some(placed.conversation),
                message: Some(placed.message),
            }),
            Err(failed @ Denied::Failed(_)) => Err(failed),
            // The reason stays on this side: it may tell of the conversation.
            Err(denied) => Ok(refused(&format!("Its sender may not write there: {denied}"))),
        }
    }

    fn write_as(&self, viewer: &Viewer, conversation: ConversationId, mut letter: Letter) -> Outcome<Placed> {
        let files = std::mem::take(&mut letter.attachments);
        if letter.text.is_empty() {
            let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
            letter.text = format!("Attached: {}", names.join(", "));
        }
        // The files are kept with the message itself.
        let body = self.body(&letter)?;
        let mut act = Act::begin(self.desk, self.writing, viewer, conversation)?;
        act.channel = Some(Channel::Email.word());
        act.write(EntryKind::Reply, &Text { text: body.text.clone(), files, ..Text::default() })?;
        let message = act.written;
        let done = act.finish()?;
        let placed = Placed {
            conversation: done.conversation,
            seq: done.message.unwrap_or(crate::domain::id::EntrySeq(0)),
            follow_up_to: None,
            message,
        };
        self.keep_parts(placed, &body)?;
        Ok(placed)
    }
}

/// What an agent wrote, without what the mail quotes and without the signature: both hold what customers must not see,
/// notes for one and addresses for the other.
fn own_words(letter: &Letter) -> String {
    let mut words = String::new();
    let mut at = 0;
    for fold in &letter.folds {
        words.push_str(letter.text.get(at..fold.from).unwrap_or_default());
        at = fold.to;
    }
    words.push_str(letter.text.get(at..).unwrap_or_default());
    words.trim().to_owned()
}

/// Not taken: its writer is told so, without a word of any conversation.
pub(super) fn refused(reason: &str) -> Decided {
    Decided { verdict: Verdict::Refused, reasons: vec![Reason::plain(reason)], conversation: None, message: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::letter::{Fold, FoldKind};

    #[test]
    fn an_agents_own_words_are_what_is_not_folded() {
        let fold = |from, to, kind| Fold { from, to, kind };
        let letter = Letter {
            text: "Yes.\n> secret\nMore.\n-- \nAna\n".into(),
            folds: vec![fold(5, 14, FoldKind::Quoted), fold(20, 28, FoldKind::Signature)],
            ..Letter::default()
        };
        assert_eq!(own_words(&letter), "Yes.\nMore.");
        assert_eq!(own_words(&Letter { folds: vec![fold(0, 28, FoldKind::Quoted)], ..letter }), "");
    }
}
