//! A desk of any size, filled as planned: the same desk for the same number of messages and the same seed.

use super::large::LargeDesk;
use super::planned::{PlannedAgent, PlannedAuthor, PlannedConversation, PlannedCustomer};
use super::thread::Kind;
use crate::desk::{
    AgentChange, Clock, CustomerChange, Desk, ImportOptions, ItemChange, NewAgent, NewDesk, NewItem,
    page::{Denied, Viewer},
};
use crate::domain::{
    command::Command,
    conversation::{Audience, Privacy, State},
    history::{PastAuthor, PastConversation, PastItem, PastKind, PastMessage, PastPerson, PastState},
    id::ConversationId,
    item::{ItemKey, ItemStatus},
    people::{FromCustomers, Role, Routing},
    setting::SettingKey,
};
use chrono::{DateTime, Duration, Utc};
use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// What "now" is on every filled desk, in seconds since 1970: 4 May 2026, 09:00 UTC. It never moves, so that the same seed
/// gives the same desk on every day.
pub const NOW: i64 = 1_777_885_200;

/// Conversations a transaction; more make the index of words cheaper and the memory larger.
const BATCH: usize = 500;

/// One conversation in so many is read.
const READ_ONE_IN: u64 = 10;

/// Makes a new desk file with exactly `messages` messages in five times fewer conversations. `progress` is told how many
/// messages are there and how many are to be; false interrupts.
///
/// Everything is news to everybody but its writer, apart from a tenth of the open conversations that an agent works on.
///
/// # Errors
/// There is a file already, the disk fails, or `progress` returned false: the unfinished file is left for looking at.
pub fn build(
    file: &Path,
    messages: u64,
    seed: u64,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Desk, Denied> {
    let plan = LargeDesk::new(messages, seed);
    let agents = plan.agents();
    let time = Arc::new(AtomicI64::new(plan.items().map(|item| item.at).min().unwrap_or(0) - 3_600));
    let scripted = Arc::clone(&time);
    let clock: Clock = Arc::new(move || moment(scripted.load(Ordering::Relaxed)));
    let owner = agents.first().ok_or_else(|| Denied::Invalid("The plan has no owner.".into()))?;
    let new = NewDesk {
        team: "Bramble & Burr Support".to_owned(),
        owner: owner.handle.clone(),
        owner_name: Some(owner.name.clone()),
    };
    let desk = Desk::create(file, &new, clock)?;
    let owner = desk.admit(Some(&owner.handle))?;
    desk.in_bulk(|| {
        let customers: Vec<PlannedCustomer> = plan.customers().collect();
        let groups = plan.groups();
        let organizations = plan.organizations().collect();
        let mut filling = Filling {
            desk: &desk,
            owner,
            plan: &plan,
            agents: &agents,
            groups,
            customers,
            organizations,
            items: Vec::new(),
            complete: HashSet::new(),
            came: BTreeSet::new(),
        };
        filling.set_up()?;
        filling.make_items(&time)?;
        time.store(0, Ordering::Relaxed);
        let marks = filling.bring_in(progress)?;
        filling.complete_customers()?;
        filling.read(&marks)
    })?;
    Ok(desk)
}

/// So many seconds after [`NOW`].
fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + Duration::seconds(NOW + seconds)
}

struct Filling<'a> {
    desk: &'a Desk,
    owner: Viewer,
    plan: &'a LargeDesk,
    agents: &'a [PlannedAgent],
    groups: Vec<&'static str>,
    customers: Vec<PlannedCustomer>,
    organizations: Vec<String>,
    items: Vec<PastItem>,
    /// Places of customers whose organization is written down.
    complete: HashSet<u32>,
    /// Places of customers who came in with a conversation.
    came: BTreeSet<u32>,
}

/// Places of agents, with the conversations that they have read.
type Marks = Vec<(usize, ConversationId)>;

impl Filling<'_> {
    fn set_up(&mut self) -> Result<(), Denied> {
        self.desk.save_settings(&self.owner, &[(SettingKey::PrivateConversations, "on".to_owned())])?;
        for group in &self.groups {
            self.desk.add_group(&self.owner, group, Routing::Democracy)?;
        }
        for agent in self.agents.iter().filter(|agent| agent.role != Role::Owner) {
            let groups = agent.groups.iter().map(|place| self.groups[*place as usize].to_owned()).collect();
            let new = NewAgent { handle: agent.handle.clone(), name: agent.name.clone(), role: agent.role, groups };
            self.desk.add_agent(&self.owner, &new)?;
            if agent.from_customers_off {
                let change = AgentChange { from_customers: Some(FromCustomers::Off), ..AgentChange::default() };
                self.desk.set_agent(&self.owner, &agent.handle, &change)?;
            }
        }
        Ok(())
    }

    fn make_items(&mut self, time: &AtomicI64) -> Result<(), Denied> {
        let mut keys: Vec<ItemKey> = Vec::new();
        for item in self.plan.items() {
            time.store(item.at, Ordering::Relaxed);
            let new = NewItem {
                kind: item.kind,
                title: item.title.clone(),
                requester: item.requester.map(|place| self.customers[place as usize].address.clone()),
                project: item.project.map(|place| keys[place as usize]),
                description: String::new(),
            };
            let row = self.desk.add_item(&self.owner, &new)?;
            let change = ItemChange {
                title: None,
                status: Some(item.status).filter(|status| *status != ItemStatus::Open),
                assignee: item.assignee.map(|place| self.agents[place as usize].handle.clone()),
            };
            if change.status.is_some() || change.assignee.is_some() {
                self.desk.set_item(&self.owner, row.item.key, &change)?;
            }
            if let Some(place) = item.requester
                && self.complete.insert(place)
            {
                self.complete_customer(place, true)?;
            }
            keys.push(row.item.key);
            self.items.push(PastItem {
                // As an export names it, by which the import finds it.
                key: format!("desk:{}", row.item.key),
                kind: item.kind.word().to_owned(),
                title: row.item.title,
                done: item.status == ItemStatus::Done,
            });
        }
        Ok(())
    }

    fn complete_customer(&self, place: u32, named: bool) -> Result<(), Denied> {
        let customer = &self.customers[place as usize];
        let organization = customer.organization.map(|place| self.organizations[place as usize].clone());
        let name = named.then(|| customer.name.clone());
        let change = CustomerChange { name, organization, ..CustomerChange::default() };
        if change == CustomerChange::default() {
            return Ok(());
        }
        self.desk.set_customer(&self.owner, &customer.address, &change).map(drop)
    }

    /// Brings the conversations in and gives who has read which.
    fn bring_in(&mut self, progress: &mut dyn FnMut(usize, usize) -> bool) -> Result<Marks, Denied> {
        let options = ImportOptions { as_news: true, ..ImportOptions::default() };
        let total = usize::try_from(self.plan.message_count()).unwrap_or(usize::MAX);
        let (mut batch, mut marks, mut done) = (Vec::with_capacity(BATCH), Marks::new(), 0);
        let mut planned = self.plan.conversations().zip(0_u64..).peekable();
        while let Some((conversation, number)) = planned.next() {
            // On a new desk conversations are numbered from 1 in the order in which they come in.
            let id = ConversationId(i64::try_from(number).unwrap_or(i64::MAX - 1) + 1);
            self.readers(&conversation, number, |reader| marks.push((reader, id)));
            self.came.extend(conversation.requester);
            batch.push(self.past(&conversation, number));
            if batch.len() == BATCH || planned.peek().is_none() {
                done += self.desk.import(&self.owner, &batch, &options)?.messages;
                batch.clear();
                if !progress(done, total) {
                    return Err(Denied::Failed(format!(
                        "Interrupted after {done} of {total} messages. The desk file is unfinished: remove it and begin again."
                    )));
                }
            }
        }
        Ok(marks)
    }

    /// Who has read an open conversation: of those who see and work on it, every tenth.
    fn readers(&self, conversation: &PlannedConversation, number: u64, mut read: impl FnMut(usize)) {
        if conversation.state != State::Open {
            return;
        }
        for (place, agent) in self.agents.iter().enumerate() {
            let own = |other: u32| other as usize == place;
            let works = match (conversation.audience, conversation.assignee) {
                (Audience::Internal, _) => conversation.added.iter().any(|other| own(*other)),
                (Audience::Customer, Some(assignee)) if conversation.privacy == Privacy::Private => {
                    own(assignee) || agent.role.administers()
                }
                (Audience::Customer, _) => {
                    agent.role.administers() || conversation.group.is_some_and(|group| agent.groups.contains(&group))
                }
            };
            if works && (number + place as u64).is_multiple_of(READ_ONE_IN) {
                read(place);
            }
        }
    }

    fn past(&self, conversation: &PlannedConversation, number: u64) -> PastConversation {
        let handle = |place: u32| self.agents[place as usize].handle.clone();
        PastConversation {
            key: format!("demo:{number}"),
            subject: conversation.subject.clone(),
            internal: conversation.audience == Audience::Internal,
            private: conversation.privacy == Privacy::Private,
            state: match conversation.state {
                State::Open => PastState::Open,
                State::Closed => PastState::Closed,
                State::Locked => PastState::Locked,
            },
            requester: conversation.requester.map(|place| self.customer(place)),
            customers: Vec::new(),
            agents: conversation.added.iter().map(|place| self.agent(*place)).collect(),
            assignee: conversation.assignee.map(handle),
            group: conversation.group.map(|place| self.groups[place as usize].to_owned()),
            item: conversation.item.map(|place| self.items[place as usize].clone()),
            channel: conversation.channel.to_owned(),
            messages: conversation
                .messages
                .iter()
                .map(|message| PastMessage {
                    key: String::new(),
                    kind: if message.kind == Kind::Note { PastKind::Note } else { PastKind::Reply },
                    author: match message.author {
                        PlannedAuthor::Agent(place) => PastAuthor::Agent(self.agent(place)),
                        PlannedAuthor::Customer(place) => PastAuthor::Customer(self.customer(place)),
                    },
                    at: moment(message.at),
                    text: message.text.clone(),
                    attachments: Vec::new(),
                })
                .collect(),
        }
    }

    fn agent(&self, place: u32) -> PastPerson {
        let agent = &self.agents[place as usize];
        PastPerson { address: agent.handle.clone(), name: agent.name.clone() }
    }

    fn customer(&self, place: u32) -> PastPerson {
        let customer = &self.customers[place as usize];
        PastPerson { address: customer.address.clone(), name: customer.name.clone() }
    }

    /// Writes down the organizations of those who came in with a conversation.
    fn complete_customers(&mut self) -> Result<(), Denied> {
        for place in std::mem::take(&mut self.came) {
            if self.complete.insert(place) {
                self.complete_customer(place, false)?;
            }
        }
        Ok(())
    }

    fn read(&self, marks: &Marks) -> Result<(), Denied> {
        let viewers =
            self.agents.iter().map(|agent| self.desk.admit(Some(&agent.handle))).collect::<Result<Vec<_>, _>>()?;
        for (place, conversation) in marks {
            self.desk.run(&viewers[*place], *conversation, Command::MarkRead(None))?;
        }
        Ok(())
    }
}
