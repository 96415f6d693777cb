//! The demo desk, made by playing its script: everything happens through the desk's own use cases, at its own time.

/// Team, settings and customers' records.
mod records;

use super::people::{ScriptedCustomer, ScriptedItem};
use super::script::Script;
use super::thread::{Kind, ScriptedConversation, ScriptedMessage, Who};
use super::timeline::{self, Deed};
use crate::desk::{
    AgentChange, Clock, CustomerChange, Desk, ItemChange, NewDesk, NewItem,
    page::{Denied, DraftPlace, Mode, Viewer},
};
use crate::domain::{
    command::{Command, Start, StartWith, Writing},
    conversation::{Audience, Privacy},
    envelope::Inbound,
    id::ConversationId,
    item::{ItemKey, ItemStatus},
    people::Party,
    refusal::RefusalKind,
};
use chrono::{DateTime, Duration, Utc};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// The numbers that the conversations of a script were given, by their names there.
pub type Numbers = HashMap<String, ConversationId>;

/// A desk on which the script has been played.
pub struct DemoDesk {
    /// The desk; its time goes on with the clock that [`build`] was given.
    pub desk: Desk,
    /// Where the script's conversations are, for [`Live`](super::live::Live).
    pub numbers: Numbers,
}

/// Makes a new desk file and plays a script on it, so that its last entry lies just before what `clock` says now.
///
/// # Errors
/// There is a file already, the disk fails, or the rules refuse what the script says; what was refused is in the words, and
/// the unfinished file is left for looking at.
pub fn build(file: &Path, script: &Script, clock: &Clock) -> Result<DemoDesk, Denied> {
    let mut player = Player::begin(file, script, clock)?;
    let desk = player.desk.clone();
    desk.in_bulk(|| {
        player.set_up()?;
        for step in timeline::steps(script) {
            player.set_time(step.at);
            player.play(step.deed)?;
        }
        player.keep_drafts()
    })?;
    *player.time.lock().unwrap_or_else(PoisonError::into_inner) = None;
    Ok(DemoDesk { desk: player.desk, numbers: player.numbers })
}

struct Player<'a> {
    script: &'a Script,
    desk: Desk,
    now: DateTime<Utc>,
    /// The time of the script; none once it has been played.
    time: Arc<Mutex<Option<DateTime<Utc>>>>,
    viewers: HashMap<&'a str, Viewer>,
    items: HashMap<&'a str, ItemKey>,
    numbers: Numbers,
    /// Customers whose records are complete, by id.
    known: HashSet<&'a str>,
}

impl<'a> Player<'a> {
    fn begin(file: &Path, script: &'a Script, clock: &Clock) -> Result<Self, Denied> {
        let now = clock();
        let begun = now + Duration::minutes(timeline::beginning(script));
        let time = Arc::new(Mutex::new(Some(begun)));
        let (scripted, real) = (Arc::clone(&time), Arc::clone(clock));
        let clock: Clock =
            Arc::new(move || scripted.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(|| real()));
        let owner = script.agents.first().ok_or_else(|| Denied::Invalid("The script has no owner.".into()))?;
        let new = NewDesk {
            team: script.company.team.clone(),
            owner: owner.handle.clone(),
            owner_name: Some(owner.name.clone()),
        };
        let desk = Desk::create(file, &new, clock)?;
        let viewers = HashMap::from([(owner.handle.as_str(), desk.admit(Some(&owner.handle))?)]);
        let (items, numbers, known) = (HashMap::new(), Numbers::new(), HashSet::new());
        Ok(Self { script, desk, now, time, viewers, items, numbers, known })
    }

    fn set_time(&self, minutes: i64) {
        let at = self.now + Duration::minutes(minutes);
        *self.time.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    fn owner(&self) -> Result<&Viewer, Denied> {
        self.viewer(&self.script.agents[0].handle)
    }

    fn viewer(&self, handle: &str) -> Result<&Viewer, Denied> {
        self.viewers.get(handle).ok_or_else(|| unknown("agent", handle))
    }

    fn number(&self, conversation: &str) -> Result<ConversationId, Denied> {
        self.numbers.get(conversation).copied().ok_or_else(|| unknown("conversation", conversation))
    }

    fn customer(&self, id: &str) -> Result<&'a ScriptedCustomer, Denied> {
        self.script.customer(id).ok_or_else(|| unknown("customer", id))
    }

    fn play(&mut self, deed: Deed<'a>) -> Result<(), Denied> {
        match deed {
            Deed::MakeItem(item) => self.make_item(item).map_err(|denied| refused(&item.name, "making it", denied)),
            Deed::Entry { conversation, index } => self
                .enter(conversation, index)
                .map_err(|denied| refused(&conversation.name, &format!("entry {}", index + 1), denied)),
            Deed::Link { conversation, actor } => {
                let item = self.linked(conversation)?.ok_or_else(|| unknown("item of", &conversation.name))?;
                self.act(conversation, actor, Command::Link { item, confirmed: true })
            }
            Deed::Join { conversation, who, actor } => self.join(conversation, who, actor),
            Deed::Follow { conversation, handle } => self.act(conversation, handle, Command::Follow),
            Deed::Read { conversation, handle } => self.mark_read(conversation, handle),
            Deed::FinishItem(item) => {
                let change = ItemChange { status: Some(ItemStatus::Done), ..ItemChange::default() };
                let key = self.items.get(item.name.as_str()).copied().ok_or_else(|| unknown("item", &item.name))?;
                self.desk.set_item(self.owner()?, key, &change).map(drop)
            }
            Deed::Block(customer) => {
                let change = CustomerChange { blocked: Some(true), ..CustomerChange::default() };
                self.desk.set_customer(self.owner()?, &customer.address, &change).map(drop)
            }
            Deed::Leave(agent) => {
                let change = AgentChange { active: Some(false), ..AgentChange::default() };
                self.desk.set_agent(self.owner()?, &agent.handle, &change).map(drop)
            }
        }
    }

    fn make_item(&mut self, item: &'a ScriptedItem) -> Result<(), Denied> {
        let maker = self.viewer(item.assignee.as_deref().unwrap_or(&self.script.agents[0].handle))?;
        let project = match &item.project {
            Some(name) => Some(self.items.get(name.as_str()).copied().ok_or_else(|| unknown("project", name))?),
            None => None,
        };
        let requester = item.requester.as_deref().map(|id| self.customer(id)).transpose()?;
        let new = NewItem {
            kind: item.kind,
            title: item.title.clone(),
            requester: requester.map(|customer| customer.address.clone()),
            project,
            description: String::new(),
        };
        let key = self.desk.add_item(maker, &new)?.item.key;
        if let Some(assignee) = &item.assignee {
            let change = ItemChange { assignee: Some(assignee.clone()), ..ItemChange::default() };
            self.desk.set_item(maker, key, &change)?;
        }
        for who in &item.followers {
            self.desk.add_item_follower(maker, key, &self.party(who)?)?;
        }
        self.items.insert(&item.name, key);
        for id in item.requester.iter().chain(item.followers.iter().filter_map(customer_id)) {
            self.complete(id, false)?;
        }
        Ok(())
    }

    fn linked(&self, conversation: &ScriptedConversation) -> Result<Option<ItemKey>, Denied> {
        let key = |name: &String| self.items.get(name.as_str()).copied().ok_or_else(|| unknown("item", name));
        conversation.item.as_ref().map(key).transpose()
    }

    fn enter(&mut self, conversation: &'a ScriptedConversation, index: usize) -> Result<(), Denied> {
        let entry = &conversation.messages[index];
        match &entry.from {
            Who::Agent(handle) if index == 0 => self.start(conversation, entry, handle),
            Who::Agent(handle) => self.act(conversation, handle, command(entry)),
            Who::Requester | Who::Customer(_) => {
                let id = customer_id(&entry.from).or(conversation.requester.as_ref());
                let id = id.ok_or_else(|| unknown("requester of", &conversation.name))?;
                self.receive(conversation, entry, id, index)
            }
        }
    }

    fn receive(
        &mut self,
        conversation: &'a ScriptedConversation,
        entry: &ScriptedMessage,
        id: &'a str,
        index: usize,
    ) -> Result<(), Denied> {
        let customer = self.customer(id)?;
        let named = if index == 0 { conversation.follow_up_to.as_ref() } else { Some(&conversation.name) };
        let named = named.map(|name| self.number(name)).transpose()?;
        let received = self.desk.receive(&Inbound {
            from: customer.address.clone(),
            name: Some(customer.name.clone()),
            group: conversation.arrived_in.as_ref().or(conversation.group.as_ref()).cloned(),
            conversation: named,
            channel: conversation.channel,
            message_id: None,
            subject: Some(conversation.subject.clone()),
            text: entry.text.clone(),
        })?;
        if index == 0 {
            self.numbers.insert(conversation.name.clone(), received.conversation);
        } else if Some(received.conversation) != named {
            return Err(Denied::Invalid("The message went to another conversation.".into()));
        }
        self.complete(id, true)
    }

    fn start(
        &mut self,
        conversation: &'a ScriptedConversation,
        entry: &ScriptedMessage,
        handle: &str,
    ) -> Result<(), Denied> {
        let (mut customers, mut agents) = (Vec::new(), Vec::new());
        if let Some(id) = &conversation.requester {
            customers.push(self.customer(id)?.address.clone());
        }
        for who in conversation.added.iter().filter(|who| timeline::invited(conversation, who)) {
            match self.party(who)? {
                Party::Agent(handle) => agents.push(handle),
                Party::Customer(address) => customers.push(address),
                Party::Group(_) => {}
            }
        }
        let with = match (self.linked(conversation)?, conversation.audience) {
            (Some(item), audience) => StartWith::Item { item, audience: Some(audience), customers, agents },
            (None, Audience::Customer) => StartWith::Customers(customers),
            (None, Audience::Internal) => StartWith::Agents(agents),
        };
        let start = Start {
            with,
            subject: conversation.subject.clone(),
            group: conversation.arrived_in.as_ref().or(conversation.group.as_ref()).cloned(),
            text: entry.text.clone(),
            client_id: None,
            confirmed: true,
            files: Vec::new(),
        };
        let done = self.desk.start(self.viewer(handle)?, &start)?;
        self.numbers.insert(conversation.name.clone(), done.conversation);
        for id in conversation.requester.iter().chain(conversation.added.iter().filter_map(customer_id)) {
            self.complete(id, false)?;
        }
        Ok(())
    }

    fn join(&mut self, conversation: &'a ScriptedConversation, who: &'a Who, actor: &str) -> Result<(), Denied> {
        let party = self.party(who)?;
        self.act(conversation, actor, Command::Add { party, confirmed: true })?;
        customer_id(who).map_or(Ok(()), |id| self.complete(id, false))
    }

    fn act(&self, conversation: &ScriptedConversation, handle: &str, command: Command) -> Result<(), Denied> {
        let number = self.number(&conversation.name)?;
        let done = self.desk.run(self.viewer(handle)?, number, command);
        done.map(drop).map_err(|denied| refused(&conversation.name, &format!("@{handle}"), denied))
    }

    /// Reading what one cannot see is no mistake of the script: it says when everybody who can has read everything.
    fn mark_read(&self, conversation: &ScriptedConversation, handle: &str) -> Result<(), Denied> {
        let number = self.number(&conversation.name)?;
        match self.desk.run(self.viewer(handle)?, number, Command::MarkRead(None)) {
            Ok(_) | Err(Denied::NotFound(_)) => Ok(()),
            Err(Denied::Refused(refusal)) if refusal.kind == RefusalKind::Restricted => Ok(()),
            Err(denied) => Err(refused(&conversation.name, &format!("@{handle} reading it"), denied)),
        }
    }

    fn party(&self, who: &Who) -> Result<Party, Denied> {
        match who {
            Who::Agent(handle) => Ok(Party::Agent(handle.clone())),
            Who::Customer(id) => Ok(Party::Customer(self.customer(id)?.address.clone())),
            Who::Requester => Err(unknown("customer", "customer")),
        }
    }

    fn keep_drafts(&self) -> Result<(), Denied> {
        for draft in &self.script.drafts {
            let scripted = self.script.conversation(&draft.conversation);
            let internal = scripted.is_some_and(|one| one.audience == Audience::Internal);
            let mode = if internal {
                Mode::Internal
            } else if draft.kind == Kind::Note {
                Mode::Note
            } else {
                Mode::Reply
            };
            let place = DraftPlace::Conversation(self.number(&draft.conversation)?);
            self.desk.save_draft(self.viewer(&draft.agent)?, &place, mode, &draft.text)?;
        }
        Ok(())
    }
}

/// What an agent's entry asks of the desk. All that lets more people read is confirmed: the script says who reads in the end.
fn command(entry: &ScriptedMessage) -> Command {
    let confirmed = true;
    let to = entry.to.clone().unwrap_or_default();
    let writing = || Writing { text: entry.text.clone(), confirmed: true, ..Writing::default() };
    match entry.kind {
        Kind::Reply => Command::Reply(writing()),
        Kind::Note => Command::Note(writing()),
        Kind::Close => Command::Close,
        Kind::Reopen => Command::Reopen,
        Kind::Lock => Command::Lock,
        Kind::Unlock => Command::Unlock,
        Kind::Assign => Command::Assign(to),
        Kind::Release => Command::Release { confirmed },
        Kind::Forward => Command::Forward { group: to, confirmed },
        Kind::Private => Command::SetPrivacy { privacy: Privacy::Private, confirmed },
        Kind::Public => Command::SetPrivacy { privacy: Privacy::Public, confirmed },
    }
}

fn customer_id(who: &Who) -> Option<&String> {
    match who {
        Who::Customer(id) => Some(id),
        Who::Requester | Who::Agent(_) => None,
    }
}

fn unknown(what: &str, name: &str) -> Denied {
    Denied::Invalid(format!("The script knows no {what} “{name}”."))
}

fn refused(name: &str, place: &str, denied: Denied) -> Denied {
    match denied {
        // A disk that fails is no mistake of the script.
        Denied::Failed(_) => denied,
        Denied::NotFound(_) | Denied::Refused(_) | Denied::Stale { .. } | Denied::Invalid(_) => {
            Denied::Invalid(format!("The script was refused in “{name}”, {place}: {denied}"))
        }
    }
}
