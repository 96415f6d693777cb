//! Whether everything that a script names is there, and named once.

use std::collections::HashSet;

use super::cues::{NoticeKind, ScriptedAnswer, ScriptedArrival, ScriptedNotice};
use super::playthrough;
use super::script::Script;
use super::thread::{Kind, ScriptedConversation, Who};
use crate::domain::{
    conversation::{Audience, State},
    item::ItemKind,
};

impl Script {
    /// Everything that is wrong with the script, a sentence each: names that lead nowhere or stand twice, addresses
    /// that could be somebody's, and pasts that the rules would not have allowed. Empty when all is well.
    pub fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.check_names(&mut problems);
        self.check_people(&mut problems);
        self.check_items(&mut problems);
        for (index, conversation) in self.conversations.iter().enumerate() {
            self.check_conversation(index, conversation, &mut problems);
            playthrough::play(self, conversation, &mut problems);
        }
        for notice in &self.notices {
            self.check_notice(notice, &mut problems);
        }
        for draft in &self.drafts {
            let place = format!("draft of {} in {}", draft.agent, draft.conversation);
            if self.agent(&draft.agent).is_none() || self.conversation(&draft.conversation).is_none() {
                problems.push(format!("{place}: no such agent or conversation"));
            }
            if !matches!(draft.kind, Kind::Reply | Kind::Note) || draft.text.is_empty() {
                problems.push(format!("{place}: a draft is a reply or a note with a text"));
            }
        }
        for answer in &self.answers {
            self.check_answer(answer, &mut problems);
        }
        for arrival in &self.arrivals {
            self.check_arrival(arrival, &mut problems);
        }
        problems
    }

    /// Whether `who` can be found; the requester always can, where there is one.
    pub(crate) fn knows(&self, who: &Who) -> bool {
        match who {
            Who::Requester => true,
            Who::Customer(id) => self.customer(id).is_some(),
            Who::Agent(handle) => self.agent(handle).is_some(),
        }
    }

    fn has_group(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group.name == name)
    }

    fn check_names(&self, problems: &mut Vec<String>) {
        let mut once = |what: &str, names: Vec<&str>| {
            let mut seen = HashSet::new();
            for name in names {
                if name.is_empty() || !seen.insert(name) {
                    problems.push(format!("{what} `{name}` is empty or there twice"));
                }
            }
        };
        once("group", self.groups.iter().map(|group| group.name.as_str()).collect());
        once("agent", self.agents.iter().map(|agent| agent.handle.as_str()).collect());
        once("organization", self.organizations.iter().map(String::as_str).collect());
        once("customer", self.customers.iter().map(|customer| customer.id.as_str()).collect());
        once("address", self.customers.iter().map(|customer| customer.address.as_str()).collect());
        once("item", self.items.iter().map(|item| item.name.as_str()).collect());
        once("conversation", self.conversations.iter().map(|conversation| conversation.name.as_str()).collect());
    }

    fn check_people(&self, problems: &mut Vec<String>) {
        for agent in &self.agents {
            if let Some(group) = agent.groups.iter().find(|group| !self.has_group(group)) {
                problems.push(format!("agent {}: no group `{group}`", agent.handle));
            }
        }
        for agent in self.agents.iter().filter(|agent| agent.active == agent.shows.is_empty()) {
            problems.push(format!("agent {}: whoever is active, and nobody else, shows something", agent.handle));
        }
        for customer in &self.customers {
            if !is_nobodys(&customer.address) {
                problems.push(format!("customer {}: `{}` could be somebody's", customer.id, customer.address));
            }
            if let Some(organization) = &customer.organization
                && !self.organizations.contains(organization)
            {
                problems.push(format!("customer {}: no organization `{organization}`", customer.id));
            }
            if !self.thanks.iter().any(|thanks| thanks.language == customer.language) {
                problems.push(format!("customer {}: no thanks in `{}`", customer.id, customer.language));
            }
        }
    }

    fn check_items(&self, problems: &mut Vec<String>) {
        for item in &self.items {
            let place = format!("item {}", item.name);
            if item.requester.as_ref().is_some_and(|id| self.customer(id).is_none())
                || item.assignee.as_ref().is_some_and(|handle| self.agent(handle).is_none())
                || item.followers.iter().any(|who| *who == Who::Requester || !self.knows(who))
            {
                problems.push(format!("{place}: requester, assignee or a follower is nobody"));
            }
            if item.at >= 0 {
                problems.push(format!("{place}: made in the future"));
            }
            let Some(name) = &item.project else { continue };
            match self.item(name) {
                Some(project) if project.kind == ItemKind::Project && item.kind != ItemKind::Project => {
                    if project.at >= item.at {
                        problems.push(format!("{place}: older than its project"));
                    }
                }
                Some(_) | None => problems.push(format!("{place}: `{name}` cannot be its project")),
            }
        }
    }

    fn check_conversation(&self, index: usize, conversation: &ScriptedConversation, problems: &mut Vec<String>) {
        let mut wrong = |what: String| problems.push(format!("{}: {what}", conversation.name));
        let groups = conversation.group.iter().chain(&conversation.arrived_in);
        for group in groups.filter(|group| !self.has_group(group)) {
            wrong(format!("no group `{group}`"));
        }
        if conversation.assignee.as_ref().is_some_and(|handle| self.agent(handle).is_none()) {
            wrong("assigned to nobody the script knows".to_owned());
        }
        if conversation.requester.as_ref().is_some_and(|id| self.customer(id).is_none()) {
            wrong("its requester is nobody".to_owned());
        }
        if let Some(name) = &conversation.item {
            let begun = conversation.messages.first().filter(|first| matches!(first.from, Who::Agent(_)));
            match self.item(name) {
                None => wrong("linked to an item that is not there".to_owned()),
                Some(item) if begun.is_some_and(|first| item.at > first.at) => {
                    wrong("started on an item that is not there yet (R4.2)".to_owned());
                }
                Some(_) => {}
            }
        }
        if let Some(name) = &conversation.follow_up_to
            && !self.conversations[..index].iter().any(|earlier| earlier.name == *name)
        {
            wrong(format!("follows up `{name}`, which is not there before it"));
        }
        for who in conversation.added.iter().chain(&conversation.followers) {
            if *who == Who::Requester || !self.knows(who) {
                wrong(format!("{who:?} cannot be added or follow"));
            }
        }
        if let Some(handle) = conversation.seen_by.iter().find(|handle| self.agent(handle).is_none()) {
            wrong(format!("seen by `{handle}`, who is nobody"));
        }
        match conversation.audience {
            Audience::Customer if conversation.requester.is_none() => {
                wrong("has no requester (R1.3)".to_owned());
            }
            Audience::Internal
                if conversation.requester.is_some()
                    || conversation.group.is_some()
                    || conversation.assignee.is_some()
                    || conversation.added.iter().any(|who| !matches!(who, Who::Agent(_))) =>
            {
                wrong("internal, so without customer, group or assignee (R1.6)".to_owned());
            }
            Audience::Customer | Audience::Internal => {}
        }
    }

    fn check_notice(&self, notice: &ScriptedNotice, problems: &mut Vec<String>) {
        let place = format!("notice for {} in {}", notice.agent, notice.conversation);
        let (Some(agent), Some(conversation)) = (self.agent(&notice.agent), self.conversation(&notice.conversation))
        else {
            problems.push(format!("{place}: no such agent or conversation"));
            return;
        };
        let told = conversation.messages.iter().enumerate().any(|(index, message)| {
            message.at == notice.at
                && !message.from.is_agent(&agent.handle)
                && match notice.kind {
                    NoticeKind::Arrived => index == 0,
                    NoticeKind::Replied => matches!(message.kind, Kind::Reply | Kind::Note),
                    NoticeKind::Mentioned => message.mentions.contains(&agent.handle),
                    NoticeKind::Assigned => message.kind == Kind::Assign && message.to.as_ref() == Some(&agent.handle),
                }
        });
        if !told {
            problems.push(format!("{place}: nothing at {} that it could tell", notice.at));
        }
    }

    fn check_answer(&self, answer: &ScriptedAnswer, problems: &mut Vec<String>) {
        let place = format!("answer in {}", answer.conversation);
        match self.conversation(&answer.conversation) {
            None => problems.push(format!("{place}: no such conversation")),
            Some(conversation) => {
                let one_of_them = match &answer.from {
                    Who::Requester => conversation.requester.is_some(),
                    Who::Customer(_) => conversation.added.contains(&answer.from),
                    Who::Agent(_) => false,
                };
                if !one_of_them || conversation.audience != Audience::Customer || conversation.state == State::Locked {
                    problems.push(format!("{place}: nobody there could write it"));
                }
            }
        }
        if answer.delay == 0 || answer.text.is_empty() {
            problems.push(format!("{place}: an answer takes time and has words"));
        }
    }

    fn check_arrival(&self, arrival: &ScriptedArrival, problems: &mut Vec<String>) {
        let place = format!("arrival after {} s", arrival.after);
        let somebody = match (&arrival.customer, &arrival.name, &arrival.address, &arrival.language) {
            (Some(id), None, None, None) => self.customer(id).is_some(),
            (None, Some(name), Some(address), Some(language)) => {
                !name.is_empty() && is_nobodys(address) && self.thanks.iter().any(|thanks| thanks.language == *language)
            }
            _ => false,
        };
        if !somebody {
            problems.push(format!("{place}: neither a customer of the script nor somebody new"));
        }
        if !self.has_group(&arrival.group) {
            problems.push(format!("{place}: no such group"));
        }
        if let Some(name) = &arrival.conversation
            && !self.conversation(name).is_some_and(|named| {
                named.requester == arrival.customer
                    && named.requester.is_some()
                    && named.group.as_ref() == Some(&arrival.group)
            })
        {
            problems.push(format!("{place}: `{name}` is not theirs"));
        }
        if arrival.text.is_empty() {
            problems.push(format!("{place}: says nothing"));
        }
    }
}

/// Whether a mail address is under a domain that never belongs to anybody.
pub(crate) fn is_nobodys(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && ["example.com", "example.org", "invalid"].iter().any(|reserved| {
                domain.strip_suffix(reserved).is_some_and(|rest| {
                    // `invalid` is a top level: it needs a name before it, the other two may stand alone.
                    (rest.is_empty() && *reserved != "invalid") || (rest.len() > 1 && rest.ends_with('.'))
                })
            })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const GOOD: &str = r#"
        company = { name = "A", team = "A", private-conversations = true, new-conversations-private = false, organization-sharing = false, item-audience = "customer", project-audience = "internal", read-before = -100 }
        group = [{ name = "Support", routing = "democracy" }]
        agent = [{ handle = "ana", name = "Ana", shows = "Tea.", groups = ["Support"] }, { handle = "olga", name = "Olga", role = "owner", shows = "All." }]
        customer = [
            { id = "mara", name = "Mara", address = "mara@example.com" },
            { id = "jo", name = "Jo", address = "jo@shop.example.org" },
        ]
        item = [
            { name = "move", kind = "project", title = "Move", at = -900 },
            { name = "box", kind = "task", title = "Box", project = "move", followers = ["agent:ana"], at = -800 },
        ]
        thanks = [{ language = "en", delay = 3, text = "Thanks." }]
        notice = [{ agent = "ana", conversation = "tea", kind = "arrived", at = -90 }]
        draft = [{ agent = "ana", conversation = "tea", kind = "note", text = "Hm" }]
        answer = [{ conversation = "tea", when = "close", delay = 5, text = "Again." }]
        arrival = [{ after = 9, customer = "mara", channel = "chat", group = "Support", conversation = "tea", subject = "", text = "More." }]

        [[conversation]]
        name = "tea"
        subject = "Tea"
        requester = "mara"
        group = "Support"
        assignee = "ana"
        item = "box"
        message = [
            { from = "customer", at = -90, text = "Is there tea?" },
            { from = "agent:ana", at = -80, text = "There is." },
        ]
    "#;

    fn problems(text: &str) -> Vec<String> {
        Script::parse(&[text]).unwrap().check()
    }

    #[test]
    fn a_good_script_has_no_problems() {
        assert_eq!(problems(GOOD), Vec::<String>::new());
    }

    #[test]
    fn every_name_that_leads_nowhere_is_found() {
        for (good, bad, says) in [
            ("handle = \"olga\"", "handle = \"ana\"", "agent `ana` is empty or there twice"),
            ("groups = [\"Support\"]", "groups = [\"Sales\"]", "no group `Sales`"),
            ("shows = \"Tea.\"", "shows = \"\"", "agent ana: whoever is active"),
            ("jo@shop.example.org", "jo@shop.org", "`jo@shop.org` could be somebody's"),
            ("name = \"Jo\"", "name = \"Jo\", organization = \"X\"", "no organization `X`"),
            ("name = \"Jo\"", "name = \"Jo\", language = \"la\"", "no thanks in `la`"),
            ("followers = [\"agent:ana\"]", "followers = [\"customer:eve\"]", "a follower is nobody"),
            ("project = \"move\"", "project = \"box\"", "`box` cannot be its project"),
            ("at = -900", "at = -700", "older than its project"),
            ("at = -800", "at = 0", "made in the future"),
            ("{ from = \"customer\", at = -90", "{ from = \"agent:ana\", at = -850", "not there yet (R4.2)"),
            ("item = \"box\"", "item = \"crate\"", "linked to an item that is not there"),
            ("item = \"box\"", "follow-up-to = \"coffee\"", "follows up `coffee`"),
            ("item = \"box\"", "seen-by = [\"eve\"]", "seen by `eve`"),
            ("item = \"box\"", "added = [\"customer\"]", "cannot be added"),
            ("item = \"box\"", "audience = \"internal\"", "R1.6"),
            ("requester = \"mara\"", "", "R1.3"),
            ("kind = \"arrived\", at = -90", "kind = \"arrived\", at = -80", "nothing at -80"),
            ("kind = \"arrived\"", "kind = \"mentioned\"", "nothing at -90"),
            ("kind = \"note\"", "kind = \"lock\"", "a draft is a reply or a note"),
            ("when = \"close\"", "when = \"close\", from = \"customer:jo\"", "nobody there could write it"),
            ("answer = [{ conversation = \"tea\"", "answer = [{ conversation = \"cocoa\"", "no such conversation"),
            ("after = 9, customer = \"mara\"", "after = 9, customer = \"jo\"", "`tea` is not theirs"),
            ("after = 9, customer = \"mara\"", "after = 9", "neither a customer of the script nor somebody new"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let found = problems(&GOOD.replacen(good, bad, 1));
            assert!(found.iter().any(|problem| problem.contains(says)), "{bad}: {found:?}");
        }
    }

    #[test]
    fn only_reserved_domains_are_nobodys() {
        for address in ["a@example.com", "a@b.example.org", "a@b.invalid"] {
            assert!(is_nobodys(address), "{address}");
        }
        for address in
            ["a@acme.com", "a@notexample.com", "a@invalid", "@example.com", "example.com", "a@.example.com.evil.net"]
        {
            assert!(!is_nobodys(address), "{address}");
        }
    }
}
