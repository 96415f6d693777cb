//! The script of `deskline demo`, read from `assets/demo/`.

use serde::Deserialize;

use super::cues::{ScriptedAnswer, ScriptedArrival, ScriptedDraft, ScriptedNotice, ScriptedThanks};
use super::people::{ScriptedAgent, ScriptedCompany, ScriptedCustomer, ScriptedGroup, ScriptedItem};
use super::thread::ScriptedConversation;

/// The files of `assets/demo/`, each with a part of the script.
const PARTS: [&str; 9] = [
    include_str!("../../assets/demo/company.toml"),
    include_str!("../../assets/demo/items.toml"),
    include_str!("../../assets/demo/support.toml"),
    include_str!("../../assets/demo/world.toml"),
    include_str!("../../assets/demo/billing.toml"),
    include_str!("../../assets/demo/closed.toml"),
    include_str!("../../assets/demo/private.toml"),
    include_str!("../../assets/demo/internal.toml"),
    include_str!("../../assets/demo/live.toml"),
];

/// All that the demo desk begins with and all that happens on it by itself.
///
/// Every `at` is in minutes relative to the moment at which the desk is built, and negative: `-35` is 35 minutes ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The company and its settings.
    pub company: ScriptedCompany,
    /// The groups.
    pub groups: Vec<ScriptedGroup>,
    /// The team, owner first.
    pub agents: Vec<ScriptedAgent>,
    /// Names of the organizations that customers belong to.
    pub organizations: Vec<String>,
    /// Everybody who writes in.
    pub customers: Vec<ScriptedCustomer>,
    /// The work items, oldest first, so that a project stands before what belongs to it.
    pub items: Vec<ScriptedItem>,
    /// The conversations in the order in which they began, so that numbers given out in this order grow with time.
    pub conversations: Vec<ScriptedConversation>,
    /// The notices that stand on the bells, oldest first.
    pub notices: Vec<ScriptedNotice>,
    /// Texts begun and not sent.
    pub drafts: Vec<ScriptedDraft>,
    /// What customers write back; those of one conversation and one `when` are used up in this order.
    pub answers: Vec<ScriptedAnswer>,
    /// What arrives by itself, earliest first.
    pub arrivals: Vec<ScriptedArrival>,
    /// What a customer without an answer of their own writes back.
    pub thanks: Vec<ScriptedThanks>,
}

/// One file of a script; any of its tables may be missing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    company: Option<ScriptedCompany>,
    #[serde(default)]
    group: Vec<ScriptedGroup>,
    #[serde(default)]
    agent: Vec<ScriptedAgent>,
    #[serde(default)]
    organization: Vec<Organization>,
    #[serde(default)]
    customer: Vec<ScriptedCustomer>,
    #[serde(default)]
    item: Vec<ScriptedItem>,
    #[serde(default)]
    conversation: Vec<ScriptedConversation>,
    #[serde(default)]
    notice: Vec<ScriptedNotice>,
    #[serde(default)]
    draft: Vec<ScriptedDraft>,
    #[serde(default)]
    answer: Vec<ScriptedAnswer>,
    #[serde(default)]
    arrival: Vec<ScriptedArrival>,
    #[serde(default)]
    thanks: Vec<ScriptedThanks>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    name: String,
}

/// Why a script cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// A file is no TOML or holds something that a script does not know; line and column are in the text.
    #[error("the script cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// The table `[company]` stands in none of the files, or in more than one.
    #[error("the script needs the table [company] once, and has it {0} times")]
    Company(usize),
}

/// The script that `deskline demo` plays.
///
/// # Panics
///
/// Never: the files are part of the program, and a test reads them.
pub fn built_in() -> Script {
    match Script::parse(&PARTS) {
        Ok(script) => script,
        Err(error) => panic!("assets/demo: {error}"),
    }
}

impl Script {
    /// Puts a script together from the texts of its files, in any order.
    ///
    /// # Errors
    ///
    /// When a text cannot be read, or the company is missing or there twice. Whether what is said makes sense is for
    /// [`Script::check`].
    pub fn parse(texts: &[&str]) -> Result<Self, ScriptError> {
        let parts = texts.iter().map(|text| toml::from_str(text)).collect::<Result<Vec<Part>, _>>()?;
        let companies = parts.iter().filter(|part| part.company.is_some()).count();
        let Some(company) = parts.iter().find_map(|part| part.company.clone()).filter(|_| companies == 1) else {
            return Err(ScriptError::Company(companies));
        };
        let mut script = Self {
            company,
            groups: Vec::new(),
            agents: Vec::new(),
            organizations: Vec::new(),
            customers: Vec::new(),
            items: Vec::new(),
            conversations: Vec::new(),
            notices: Vec::new(),
            drafts: Vec::new(),
            answers: Vec::new(),
            arrivals: Vec::new(),
            thanks: Vec::new(),
        };
        for part in parts {
            script.groups.extend(part.group);
            script.agents.extend(part.agent);
            script.organizations.extend(part.organization.into_iter().map(|organization| organization.name));
            script.customers.extend(part.customer);
            script.items.extend(part.item);
            script.conversations.extend(part.conversation);
            script.notices.extend(part.notice);
            script.drafts.extend(part.draft);
            script.answers.extend(part.answer);
            script.arrivals.extend(part.arrival);
            script.thanks.extend(part.thanks);
        }
        script.items.sort_by_key(|item| item.at);
        script.conversations.sort_by_key(|conversation| conversation.messages.first().map(|first| first.at));
        script.notices.sort_by_key(|notice| notice.at);
        script.arrivals.sort_by_key(|arrival| arrival.after);
        Ok(script)
    }

    /// The agent with this handle.
    pub fn agent(&self, handle: &str) -> Option<&ScriptedAgent> {
        self.agents.iter().find(|agent| agent.handle == handle)
    }

    /// The customer with this id.
    pub fn customer(&self, id: &str) -> Option<&ScriptedCustomer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    /// The item with this name.
    pub fn item(&self, name: &str) -> Option<&ScriptedItem> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The conversation with this name.
    pub fn conversation(&self, name: &str) -> Option<&ScriptedConversation> {
        self.conversations.iter().find(|conversation| conversation.name == name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;
    use crate::demo::thread::{Kind, Who};
    use crate::domain::{
        conversation::{Audience, Privacy, State},
        item::ItemStatus,
        people::{FromCustomers, Role, Routing},
    };

    #[test]
    fn the_script_makes_sense() {
        assert_eq!(built_in().check(), Vec::<String>::new());
    }

    #[test]
    fn the_promised_people_are_there() {
        let script = built_in();
        let of = |handle: &str| {
            let agent = script.agent(handle).unwrap();
            assert!(agent.active);
            (agent.role, agent.groups.join(" "), agent.from_customers)
        };
        assert_eq!(of("olga"), (Role::Owner, String::new(), FromCustomers::All));
        assert_eq!(of("adam"), (Role::Admin, String::new(), FromCustomers::All));
        for handle in ["ana", "ben", "cleo"] {
            assert_eq!(of(handle), (Role::Agent, "Support".to_owned(), FromCustomers::All));
        }
        assert_eq!(of("dev"), (Role::Agent, "Billing".to_owned(), FromCustomers::Off));
        assert_eq!(script.agents.iter().filter(|agent| agent.active).count(), 6);
        assert!(script.groups.iter().all(|group| group.routing == Routing::Democracy));
    }

    /// Names of the conversations that a section would list, told from the data alone.
    fn listed(script: &Script, wanted: impl Fn(&ScriptedConversation) -> bool) -> usize {
        script.conversations.iter().filter(|conversation| wanted(conversation)).count()
    }

    fn takes_part(conversation: &ScriptedConversation, handle: &str) -> bool {
        conversation.assignee.as_deref() == Some(handle)
            || conversation.messages.iter().any(|message| message.from.is_agent(handle))
            || conversation.added.iter().chain(&conversation.followers).any(|who| who.is_agent(handle))
    }

    #[test]
    fn every_section_has_something_for_the_owner_and_an_agent() {
        let script = built_in();
        let customers = |conversation: &ScriptedConversation| conversation.audience == Audience::Customer;
        let open = |conversation: &ScriptedConversation| conversation.state == State::Open;
        for (handle, administers) in [("olga", true), ("ana", false)] {
            let mine = |conversation: &ScriptedConversation| takes_part(conversation, handle);
            let started = |conversation: &ScriptedConversation| conversation.messages[0].from.is_agent(handle);
            let may_see = |conversation: &ScriptedConversation| {
                administers
                    || conversation.privacy == Privacy::Public
                    || conversation.assignee.as_deref() == Some(handle)
            };
            let sections = [
                (
                    "unassigned",
                    listed(&script, |one| {
                        customers(one)
                            && open(one)
                            && one.assignee.is_none()
                            && (administers || one.group.as_deref() == Some("Support"))
                    }),
                ),
                ("live", listed(&script, |one| open(one) && one.assignee.as_deref() == Some(handle))),
                ("open", listed(&script, |one| customers(one) && open(one) && may_see(one))),
                ("closed", listed(&script, |one| customers(one) && !open(one) && may_see(one))),
                ("customer-replies", listed(&script, |one| customers(one) && open(one) && mine(one) && may_see(one))),
                ("internal-inbox", listed(&script, |one| !customers(one) && open(one) && mine(one) && !started(one))),
                ("internal-sent", listed(&script, |one| !customers(one) && open(one) && started(one))),
                ("all-closed", listed(&script, |one| !open(one) && mine(one) && may_see(one))),
            ];
            for (section, count) in sections {
                assert!(count > 0, "{section} is empty for {handle}");
            }
        }
        assert!(
            listed(&script, |one| {
                open(one)
                    && one.privacy == Privacy::Private
                    && one.assignee.as_deref().is_some_and(|handle| !script.agent(handle).unwrap().active)
            }) > 0,
            "nothing needs reassignment"
        );
    }

    #[test]
    fn some_items_wait_for_a_first_answer() {
        let script = built_in();
        let waiting: Vec<&str> = script
            .items
            .iter()
            .filter(|item| item.requester.is_some() && item.status == ItemStatus::Open)
            .filter(|item| {
                !script.conversations.iter().any(|conversation| {
                    conversation.audience == Audience::Customer
                        && conversation.item.as_ref() == Some(&item.name)
                        && conversation
                            .messages
                            .iter()
                            .any(|message| message.kind == Kind::Reply && matches!(message.from, Who::Agent(_)))
                })
            })
            .map(|item| item.name.as_str())
            .collect();
        assert_eq!(waiting, ["grinder-scream", "scale-drift", "kettle-leak"]);
    }

    #[test]
    fn it_is_as_large_and_as_varied_as_a_help_desk() {
        let script = built_in();
        assert!((55..80).contains(&script.conversations.len()), "{}", script.conversations.len());
        assert!(listed(&script, |one| one.state == State::Locked) >= 2);
        assert!(listed(&script, |one| one.privacy == Privacy::Private && one.assignee.is_none()) >= 1);
        assert!(listed(&script, |one| one.audience == Audience::Internal && one.item.is_none()) >= 4);
        assert!(listed(&script, |one| one.audience == Audience::Internal && one.item.is_some()) >= 4);
        assert!(listed(&script, |one| one.follow_up_to.is_some()) >= 1);
        assert!(script.conversations.iter().all(|one| one.messages.len() <= 10));
        let languages: HashSet<&str> = script.customers.iter().map(|customer| customer.language.as_str()).collect();
        assert!(languages.len() >= 15, "{languages:?}");
        let answered: HashSet<&str> = script.answers.iter().map(|answer| answer.conversation.as_str()).collect();
        assert!(answered.len() >= 15, "{}", answered.len());
        assert!(script.arrivals.len() >= 5);
    }

    #[test]
    fn hostile_characters_stand_in_the_script_and_only_as_escapes_in_its_files() {
        let script = built_in();
        let all: String =
            script.conversations.iter().flat_map(|one| &one.messages).map(|one| one.text.as_str()).collect();
        for hostile in ['\u{202E}', '\u{1B}', '\u{7}', '\u{9B}', '\u{200B}', '\u{E0061}'] {
            assert!(all.contains(hostile), "{hostile:?}");
        }
        for text in PARTS {
            let raw = text.chars().find(|&letter| {
                (letter.is_control() && letter != '\n')
                    || matches!(letter, '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}')
            });
            assert_eq!(raw, None);
        }
    }

    #[test]
    fn conversations_come_in_the_order_in_which_they_began() {
        let script = built_in();
        assert!(script.conversations.is_sorted_by_key(|conversation| conversation.messages[0].at));
        assert!(script.arrivals.is_sorted_by_key(|arrival| arrival.after));
    }

    #[test]
    fn a_script_needs_one_company() {
        assert!(matches!(Script::parse(&[]), Err(ScriptError::Company(0))));
        assert!(matches!(Script::parse(&[PARTS[0], PARTS[0]]), Err(ScriptError::Company(2))));
    }

    #[test]
    fn an_unknown_word_is_an_error_with_its_line() {
        let error = Script::parse(&["[[group]]\nname = \"a\"\nrouting = \"chaos\"\n"]).unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("chaos"), "{error}");
        let error = Script::parse(&["[[customer]]\nid = \"a\"\nmood = \"good\"\n"]).unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("mood"), "{error}");
    }
}
