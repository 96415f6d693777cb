//! Whether the past of a scripted conversation could have happened under the rules, found by playing it through.
//!
//! This guards data that was written by hand. What decides on a desk is `policy`, and nothing here takes its place.

use super::check::is_nobodys;
use super::script::Script;
use super::thread::{Kind, ScriptedConversation, ScriptedMessage, Who};
use crate::domain::conversation::{Audience, Privacy, State};

/// Plays one conversation from its first entry to its last and adds what is wrong to `problems`.
pub(crate) fn play(script: &Script, conversation: &ScriptedConversation, problems: &mut Vec<String>) {
    let Some(first) = conversation.messages.first() else {
        problems.push(format!("{}: has no message", conversation.name));
        return;
    };
    let mut stage = Stage::begin(script, conversation, first, problems);
    let mut last = i64::MIN;
    for (index, message) in conversation.messages.iter().enumerate() {
        if message.at < last || message.at >= 0 {
            stage.wrong(index, "out of order, or in the future");
        }
        last = message.at;
        stage.check_words(index, message);
        match &message.from {
            Who::Agent(handle) if script.agent(handle).is_some() => {
                stage.agent_acts(index, message, handle);
            }
            Who::Agent(handle) => stage.wrong(index, &format!("`{handle}` is nobody")),
            Who::Requester | Who::Customer(_) => stage.customer_writes(index, message),
        }
    }
    stage.end();
}

/// What holds between two entries.
struct Stage<'a> {
    script: &'a Script,
    conversation: &'a ScriptedConversation,
    state: State,
    privacy: Privacy,
    group: Option<&'a str>,
    assignee: Option<&'a str>,
    problems: &'a mut Vec<String>,
}

impl<'a> Stage<'a> {
    fn begin(
        script: &'a Script,
        conversation: &'a ScriptedConversation,
        first: &'a ScriptedMessage,
        problems: &'a mut Vec<String>,
    ) -> Self {
        let mut stage = Self {
            script,
            conversation,
            state: State::Open,
            privacy: Privacy::Public,
            group: conversation.arrived_in.as_deref().or(conversation.group.as_deref()),
            assignee: None,
            problems,
        };
        if first.kind != Kind::Reply {
            stage.wrong(0, "a conversation begins with a reply");
        }
        if let Who::Agent(handle) = &first.from
            && conversation.audience == Audience::Customer
            && !stage.administers(handle)
        {
            stage.assignee = Some(handle);
        }
        if let Some(followed) = conversation.follow_up_to.as_deref().and_then(|name| script.conversation(name)) {
            let locked = followed.messages.iter().rfind(|message| matches!(message.kind, Kind::Lock | Kind::Unlock));
            if !locked.is_some_and(|message| message.kind == Kind::Lock && message.at < first.at) {
                stage.wrong(0, "follows up a conversation that was not locked then (R2.7)");
            }
            if matches!(first.from, Who::Agent(_)) || stage.group != followed.group.as_deref() {
                stage.wrong(0, "a follow-up is a customer's, in the same group (R2.7)");
            }
            if followed.privacy == Privacy::Private {
                stage.privacy = Privacy::Private;
                stage.assignee = followed.assignee.as_deref().filter(|handle| stage.is_active(handle));
            }
        }
        stage
    }

    fn wrong(&mut self, index: usize, what: &str) {
        self.problems.push(format!("{}, entry {}: {what}", self.conversation.name, index + 1));
    }

    fn is_active(&self, handle: &str) -> bool {
        self.script.agent(handle).is_some_and(|agent| agent.active)
    }

    fn administers(&self, handle: &str) -> bool {
        self.script.agent(handle).is_some_and(|agent| agent.role.administers())
    }

    fn in_group(&self, handle: &str) -> bool {
        self.group.is_some_and(|group| {
            self.script.agent(handle).is_some_and(|agent| agent.groups.iter().any(|own| own == group))
        })
    }

    /// Whether the agent started it or was added by name.
    fn named(&self, handle: &str) -> bool {
        self.conversation.messages[0].from.is_agent(handle)
            || self.conversation.added.iter().any(|who| who.is_agent(handle))
    }

    /// May this agent write in it now? (R5.2, R6.2, R6.4, R6.9)
    fn may_write(&self, handle: &str) -> bool {
        match self.conversation.audience {
            Audience::Customer => {
                self.administers(handle)
                    || self.assignee == Some(handle)
                    || match self.privacy {
                        Privacy::Public => self.in_group(handle) || self.named(handle),
                        Privacy::Private => self.assignee.is_none() && self.in_group(handle),
                    }
            }
            Audience::Internal => {
                self.named(handle)
                    || self.conversation.item.is_some() && (self.privacy == Privacy::Public || self.administers(handle))
            }
        }
    }

    /// May this agent assign, release or forward it now? (R5.4)
    fn may_assign(&self, handle: &str) -> bool {
        self.administers(handle) || self.assignee == Some(handle) || (self.assignee.is_none() && self.in_group(handle))
    }

    fn customer_writes(&mut self, index: usize, message: &ScriptedMessage) {
        let theirs = match &message.from {
            Who::Requester => true,
            Who::Customer(_) => self.conversation.added.contains(&message.from),
            Who::Agent(_) => false,
        };
        if self.conversation.audience == Audience::Internal || !theirs {
            self.wrong(index, "this customer has no part in it (R1.2, R1.3)");
        }
        match message.kind {
            Kind::Reply => self.writes(index),
            Kind::Note
            | Kind::Close
            | Kind::Reopen
            | Kind::Lock
            | Kind::Unlock
            | Kind::Assign
            | Kind::Release
            | Kind::Forward
            | Kind::Private
            | Kind::Public => self.wrong(index, "customers only reply (R2.5)"),
        }
    }

    fn writes(&mut self, index: usize) {
        match self.state {
            State::Open => {}
            State::Closed => self.state = State::Open,
            State::Locked => self.wrong(index, "written while locked (R2.4)"),
        }
    }

    fn agent_acts(&mut self, index: usize, message: &'a ScriptedMessage, handle: &'a str) {
        match message.kind {
            Kind::Reply | Kind::Note | Kind::Close | Kind::Reopen | Kind::Lock | Kind::Unlock => {
                if !self.may_write(handle) {
                    self.wrong(index, "this agent may not do that (R5.2)");
                }
            }
            Kind::Assign | Kind::Release | Kind::Forward => {
                let customers = self.conversation.audience == Audience::Customer;
                if !customers || !self.may_assign(handle) || (self.state == State::Locked && !self.administers(handle))
                {
                    self.wrong(index, "this agent may not assign (R5.4)");
                }
            }
            Kind::Private | Kind::Public => {
                if !self.administers(handle) {
                    self.wrong(index, "only owner and admins change privacy (R6.5)");
                }
            }
        }
        self.act(index, message, handle);
    }

    fn act(&mut self, index: usize, message: &'a ScriptedMessage, handle: &'a str) {
        match message.kind {
            Kind::Reply => {
                self.writes(index);
                if self.conversation.audience == Audience::Customer
                    && self.assignee.is_none()
                    && self.in_group(handle)
                    && !self.administers(handle)
                {
                    self.assignee = Some(handle);
                }
            }
            Kind::Note => {
                if self.state == State::Locked || self.conversation.audience == Audience::Internal {
                    self.wrong(index, "a note belongs in a customer conversation that is not locked (R1.4, R2.4)");
                }
            }
            Kind::Close => self.turn(index, State::Open, State::Closed),
            Kind::Reopen => self.turn(index, State::Closed, State::Open),
            Kind::Lock => self.turn(index, State::Closed, State::Locked),
            Kind::Unlock => self.turn(index, State::Locked, State::Closed),
            Kind::Assign => {
                self.assign(index, message, handle);
            }
            Kind::Release => self.assignee = None,
            Kind::Forward => {
                self.group = message.to.as_deref();
                self.assignee = None;
            }
            Kind::Private => {
                if !self.script.company.private_conversations {
                    self.wrong(index, "made private while that is switched off (R6.1)");
                }
                self.privacy = Privacy::Private;
            }
            Kind::Public => self.privacy = Privacy::Public,
        }
    }

    fn turn(&mut self, index: usize, from: State, to: State) {
        if self.state != from {
            self.wrong(index, "a state that cannot follow (R2.2)");
        }
        self.state = to;
    }

    fn assign(&mut self, index: usize, message: &'a ScriptedMessage, handle: &str) {
        match message.to.as_deref() {
            Some(to) if self.script.agent(to).is_some() => {
                if !self.in_group(to) && !self.administers(handle) {
                    self.wrong(index, "assigned to somebody outside the group (R5.4)");
                }
                self.assignee = Some(to);
            }
            Some(_) | None => self.wrong(index, "assigned to nobody"),
        }
    }

    fn check_words(&mut self, index: usize, message: &ScriptedMessage) {
        let written = matches!(message.kind, Kind::Reply | Kind::Note);
        if written == message.text.trim().is_empty() {
            self.wrong(index, "replies and notes have words, acts have none");
        }
        if message.to.is_some() != matches!(message.kind, Kind::Assign | Kind::Forward) {
            self.wrong(index, "`to` belongs to assign and forward");
        }
        let mut mentioned: Vec<&str> = Vec::new();
        for word in message.text.split_whitespace().filter(|word| word.contains('@')) {
            let word = word.trim_matches(|letter: char| letter != '@' && !letter.is_alphanumeric());
            match word.strip_prefix('@') {
                Some(handle) => mentioned.push(handle),
                None if is_nobodys(word) => {}
                None => self.wrong(index, &format!("`{word}` could be somebody's")),
            }
        }
        let inside = message.kind == Kind::Note || self.conversation.audience == Audience::Internal;
        if !mentioned.iter().eq(message.mentions.iter()) || (!mentioned.is_empty() && !inside) {
            self.wrong(index, &format!("mentions {:?}, but the text says {mentioned:?}", message.mentions));
        }
        if let Some(handle) = message.mentions.iter().find(|handle| self.script.agent(handle).is_none()) {
            self.wrong(index, &format!("mentions `{handle}`, who is nobody"));
        }
    }

    fn end(&mut self) {
        let conversation = self.conversation;
        let last = conversation.messages.len() - 1;
        if self.state != conversation.state {
            self.wrong(last, &format!("ends {:?}, not {:?}", self.state, conversation.state));
        }
        if self.privacy != conversation.privacy {
            self.wrong(last, &format!("ends {:?}, not {:?}", self.privacy, conversation.privacy));
        }
        if self.group != conversation.group.as_deref() {
            self.wrong(last, &format!("ends in {:?}, not {:?}", self.group, conversation.group));
        }
        if self.assignee != conversation.assignee.as_deref() {
            self.wrong(last, &format!("ends with {:?}, not {:?}", self.assignee, conversation.assignee));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::demo::script::Script;

    /// The problems of one conversation `tea`, given its fields and its entries.
    fn problems(fields: &str, entries: &str) -> Vec<String> {
        Script::parse(&[&format!(
            r#"
            company = {{ name = "A", team = "A", private-conversations = true, new-conversations-private = false, organization-sharing = false, item-audience = "customer", project-audience = "internal", read-before = -100 }}
            group = [{{ name = "Support", routing = "democracy" }}, {{ name = "Billing", routing = "democracy" }}]
            agent = [
                {{ handle = "olga", name = "Olga", shows = "Tea.", role = "owner" }},
                {{ handle = "ana", name = "Ana", shows = "Tea.", groups = ["Support"] }},
                {{ handle = "ben", name = "Ben", shows = "Tea.", groups = ["Support"] }},
                {{ handle = "dev", name = "Dev", shows = "Tea.", groups = ["Billing"] }},
            ]
            customer = [{{ id = "mara", name = "Mara", address = "mara@example.com" }}]
            thanks = [{{ language = "en", delay = 3, text = "Thanks." }}]
            item = [{{ name = "box", kind = "task", title = "Box", at = -800 }}]
            [[conversation]]
            name = "tea"
            subject = "Tea"
            {fields}
            message = [{entries}]
            "#
        )])
        .unwrap()
        .check()
    }

    /// From, kind, to.
    type Entry = (&'static str, &'static str, &'static str);

    const CUSTOMERS: &str = "requester = \"mara\"\ngroup = \"Support\"\n";
    const ASKS: &str = r#"{ from = "customer", at = -90, text = "Tea?" },"#;

    fn entry(from: &str, kind: &str, to: &str) -> String {
        let text = if matches!(kind, "reply" | "note") { "Words." } else { "" };
        let to = if to.is_empty() { String::new() } else { format!(", to = \"{to}\"") };
        format!(r#"{{ from = "{from}", kind = "{kind}", at = -50, text = "{text}"{to} }},"#)
    }

    /// Plays a customer's question and then the entries.
    fn after_asking(fields: &str, entries: &[Entry]) -> Vec<String> {
        let entries: String = entries.iter().map(|(from, kind, to)| entry(from, kind, to)).collect();
        problems(&format!("{CUSTOMERS}{fields}"), &format!("{ASKS}{entries}"))
    }

    #[test]
    fn pasts_that_the_rules_allow() {
        let fine: [(&str, &[Entry]); 7] = [
            ("", &[]),
            ("assignee = \"ana\"", &[("agent:ana", "reply", "")]),
            ("", &[("agent:olga", "reply", "")]),
            (
                "assignee = \"ana\"\nstate = \"locked\"",
                &[("agent:ana", "reply", ""), ("agent:ben", "close", ""), ("agent:ana", "lock", "")],
            ),
            (
                "state = \"closed\"",
                &[("agent:ana", "close", ""), ("agent:ana", "lock", ""), ("agent:ben", "unlock", "")],
            ),
            ("", &[("agent:ana", "close", ""), ("customer", "reply", "")]),
            (
                "privacy = \"private\"\nassignee = \"ben\"",
                &[("agent:olga", "private", ""), ("agent:ana", "assign", "ben"), ("agent:ben", "reply", "")],
            ),
        ];
        for (fields, entries) in fine {
            assert_eq!(after_asking(fields, entries), Vec::<String>::new(), "{entries:?}");
        }
        let forwarded = format!("{ASKS}{}", entry("agent:ana", "forward", "Billing"));
        assert_eq!(
            problems("requester = \"mara\"\ngroup = \"Billing\"\narrived-in = \"Support\"", &forwarded),
            Vec::<String>::new()
        );
    }

    #[test]
    fn pasts_that_the_rules_do_not_allow() {
        let wrong: [(&str, &[Entry], &str); 14] = [
            ("state = \"locked\"", &[("agent:ana", "lock", "")], "R2.2"),
            (
                "state = \"locked\"",
                &[("agent:ana", "close", ""), ("agent:ana", "lock", ""), ("customer", "reply", "")],
                "R2.4",
            ),
            (
                "state = \"locked\"",
                &[("agent:ana", "close", ""), ("agent:ana", "lock", ""), ("agent:olga", "note", "")],
                "R2.4",
            ),
            ("state = \"closed\"", &[("agent:ana", "close", ""), ("customer", "reply", "")], "ends Open"),
            ("state = \"closed\"", &[("customer", "close", "")], "R2.5"),
            ("", &[("agent:dev", "reply", "")], "R5.2"),
            ("", &[("agent:ana", "reply", "")], "ends with Some(\"ana\")"),
            ("assignee = \"ana\"", &[("agent:ana", "reply", ""), ("agent:ben", "assign", "ben")], "R5.4"),
            ("assignee = \"dev\"", &[("agent:ana", "assign", "dev")], "outside the group"),
            ("privacy = \"private\"", &[], "ends Public"),
            ("privacy = \"private\"", &[("agent:ana", "private", "")], "R6.5"),
            (
                "privacy = \"private\"\nassignee = \"ben\"",
                &[("agent:olga", "private", ""), ("agent:ana", "assign", "ben"), ("agent:ana", "note", "")],
                "R5.2",
            ),
            ("", &[("agent:eve", "reply", "")], "`eve` is nobody"),
            ("", &[("customer:mara", "reply", "")], "R1.2"),
        ];
        for (fields, entries, says) in wrong {
            let found = after_asking(fields, entries);
            assert!(found.iter().any(|problem| problem.contains(says)), "{entries:?}: {found:?}");
        }
    }

    #[test]
    fn internal_ones_are_for_agents_and_direct_ones_for_the_named() {
        let starts = r#"{ from = "agent:ana", at = -90, text = "Tea?" },"#;
        let answers = format!("{starts}{}", entry("agent:dev", "reply", ""));
        let direct = "audience = \"internal\"";
        assert_eq!(problems(&format!("{direct}\nitem = \"box\""), &answers), Vec::<String>::new());
        assert_eq!(problems(&format!("{direct}\nadded = [\"agent:dev\"]"), &answers), Vec::<String>::new());
        assert!(problems(direct, &answers)[0].contains("R5.2"));
        let olga = format!("{starts}{}", entry("agent:olga", "reply", ""));
        assert!(problems(direct, &olga)[0].contains("R5.2"));
        let customer = format!("{starts}{}", entry("customer", "reply", ""));
        assert!(problems(direct, &customer)[0].contains("R1.2"));
    }

    #[test]
    fn mentions_are_those_in_the_text_and_never_before_customers() {
        let note = |text: &str, mentions: &str| {
            format!(
                r#"{ASKS}{{ from = "agent:ana", kind = "note", at = -50, text = "{text}", mentions = [{mentions}] }},"#
            )
        };
        assert_eq!(problems(CUSTOMERS, &note("See (@ben), or a@example.com.", "\"ben\"")), Vec::<String>::new());
        assert!(problems(CUSTOMERS, &note("See @ben", ""))[0].contains("mentions"));
        assert!(problems(CUSTOMERS, &note("See ben", "\"ben\""))[0].contains("mentions"));
        assert!(problems(CUSTOMERS, &note("See @eve", "\"eve\""))[0].contains("nobody"));
        assert!(problems(CUSTOMERS, &note("Ask a@acme.net", ""))[0].contains("somebody's"));
        let reply = note("See @ben", "\"ben\"").replace("note", "reply");
        assert!(problems(&format!("{CUSTOMERS}assignee = \"ana\""), &reply)[0].contains("mentions"));
    }

    #[test]
    fn time_runs_forward_and_ends_before_now() {
        let late = |at: i64| format!(r#"{ASKS}{{ from = "customer", at = {at}, text = "Well?" }},"#);
        assert_eq!(problems(CUSTOMERS, &late(-90)), Vec::<String>::new());
        assert!(problems(CUSTOMERS, &late(-91))[0].contains("out of order"));
        assert!(problems(CUSTOMERS, &late(0))[0].contains("in the future"));
    }

    #[test]
    fn a_follow_up_needs_a_lock_before_it() {
        let script = |lock: &str| {
            Script::parse(&[&format!(
                r#"
                company = {{ name = "A", team = "A", private-conversations = true, new-conversations-private = false, organization-sharing = false, item-audience = "customer", project-audience = "internal", read-before = -100 }}
                agent = [{{ handle = "olga", name = "Olga", shows = "Tea.", role = "owner" }}]
                customer = [{{ id = "mara", name = "Mara", address = "mara@example.com" }}]
                thanks = [{{ language = "en", delay = 3, text = "Thanks." }}]
                [[conversation]]
                name = "tea"
                subject = "Tea"
                requester = "mara"
                state = "{}"
                message = [{ASKS} {{ from = "agent:olga", kind = "close", at = -80 }}, {lock}]
                [[conversation]]
                name = "again"
                subject = "Tea"
                requester = "mara"
                follow-up-to = "tea"
                message = [{{ from = "customer", at = -40, text = "And now?" }}]
                "#,
                if lock.is_empty() { "closed" } else { "locked" }
            )])
            .unwrap()
            .check()
        };
        let lock = |at: i64| format!("{{ from = \"agent:olga\", kind = \"lock\", at = {at} }}");
        assert_eq!(script(&lock(-70)), Vec::<String>::new());
        assert!(script(&lock(-30))[0].contains("R2.7"));
        assert!(script("")[0].contains("R2.7"));
    }
}
