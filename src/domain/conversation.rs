//! One discussion: its four axes and its entries.

use super::{
    id::{AgentId, ConversationId, CustomerId, EntrySeq, GroupId, ItemId, Seq},
    people::Agent,
    words::words,
};
use chrono::{DateTime, Utc};

words! {
    /// May customers ever see it? Fixed at the start (R1.1).
    Audience {
        /// "Customer replies".
        Customer = "customer",
        /// "Internal messages".
        Internal = "internal",
    }
}

words! {
    /// Which agents may see it (R6.2)?
    Privacy {
        /// Every agent of the team, as far as the audience goes.
        Public = "public",
        /// A closed list.
        Private = "private",
    }
}

words! {
    /// May anybody reply (R2.1, R2.2)?
    State {
        /// Somebody is engaged.
        Open = "open",
        /// For order and tracking; forbids nothing.
        Closed = "closed",
        /// Nobody may reply.
        Locked = "locked",
    }
}

words! {
    /// What an entry is.
    EntryKind {
        /// Seen by everybody in the conversation.
        Reply = "reply",
        /// In a customer conversation, for agents only (R1.4).
        Note = "note",
        /// Written by the desk: who did what and when.
        System = "system",
    }
}

/// Who wrote an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// A member of the team.
    Agent(AgentId),
    /// A customer.
    Customer(CustomerId),
    /// The desk itself.
    System,
}

/// Everything about one conversation that policy and decisions ask for, as read in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Facts {
    /// Identity.
    pub id: ConversationId,
    /// Fixed at the start (R1.1).
    pub audience: Audience,
    /// Which agents may see it.
    pub privacy: Privacy,
    /// Open, closed or locked.
    pub state: State,
    /// As its starter wrote it; may be empty.
    pub subject: String,
    /// The channel it came by, if a customer started it.
    pub channel: Option<String>,
    /// The customer it is about; `None` for internal ones.
    pub requester: Option<CustomerId>,
    /// The agent it is assigned to; may be one switched off since (R6.8).
    pub assignee: Option<AgentId>,
    /// Whether that agent is active; false where there is none.
    pub assignee_active: bool,
    /// The group whose queue it is in.
    pub group: Option<GroupId>,
    /// The linked item.
    pub item: Option<ItemId>,
    /// The project it counts to: the item's, or the item itself where that is a project.
    pub project: Option<ItemId>,
    /// The agent who started it; `None` where a customer did.
    pub starter: Option<AgentId>,
    /// The locked conversation it follows up (R2.7).
    pub follow_up_to: Option<ConversationId>,
    /// Private, and without anybody of the team to work on it (R6.8).
    pub needs_reassignment: bool,
    /// Who locked it, and when.
    pub locked: Option<(AgentId, DateTime<Utc>)>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// Last reply or note.
    pub at: DateTime<Utc>,
    /// Its newest entry.
    pub last_seq: EntrySeq,
    /// The event of its newest reply or note that was not imported; 0 for none (R1.7, R3.6).
    pub news: Seq,
    /// What its rows and its customers' rows say of its newest entries.
    pub tail: Tail,
    /// Agents with a place in it, and why.
    pub members: Vec<Member>,
    /// Its customers: the requester and customer followers (R1.3).
    pub customers: Vec<Participant>,
}

/// The end of a conversation, kept with it so that a list reads no messages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tail {
    /// Who wrote the last reply or note, by name.
    pub from: String,
    /// Its beginning, at most [`Tail::LENGTH`] characters.
    pub text: String,
    /// How many replies agents wrote (R3.3).
    pub agent_replies: i64,
    /// When its customers saw the last entry.
    pub customer_at: DateTime<Utc>,
    /// How many entries its customers see; a note counts to neither.
    pub customer_count: i64,
}

impl Tail {
    /// How many characters of the last words a list row holds.
    pub const LENGTH: usize = 200;
}

/// Why an agent has a place in a conversation. Every cause is kept by itself, so that ending one ends nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent causes, each ended by itself")]
pub struct Member {
    /// Which agent.
    pub agent: AgentId,
    /// Started it.
    pub starter: bool,
    /// Was added by name by somebody who may reply (R5.2).
    pub added: bool,
    /// Follows by its own choice or because of a mention (R7.3).
    pub chosen: bool,
    /// Wrote in it (R7.2).
    pub posted: bool,
    /// Is assigned (R7.2).
    pub assigned: bool,
    /// Follows the linked item (R4.5).
    pub via_item: bool,
    /// Is a member of a group that follows.
    pub via_group: bool,
    /// Unfollowed: is sent nothing, whatever the other causes say (R7.2).
    pub unfollowed: bool,
}

impl Member {
    /// A place without any cause yet.
    pub const fn new(agent: AgentId) -> Self {
        Self {
            agent,
            starter: false,
            added: false,
            chosen: false,
            posted: false,
            assigned: false,
            via_item: false,
            via_group: false,
            unfollowed: false,
        }
    }

    /// Named: started it or was added by name; what private and direct internal conversations ask for (R6.9).
    pub const fn named(&self) -> bool {
        self.starter || self.added
    }

    /// Follows directly, not only through an item or a group (R3.5).
    pub const fn follows_directly(&self) -> bool {
        !self.unfollowed && (self.starter || self.added || self.chosen || self.posted || self.assigned)
    }

    /// Is sent what is written, as far as access goes (R7.1).
    pub const fn follows(&self) -> bool {
        self.follows_directly() || (!self.unfollowed && (self.via_item || self.via_group))
    }

    /// Took part: started it or wrote in it (R3.1).
    pub const fn took_part(&self) -> bool {
        self.starter || self.posted
    }

    /// Whether no cause is left and the place can go.
    pub const fn is_empty(&self) -> bool {
        !(self.starter || self.added || self.chosen || self.posted || self.assigned || self.via_item || self.via_group)
    }
}

/// A customer's place in a customer conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Participant {
    /// Which customer.
    pub customer: CustomerId,
    /// It is about this customer, who is always sent replies (R1.3).
    pub requester: bool,
    /// Was added by an agent.
    pub added: bool,
    /// Follows the linked item (R4.5).
    pub via_item: bool,
    /// Sees entries after this one; 0 for everything.
    pub since: EntrySeq,
}

impl Facts {
    /// Whether it is closed or locked.
    pub const fn shut(&self) -> bool {
        match self.state {
            State::Open => false,
            State::Closed | State::Locked => true,
        }
    }

    /// The place of an agent in it, if any.
    pub fn member(&self, agent: AgentId) -> Option<&Member> {
        self.members.iter().find(|member| member.agent == agent)
    }

    /// The place of an agent in it, made if there is none yet.
    pub fn member_mut(&mut self, agent: AgentId) -> &mut Member {
        let place = self.members.iter().position(|member| member.agent == agent).unwrap_or_else(|| {
            self.members.push(Member::new(agent));
            self.members.len() - 1
        });
        &mut self.members[place]
    }

    /// Makes somebody, or nobody, responsible, and keeps the follow that comes with it (R7.2).
    pub fn set_assignee(&mut self, assignee: Option<&Agent>) {
        if let Some(old) = self.assignee {
            self.member_mut(old).assigned = false;
        }
        self.assignee = assignee.map(|agent| agent.id);
        self.assignee_active = assignee.is_some_and(|agent| agent.active);
        self.needs_reassignment = false;
        if let Some(agent) = assignee {
            let member = self.member_mut(agent.id);
            member.assigned = true;
            member.unfollowed = false;
        }
        self.members.retain(|member| !member.is_empty());
    }

    /// Whether an agent is named in it: its starter or added by name (R6.9).
    pub fn names(&self, agent: AgentId) -> bool {
        self.member(agent).is_some_and(Member::named)
    }

    /// An internal conversation without an item, for its participants only (R6.11).
    pub const fn direct(&self) -> bool {
        matches!(self.audience, Audience::Internal) && self.item.is_none()
    }
}
