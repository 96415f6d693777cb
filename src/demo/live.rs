//! Customers who write back: a state machine over what agents did, without a thread, a clock or a desk.

use super::build::Numbers;
use super::cues::When;
use super::script::Script;
use super::thread::{ScriptedConversation, Who};
use crate::domain::{
    envelope::{Channel, Inbound},
    id::ConversationId,
};
use chrono::{DateTime, Duration, Utc};
use std::collections::HashMap;

/// What an agent did in a customer conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Replied (a note is no reply) or closed.
    pub what: When,
    /// Where.
    pub conversation: ConversationId,
    /// The address of its requester.
    pub requester: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the customers of a script are about to write.
#[derive(Debug)]
pub struct Live {
    script: Script,
    numbers: Numbers,
    /// How many answers a conversation has had from its customers, by what they answered.
    answered: HashMap<(ConversationId, When), usize>,
    /// What is on its way, the earliest not necessarily first.
    coming: Vec<Coming>,
}

/// A message on its way.
#[derive(Debug)]
struct Coming {
    at: DateTime<Utc>,
    /// What it answers; none for an arrival.
    answers: Option<(ConversationId, When)>,
    message: Inbound,
}

impl Live {
    /// Begins at `begun` on a desk where the script's conversations have these numbers.
    pub fn new(script: &Script, numbers: &Numbers, begun: DateTime<Utc>) -> Self {
        let coming = script.arrivals.iter().map(|arrival| {
            let customer = arrival.customer.as_deref().and_then(|id| script.customer(id));
            let (name, address) = match customer {
                Some(customer) => (Some(customer.name.clone()), customer.address.clone()),
                None => (arrival.name.clone(), arrival.address.clone().unwrap_or_default()),
            };
            Coming {
                at: begun + Duration::seconds(i64::from(arrival.after)),
                answers: None,
                message: Inbound {
                    from: address,
                    name,
                    group: Some(arrival.group.clone()),
                    conversation: arrival.conversation.as_ref().and_then(|name| numbers.get(name)).copied(),
                    channel: arrival.channel,
                    message_id: None,
                    subject: Some(arrival.subject.clone()),
                    text: arrival.text.clone(),
                },
            }
        });
        Self { coming: coming.collect(), script: script.clone(), numbers: numbers.clone(), answered: HashMap::new() }
    }

    /// Takes in what an agent did. A customer who is writing already does not begin again, but leaves an answer for what
    /// is to be said to a close.
    pub fn hear(&mut self, heard: &Heard) {
        let key = (heard.conversation, heard.what);
        let Some((delay, message)) = self.answer(heard) else { return };
        let writing =
            self.coming.iter().position(|one| one.answers.is_some_and(|(place, _)| place == heard.conversation));
        if let Some(place) = writing {
            let waits = self.coming[place].answers.is_some_and(|(_, what)| what == When::Reply);
            if heard.what == When::Reply || !waits {
                return;
            }
            self.coming.swap_remove(place);
        }
        let at = heard.at + Duration::seconds(i64::from(delay));
        self.coming.push(Coming { at, answers: Some(key), message });
    }

    /// When the next message is due, if any is on its way.
    pub fn due(&self) -> Option<DateTime<Utc>> {
        self.coming.iter().map(|one| one.at).min()
    }

    /// The earliest message that is due; none while there is time.
    pub fn next(&mut self, now: DateTime<Utc>) -> Option<Inbound> {
        let due = self.coming.iter().enumerate().filter(|(_, one)| one.at <= now);
        let place = due.min_by_key(|(_, one)| one.at)?.0;
        // Those of the same moment come as they stand in the script.
        let one = self.coming.remove(place);
        if let Some(key) = one.answers {
            *self.answered.entry(key).or_default() += 1;
        }
        Some(one.message)
    }

    /// What is answered, and after how many seconds: the script's own words, else thanks in the requester's language, as
    /// often as the script knows different ones. A close without words of its own is accepted in silence.
    fn answer(&self, heard: &Heard) -> Option<(u32, Inbound)> {
        let had = self.answered.get(&(heard.conversation, heard.what)).copied().unwrap_or(0);
        let name = self.numbers.iter().find(|(_, number)| **number == heard.conversation).map(|(name, _)| name);
        let scripted = name.and_then(|name| self.script.conversation(name));
        let own: Vec<_> = match scripted {
            Some(one) => self
                .script
                .answers
                .iter()
                .filter(|answer| answer.conversation == one.name && answer.when == heard.what)
                .collect(),
            None => Vec::new(),
        };
        if let Some(answer) = own.get(had) {
            let from = match &answer.from {
                Who::Customer(id) => self.script.customer(id)?.address.clone(),
                Who::Requester | Who::Agent(_) => heard.requester.clone(),
            };
            return Some((answer.delay, message(heard, scripted, from, &answer.text)));
        }
        match heard.what {
            When::Close => None,
            When::Reply => {
                let language = self.language(&heard.requester)?;
                let thanks = self.script.thanks.iter().filter(|thanks| thanks.language == language);
                let thanks = thanks.clone().nth(had.checked_sub(own.len())?)?;
                Some((thanks.delay, message(heard, scripted, heard.requester.clone(), &thanks.text)))
            }
        }
    }

    /// The language in which somebody writes; none for an address that the script does not know.
    fn language(&self, address: &str) -> Option<&str> {
        let known = self.script.customers.iter().find(|customer| customer.address == address);
        let known = known.map(|customer| customer.language.as_str());
        let new = || self.script.arrivals.iter().find(|arrival| arrival.address.as_deref() == Some(address));
        known.or_else(|| new().and_then(|arrival| arrival.language.as_deref()))
    }
}

fn message(heard: &Heard, scripted: Option<&ScriptedConversation>, from: String, text: &str) -> Inbound {
    Inbound {
        from,
        name: None,
        group: scripted.and_then(|one| one.group.clone()),
        conversation: Some(heard.conversation),
        channel: scripted.map_or(Channel::Chat, |one| one.channel),
        message_id: None,
        // For a follow-up, should it have been locked meanwhile (R2.7).
        subject: scripted.map(|one| format!("Re: {}", one.subject)),
        text: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::demo::script;
    use chrono::TimeZone as _;

    fn begun() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 5, 4, 9, 0, 0).unwrap()
    }

    fn after(seconds: i64) -> DateTime<Utc> {
        begun() + Duration::seconds(seconds)
    }

    /// The script without what arrives by itself, its conversations numbered from 1.
    fn quiet() -> (Script, Numbers, Live) {
        let mut script = script::built_in();
        script.arrivals.clear();
        let numbers: Numbers = script
            .conversations
            .iter()
            .zip(1..)
            .map(|(one, number)| (one.name.clone(), ConversationId(number)))
            .collect();
        let live = Live::new(&script, &numbers, begun());
        (script, numbers, live)
    }

    fn heard(script: &Script, numbers: &Numbers, name: &str, what: When, seconds: i64) -> Heard {
        let requester = script.conversation(name).unwrap().requester.as_ref().unwrap();
        Heard {
            what,
            conversation: numbers[name],
            requester: script.customer(requester).unwrap().address.clone(),
            at: after(seconds),
        }
    }

    #[test]
    fn what_arrives_by_itself_arrives_at_its_time() {
        let script = script::built_in();
        let numbers = Numbers::from([("data-request".to_owned(), ConversationId(7))]);
        let mut live = Live::new(&script, &numbers, begun());
        assert_eq!(live.due(), Some(after(20)));
        assert_eq!(live.next(after(19)), None);
        assert_eq!(live.next(after(20)).unwrap().from, "jonas@fernweh.example.org");
        assert_eq!(live.next(after(44)), None);
        assert_eq!(live.next(after(45)).unwrap().conversation, Some(ConversationId(7)));
        let new = live.next(after(75)).unwrap();
        assert_eq!((new.name.as_deref(), new.conversation), (Some("Minna Aaltonen"), None));
        let mut rest = 0;
        while live.next(after(10_000)).is_some() {
            rest += 1;
        }
        assert_eq!(rest + 3, script.arrivals.len());
        assert_eq!(live.due(), None);
    }

    #[test]
    fn answers_of_one_conversation_are_used_up_in_order_and_then_come_thanks() {
        let (script, numbers, mut live) = quiet();
        let mut said = Vec::new();
        for round in 0..6 {
            live.hear(&heard(&script, &numbers, "card-declined", When::Reply, round * 100));
            said.extend(live.next(after(round * 100 + 60)).map(|message| message.text));
        }
        let own =
            script.answers.iter().filter(|answer| answer.conversation == "card-declined" && answer.when == When::Reply);
        let thanks = script.thanks.iter().filter(|thanks| thanks.language == "en");
        let expected: Vec<&str> = own.map(|it| it.text.as_str()).chain(thanks.map(|it| it.text.as_str())).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn an_answer_takes_its_time_and_goes_where_it_belongs() {
        let (script, numbers, mut live) = quiet();
        live.hear(&heard(&script, &numbers, "gaskets-fernweh", When::Reply, 5));
        assert_eq!(live.due(), Some(after(17)));
        assert_eq!(live.next(after(16)), None);
        let answer = live.next(after(17)).unwrap();
        assert_eq!(answer.from, "pia@fernweh.example.org");
        assert_eq!(answer.conversation, Some(numbers["gaskets-fernweh"]));
    }

    #[test]
    fn who_is_writing_already_does_not_begin_again() {
        let (script, numbers, mut live) = quiet();
        live.hear(&heard(&script, &numbers, "dana-refund", When::Reply, 0));
        live.hear(&heard(&script, &numbers, "dana-refund", When::Reply, 3));
        assert!(live.next(after(100)).is_some());
        assert_eq!(live.due(), None);
    }

    #[test]
    fn a_close_is_answered_instead_of_the_reply_before_it() {
        let (script, numbers, mut live) = quiet();
        let texts =
            |what| script.answers.iter().find(|it| it.conversation == "dana-refund" && it.when == what).unwrap();
        live.hear(&heard(&script, &numbers, "dana-refund", When::Reply, 0));
        live.hear(&heard(&script, &numbers, "dana-refund", When::Close, 2));
        assert_eq!(live.next(after(100)).unwrap().text, texts(When::Close).text);
        assert_eq!(live.next(after(100)), None);
        live.hear(&heard(&script, &numbers, "dana-refund", When::Reply, 200));
        assert_eq!(live.next(after(300)).unwrap().text, texts(When::Reply).text, "nothing was lost by it");
    }

    #[test]
    fn a_close_without_words_of_its_own_is_accepted_in_silence() {
        let (script, numbers, mut live) = quiet();
        let silent = script.conversations.iter().find(|one| {
            one.requester.is_some()
                && !script.answers.iter().any(|it| it.conversation == one.name && it.when == When::Close)
        });
        live.hear(&heard(&script, &numbers, &silent.unwrap().name, When::Close, 0));
        assert_eq!(live.due(), None);
    }

    #[test]
    fn everybody_else_thanks_in_their_own_language() {
        let (script, numbers, mut live) = quiet();
        live.hear(&heard(&script, &numbers, "customs-korea", When::Reply, 0));
        let said = live.next(after(100)).unwrap().text;
        let answers: Vec<&str> = script
            .answers
            .iter()
            .filter(|it| it.conversation == "customs-korea")
            .map(|it| it.text.as_str())
            .chain(script.thanks.iter().filter(|it| it.language == "ko").map(|it| it.text.as_str()))
            .collect();
        assert_eq!(said, answers[0]);
        let stranger = Heard {
            what: When::Reply,
            conversation: ConversationId(9_999),
            requester: "stranger@example.com".to_owned(),
            at: after(0),
        };
        live.hear(&stranger);
        assert_eq!(live.due(), None);
        let known = Heard { requester: script.customer("camille").unwrap().address.clone(), ..stranger };
        live.hear(&known);
        let thanks = script.thanks.iter().find(|it| it.language == "fr").unwrap();
        assert_eq!(live.next(after(100)).unwrap().text, thanks.text);
    }
}
