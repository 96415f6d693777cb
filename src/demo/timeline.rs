//! Everything that happened at the demo desk, over all its conversations, in the order of time.

use super::people::{ScriptedAgent, ScriptedCustomer, ScriptedItem};
use super::script::Script;
use super::thread::{Kind, ScriptedConversation, Who};
use crate::domain::{conversation::Audience, item::ItemStatus};

/// One thing that happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    /// When, in minutes relative to now.
    pub at: i64,
    /// What.
    pub deed: Deed<'a>,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed<'a> {
    /// An item was made.
    MakeItem(&'a ScriptedItem),
    /// An entry of a conversation was written or done.
    Entry { conversation: &'a ScriptedConversation, index: usize },
    /// Somebody linked a conversation that a customer started to its item.
    Link { conversation: &'a ScriptedConversation, actor: &'a str },
    /// Somebody was added by name.
    Join { conversation: &'a ScriptedConversation, who: &'a Who, actor: &'a str },
    /// An agent chose to follow.
    Follow { conversation: &'a ScriptedConversation, handle: &'a str },
    /// An agent read everything that was there.
    Read { conversation: &'a ScriptedConversation, handle: &'a str },
    /// An item was done.
    FinishItem(&'a ScriptedItem),
    /// A customer was blocked.
    Block(&'a ScriptedCustomer),
    /// An agent left the team.
    Leave(&'a ScriptedAgent),
}

/// All of it, oldest first; what stands at the same minute is in the order in which it has to happen.
pub(crate) fn steps(script: &Script) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> =
        script.items.iter().map(|item| Step { at: item.at, deed: Deed::MakeItem(item) }).collect();
    for conversation in &script.conversations {
        of_conversation(script, conversation, &mut steps);
    }
    for item in script.items.iter().filter(|item| item.status == ItemStatus::Done) {
        let linked = script.conversations.iter().filter(|one| one.item.as_ref() == Some(&item.name));
        let at = linked.filter_map(last_at).max().unwrap_or(item.at).max(item.at);
        steps.push(Step { at, deed: Deed::FinishItem(item) });
    }
    for customer in script.customers.iter().filter(|customer| customer.blocked) {
        let theirs = script.conversations.iter().filter(|one| one.requester.as_ref() == Some(&customer.id));
        if let Some(at) = theirs.filter_map(last_at).max() {
            steps.push(Step { at, deed: Deed::Block(customer) });
        }
    }
    for agent in script.agents.iter().filter(|agent| !agent.active) {
        let entries = script.conversations.iter().flat_map(|one| &one.messages);
        let concern = entries
            .filter(|entry| entry.from.is_agent(&agent.handle) || entry.to.as_ref() == Some(&agent.handle))
            .map(|entry| entry.at);
        // Without a word of theirs they were never here, and left at once.
        let at = concern.max().unwrap_or_else(|| beginning(script));
        steps.push(Step { at, deed: Deed::Leave(agent) });
    }
    steps.sort_by_key(|step| step.at);
    steps
}

/// When the desk was set up, in minutes relative to now: a day before anything happened on it.
pub(crate) fn beginning(script: &Script) -> i64 {
    let entries = script.conversations.iter().flat_map(|one| &one.messages).map(|entry| entry.at);
    entries.chain(script.items.iter().map(|item| item.at)).min().unwrap_or(0) - 24 * 60
}

fn last_at(conversation: &ScriptedConversation) -> Option<i64> {
    conversation.messages.last().map(|entry| entry.at)
}

fn of_conversation<'a>(script: &'a Script, conversation: &'a ScriptedConversation, steps: &mut Vec<Step<'a>>) {
    for (index, entry) in conversation.messages.iter().enumerate() {
        let mut push = |deed| steps.push(Step { at: entry.at, deed });
        push(Deed::Entry { conversation, index });
        let actor = works_on(script, conversation, index);
        if index == 0 {
            for who in &conversation.followers {
                if let Who::Agent(handle) = who {
                    push(Deed::Follow { conversation, handle });
                }
            }
        }
        for who in conversation.added.iter().filter(|who| !invited(conversation, who)) {
            if joins_after(conversation, who) == index {
                push(Deed::Join { conversation, who, actor });
            }
        }
        if index == 0
            && let Some(item) = conversation.item.as_deref().and_then(|name| script.item(name))
            && !matches!(entry.from, Who::Agent(_))
        {
            steps.push(Step { at: item.at.max(entry.at), deed: Deed::Link { conversation, actor } });
        }
        for agent in script.agents.iter().filter(|agent| agent.active) {
            if conversation.read_by(&agent.handle, script.company.read_before) == index + 1 {
                steps.push(Step { at: entry.at, deed: Deed::Read { conversation, handle: &agent.handle } });
            }
        }
    }
}

/// Whether somebody is in it from its first entry on, because an agent started it with them.
pub(crate) fn invited(conversation: &ScriptedConversation, who: &Who) -> bool {
    let by_agent = conversation.messages.first().is_some_and(|entry| matches!(entry.from, Who::Agent(_)));
    let with_agents = conversation.audience == Audience::Internal || conversation.item.is_some();
    by_agent
        && match who {
            Who::Requester | Who::Customer(_) => true,
            Who::Agent(_) => with_agents,
        }
}

/// The entry after which somebody is added: the one before their own first, or the first.
fn joins_after(conversation: &ScriptedConversation, who: &Who) -> usize {
    conversation.messages.iter().position(|entry| entry.from == *who).map_or(0, |own| own.saturating_sub(1))
}

/// An agent who works on it after an entry: who wrote last, else who has it at the end, else the first of its group.
fn works_on<'a>(script: &'a Script, conversation: &'a ScriptedConversation, index: usize) -> &'a str {
    let group = conversation.arrived_in.as_ref().or(conversation.group.as_ref());
    let member = |handle: &str| {
        script.agent(handle).is_some_and(|agent| {
            agent.role.administers() || group.is_some_and(|group| agent.groups.contains(group)) && agent.active
        })
    };
    let written = conversation.messages[..=index].iter().rev();
    let wrote =
        written.filter(|entry| matches!(entry.kind, Kind::Reply | Kind::Note)).find_map(|entry| match &entry.from {
            Who::Agent(handle) => Some(handle.as_str()),
            Who::Requester | Who::Customer(_) => None,
        });
    let first = || script.agents.iter().find(|agent| !agent.role.administers() && member(&agent.handle));
    wrote
        .or_else(|| conversation.assignee.as_deref().filter(|handle| member(handle)))
        .or_else(|| first().map(|agent| agent.handle.as_str()))
        .unwrap_or(script.agents[0].handle.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::demo::script;

    #[test]
    fn everything_happens_in_the_order_of_time_and_once() {
        let script = script::built_in();
        let steps = steps(&script);
        assert!(steps.is_sorted_by_key(|step| step.at) && steps[0].at > beginning(&script));
        let entries = steps.iter().filter(|step| matches!(step.deed, Deed::Entry { .. })).count();
        assert_eq!(entries, script.conversations.iter().map(|one| one.messages.len()).sum::<usize>());
        let items = steps.iter().filter(|step| matches!(step.deed, Deed::MakeItem(_))).count();
        assert_eq!(items, script.items.len());
    }

    #[test]
    fn whoever_is_added_is_there_before_their_own_words() {
        let script = script::built_in();
        let conversation = script.conversation("office-grinders").unwrap();
        let oskar = Who::Customer("oskar".to_owned());
        let steps = steps(&script);
        let place = |wanted: &dyn Fn(&Deed<'_>) -> bool| steps.iter().position(|step| wanted(&step.deed)).unwrap();
        let joins = place(
            &|deed| matches!(deed, Deed::Join { who, conversation: one, .. } if **who == oskar && one.name == conversation.name),
        );
        let own = conversation.messages.iter().position(|entry| entry.from == oskar).unwrap();
        let writes = place(
            &|deed| matches!(deed, Deed::Entry { conversation: one, index } if one.name == conversation.name && *index == own),
        );
        assert!(joins < writes);
    }

    #[test]
    fn an_item_is_there_before_it_is_linked_and_done_after_all_that_was_said() {
        let script = script::built_in();
        let steps = steps(&script);
        for item in &script.items {
            let made = steps.iter().position(|step| matches!(step.deed, Deed::MakeItem(one) if one.name == item.name));
            let concerns = |deed: &Deed<'_>| {
                matches!(deed, Deed::Link { conversation, .. } if conversation.item.as_ref() == Some(&item.name))
                    || matches!(deed, Deed::FinishItem(one) if one.name == item.name)
            };
            assert!(steps.iter().position(|step| concerns(&step.deed)).is_none_or(|place| place > made.unwrap()));
        }
    }
}
