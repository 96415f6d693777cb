//! What a mail may have done to a desk, said a second time and without the desk's own code: only what stands in it, in the
//! tokens that were given out and in the tables before it came.

use crate::{
    house::{House, OWN},
    state::{Conversation, Message, State},
};
use deskline::{
    desk::token::Bearer,
    domain::{
        letter::Letter,
        mail::{InMail, MailTaken, Verdict},
        people::check_address,
    },
};
use std::collections::BTreeSet;

/// One mail that came.
#[derive(Clone, Copy)]
pub struct Coming<'a> {
    pub house: &'a House,
    pub mail: &'a InMail,
    /// An administrator let it go.
    pub released: bool,
}

impl Coming<'_> {
    pub fn check(&self, before: &State, after: &State, taken: &MailTaken) {
        if taken.again {
            assert_eq!(before, after, "it had been taken before");
            return;
        }
        assert_eq!(after.mails, before.mails + i64::from(!self.released), "one mail");
        assert_eq!(after.fixed, before.fixed, "no mail administers");
        assert_eq!(after.agents, before.agents, "agents' addresses are theirs to give");
        assert_eq!(after.merged, before.merged, "no mail merges");
        self.customers(before, after);
        for (id, old) in &before.conversations {
            self.old_conversation(*id, old, before, after);
        }
        let new: Vec<i64> =
            after.conversations.keys().filter(|id| !before.conversations.contains_key(id)).copied().collect();
        assert!(new.len() <= 1, "one mail starts one conversation at most");
        for id in &new {
            self.new_conversation(*id, before, after);
        }
        self.messages(before, after, taken);
        self.outbox(before, after);
    }

    /// Whose words it is, by the mail itself; none where nobody could be answered.
    fn sender(&self) -> Option<String> {
        let letter = self.mail.letter.as_ref().ok()?;
        let sender = check_address(&letter.from.first()?.address).ok()?;
        if (self.released || self.is_history()) && is_own(&sender) {
            // A form on a web site writes from our own address.
            let named = letter.reply_to.iter().filter_map(|person| check_address(&person.address).ok());
            return named.into_iter().find(|address| !is_own(address)).or(Some(sender));
        }
        Some(sender)
    }

    fn is_history(&self) -> bool {
        self.mail.history.is_some()
    }

    /// At most the sender gets a record.
    fn customers(&self, before: &State, after: &State) {
        for (id, address) in &after.customers {
            match before.customers.get(id) {
                Some(old) => assert_eq!(old, address),
                None => assert_eq!(Some(address), self.sender().as_ref(), "a record of somebody else"),
            }
        }
        assert!(after.customers.len() >= before.customers.len());
    }

    fn old_conversation(&self, id: i64, old: &Conversation, before: &State, after: &State) {
        let new = after.conversations.get(&id).expect("nothing is deleted");
        assert_eq!(of(&after.participants, id), of(&before.participants, id), "#{id}: nobody is added by a mail");
        assert_eq!(of(&after.named, id), of(&before.named, id), "#{id}: no agent is added by a mail");
        // What may change: a closed one is opened again, and an assignee takes or loses it with that.
        let fixed = |it: &Conversation| Conversation { state: String::new(), assignee: None, ..it.clone() };
        assert_eq!(fixed(new), fixed(old), "#{id}");
        let spoken = after.messages.iter().any(|(number, message)| {
            !before.messages.contains_key(number) && message.conversation == id && message.kind != "system"
        });
        if self.is_history() {
            assert_eq!(new, old, "#{id}: history asks nobody for anything (R1.7)");
        }
        if new.state != old.state {
            assert_eq!((old.state.as_str(), new.state.as_str(), spoken), ("closed", "open", true), "#{id}");
        }
        if new.assignee != old.assignee {
            assert!(spoken, "#{id}: reassigned by nothing");
        }
        if old.state == "locked" {
            assert!(!spoken, "#{id} is locked");
        }
        if old.audience == "internal" {
            let agents = self.agents_of(id, before);
            assert!(!spoken || !agents.is_empty(), "#{id} is for agents");
        }
    }

    fn new_conversation(&self, id: i64, before: &State, after: &State) {
        let new = &after.conversations[&id];
        let sender = self.sender().expect("somebody started it");
        let customer = *after.customers.iter().find(|(_, address)| **address == sender).expect("a record").0;
        assert!(!self.mail.sent, "sent mail starts nothing");
        assert_eq!(
            (new.audience.as_str(), new.state.as_str()),
            ("customer", if self.is_history() { "closed" } else { "open" })
        );
        assert_eq!(new.requester, Some(customer));
        assert_eq!(of(&after.participants, id), BTreeSet::from([customer]), "nobody but its sender");
        assert!(of(&after.named, id).is_empty());
        match new.follow_up_to {
            None => {
                assert_eq!((new.privacy.as_str(), new.assignee), ("public", None));
            }
            Some(locked) => {
                let old = &before.conversations[&locked];
                assert_eq!(old.state, "locked");
                assert!(self.joins(locked, customer, before), "a follow-up of a conversation of another's");
                assert_eq!(new.privacy, old.privacy);
                assert_eq!(new.group, old.group);
                assert_eq!(new.assignee, old.assignee.filter(|_| old.privacy == "private"));
            }
        }
    }

    fn messages(&self, before: &State, after: &State, taken: &MailTaken) {
        for (id, old) in &before.messages {
            let new = after.messages.get(id).expect("what was written stays");
            // What comes in as history may stand above it.
            let moved = self.is_history() && new.seq == old.seq + 1 && taken.message.is_some_and(|it| it.0 <= old.seq);
            assert_eq!(new, &Message { seq: if moved { new.seq } else { old.seq }, ..old.clone() });
        }
        let new: Vec<&Message> =
            after.messages.iter().filter(|(id, _)| !before.messages.contains_key(id)).map(|(_, it)| it).collect();
        let spoken: Vec<&Message> = new.iter().filter(|message| message.kind != "system").copied().collect();
        assert!(spoken.len() <= 1, "one mail is one message");
        for message in &new {
            if message.kind == "system" {
                assert_eq!((message.agent, message.customer), (None, None), "{message:?}");
            }
        }
        if let Some(message) = spoken.first() {
            assert!(matches!(taken.verdict, Verdict::Message | Verdict::SentOutside), "{:?}", taken.verdict);
            assert_eq!(taken.conversation.map(|id| id.0), Some(message.conversation));
            assert_eq!(taken.message.map(|seq| seq.0), Some(message.seq));
            assert_eq!(message.kind, "reply");
            assert!(!message.text.is_empty());
            self.spoken(message, before, after);
        }
        match taken.verdict {
            Verdict::Message | Verdict::SentOutside => {
                let entry = taken.message.expect("an entry").0;
                let conversation = taken.conversation.expect("a conversation").0;
                let there = after.messages.values().any(|it| it.conversation == conversation && it.seq == entry);
                assert!(there, "it says where it is");
            }
            Verdict::Held(_) | Verdict::Quarantined(_) | Verdict::Refused | Verdict::Ignored => {
                assert_eq!(after.conversations.len(), before.conversations.len());
                // An answer that was sent outside leaves a line in a locked conversation, and nothing else.
                assert!(new.is_empty() || (new.len() == 1 && (self.mail.sent || self.is_history())), "{new:?}");
            }
            Verdict::Report => assert_eq!(after.conversations.len(), before.conversations.len()),
            Verdict::Discarded => panic!("nobody discarded it"),
        }
    }

    /// Whoever it speaks as, that is whom it is from.
    fn spoken(&self, message: &Message, before: &State, after: &State) {
        let conversation = message.conversation;
        let old = before.conversations.get(&conversation);
        match (message.agent, message.customer) {
            (None, Some(customer)) => {
                assert!(!self.mail.sent);
                assert_eq!(after.customers.get(&customer), self.sender().as_ref(), "a message of somebody else");
                assert!(!self.is_blocked(customer), "blocked");
                if old.is_some() {
                    assert_eq!(old.map(|it| it.audience.as_str()), Some("customer"));
                    assert!(self.joins(conversation, customer, before), "#{conversation}: joined without a right to");
                }
            }
            (Some(agent), None) => {
                assert!(
                    self.agents_of(conversation, before).contains(&agent),
                    "#{conversation}: speaks as agent {agent}"
                );
                assert!(old.is_some() && !self.mail.sent && !self.is_history());
                if let Some(old) = old.filter(|old| old.privacy == "private") {
                    assert_eq!(old.assignee, Some(agent), "no access");
                }
            }
            (None, None) => {
                assert!((self.mail.sent || self.is_history()) && old.is_some_and(|old| old.audience == "customer"));
                let letter = self.mail.letter.as_ref().expect("read");
                let recipients = letter.to.iter().chain(&letter.cc).filter_map(|it| check_address(&it.address).ok());
                let people = of(&before.participants, conversation);
                let theirs =
                    recipients.into_iter().any(|address| people.iter().any(|id| before.customers[id] == address));
                assert!(theirs && names_one_of(letter, conversation, before));
            }
            (Some(_), Some(_)) => panic!("two writers"),
        }
    }

    /// Whether this customer's mail may join: a participant, by a token made for them there, or by a header that the mail
    /// server does not call forged.
    fn joins(&self, conversation: i64, customer: i64, before: &State) -> bool {
        let Ok(letter) = &self.mail.letter else { return false };
        if !before.participants.contains(&(conversation, customer)) || letter.from.len() != 1 {
            return false;
        }
        let by_token = self.given(before).any(|(id, bearer)| {
            id == conversation && matches!(bearer, Bearer::Customer(bearer) if bearer.0 == customer)
        });
        let forged = letter.authentication.first().is_some_and(|value| {
            let failed = |part: &str| {
                let rest = part.trim_start().strip_prefix("dmarc=fail");
                // A longer word is another result, and says nothing.
                rest.is_some_and(|rest| !rest.starts_with(|it: char| it.is_ascii_alphanumeric()))
            };
            value.to_lowercase().split(';').any(failed)
        });
        by_token || (!forged && names_one_of(letter, conversation, before))
    }

    /// The agents as whom it may speak in this conversation: from the address they gave, with a token made for them there.
    fn agents_of(&self, conversation: i64, before: &State) -> Vec<i64> {
        let Ok(letter) = &self.mail.letter else { return Vec::new() };
        let [from] = &letter.from[..] else { return Vec::new() };
        let Ok(sender) = check_address(&from.address) else { return Vec::new() };
        let given = self.given(before).filter(|(id, _)| *id == conversation);
        let agents = given.filter_map(|(_, bearer)| match bearer {
            Bearer::Agent(agent) => Some(agent.0),
            Bearer::Customer(_) => None,
        });
        agents.filter(|agent| before.agents.get(agent) == Some(&sender)).collect()
    }

    /// For what and for whom the tokens were made that stand behind one of our own addresses in this mail.
    fn given(&self, before: &State) -> impl Iterator<Item = (i64, Bearer)> {
        let mut words = Vec::new();
        if let Ok(letter) = &self.mail.letter {
            let named = letter.to.iter().chain(&letter.cc).map(|person| &person.address);
            for address in named.chain(&letter.delivered_to).chain(&self.mail.envelope_to) {
                let address = address.to_lowercase();
                let address = address.trim().trim_matches(['<', '>']);
                for own in OWN {
                    let (name, host) = own.split_once('@').expect("an address");
                    let word = address.strip_prefix(name).and_then(|rest| rest.strip_prefix('+'));
                    words.extend(word.and_then(|rest| rest.strip_suffix(host)?.strip_suffix('@')).map(str::to_owned));
                }
            }
        }
        let tokens = self.house.tokens.iter().filter(move |(token, ..)| words.contains(token));
        tokens.map(|(_, id, bearer)| (before.resolved(id.0), *bearer)).collect::<Vec<_>>().into_iter()
    }

    fn is_blocked(&self, customer: i64) -> bool {
        let sql = "SELECT blocked FROM customer WHERE id = ?1";
        self.house.file.query_row(sql, [customer], |row| row.get(0)).expect("a customer")
    }

    fn outbox(&self, before: &State, after: &State) {
        for (id, old) in &before.outbox {
            assert_eq!(after.outbox.get(id), Some(old), "what is on its way goes where it went");
        }
        assert!(!self.is_history() || after.outbox.len() == before.outbox.len(), "nobody is told of history (R1.7)");
        let sender = self.sender();
        for (_, mail) in after.outbox.iter().filter(|(id, _)| !before.outbox.contains_key(id)) {
            let to = mail.customer.map(|id| after.customers[&id].clone());
            match mail.kind.as_str() {
                // What a customer writes goes to the others in that conversation.
                "reply" => {
                    let (conversation, customer) = (mail.conversation.expect("one"), mail.customer.expect("one"));
                    assert!(before.participants.contains(&(conversation, customer)), "{mail:?}");
                    assert!(to != sender && after.conversations[&conversation].audience == "customer", "{mail:?}");
                }
                "told" | "refusal" => assert_eq!(to.or_else(|| mail.address.clone()), sender, "{mail:?}"),
                "notice" => assert!(mail.agent.is_some(), "{mail:?}"),
                other => panic!("{other}"),
            }
        }
    }
}

fn is_own(address: &str) -> bool {
    OWN.iter().any(|own| {
        let (name, host) = own.split_once('@').expect("an address");
        let tagged = address.strip_prefix(name).and_then(|rest| rest.strip_suffix(host)?.strip_suffix('@'));
        tagged.is_some_and(|tag| tag.is_empty() || tag.starts_with('+'))
    })
}

/// Whether it says that it answers a mail of this conversation.
fn names_one_of(letter: &Letter, conversation: i64, before: &State) -> bool {
    let named: BTreeSet<&str> = letter.in_reply_to.iter().chain(&letter.references).map(String::as_str).collect();
    before.ids.iter().any(|(id, home)| before.resolved(*home) == conversation && named.contains(id.as_str()))
}

fn of(pairs: &BTreeSet<(i64, i64)>, conversation: i64) -> BTreeSet<i64> {
    pairs.range((conversation, i64::MIN)..=(conversation, i64::MAX)).map(|(_, other)| *other).collect()
}
