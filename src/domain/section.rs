//! The lists of the messenger (R3.1, R3.4).

use super::{
    conversation::{Audience, Facts, Member},
    words::words,
};

words! {
    /// One list of the sidebar, by its key.
    Section {
        /// Open, unassigned, in my groups.
        Unassigned = "unassigned",
        /// Open, assigned to me.
        Live = "live",
        /// Private without an active assignee; owner and admins.
        NeedsReassignment = "needs-reassignment",
        /// Every conversation; owner and admins.
        All = "all",
        /// Open customer conversations.
        Open = "open",
        /// Items that nobody has answered.
        Unanswered = "unanswered",
        /// Closed and locked customer conversations.
        Closed = "closed",
        /// Open customer conversations I follow.
        CustomerReplies = "customer-replies",
        /// Open internal conversations that others started.
        InternalInbox = "internal-inbox",
        /// Open internal conversations I started.
        InternalSent = "internal-sent",
        /// Closed and locked ones of both audiences.
        AllClosed = "all-closed",
    }
}

words! {
    /// The parts of the sidebar.
    Part {
        /// Queue.
        Queue = "queue",
        /// From Customers.
        FromCustomers = "from-customers",
        /// My Conversations.
        MyConversations = "my-conversations",
    }
}

impl Part {
    /// The heading in the sidebar.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Queue => "Queue",
            Self::FromCustomers => "From Customers",
            Self::MyConversations => "My Conversations",
        }
    }
}

impl Section {
    /// The part it stands in.
    pub const fn part(self) -> Part {
        match self {
            Self::Unassigned | Self::Live | Self::NeedsReassignment | Self::All => Part::Queue,
            Self::Open | Self::Unanswered | Self::Closed => Part::FromCustomers,
            Self::CustomerReplies | Self::InternalInbox | Self::InternalSent | Self::AllClosed => Part::MyConversations,
        }
    }

    /// Its full title, as the list's header says it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unassigned => "Unassigned",
            Self::Live => "Live",
            Self::NeedsReassignment => "Needs reassignment",
            Self::All => "All conversations",
            Self::Open => "Open conversations",
            Self::Unanswered => "Unanswered items",
            Self::Closed => "Closed conversations",
            Self::CustomerReplies => "Customer replies",
            Self::InternalInbox => "Internal Inbox",
            Self::InternalSent => "Internal Sent",
            Self::AllClosed => "All Closed",
        }
    }

    /// Its short title for the sidebar.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Closed => "Closed",
            Self::Unassigned
            | Self::Live
            | Self::NeedsReassignment
            | Self::All
            | Self::Unanswered
            | Self::CustomerReplies
            | Self::InternalInbox
            | Self::InternalSent
            | Self::AllClosed => self.title(),
        }
    }
}

/// The list of My Conversations that a conversation stands in for an agent with a place in it (R3.1, R3.2). A direct one
/// stands with its participants alone, whoever else followed it while it was linked (R6.11); being named in an internal one
/// is taking part.
pub fn own_list(facts: &Facts, member: &Member) -> Option<Section> {
    if facts.direct() && !member.named() {
        return None;
    }
    let named = facts.audience == Audience::Internal && member.named();
    let concerns = member.follows() || member.took_part() || named;
    match (facts.shut(), facts.audience) {
        (true, _) => concerns.then_some(Section::AllClosed),
        (false, Audience::Customer) => member.follows().then_some(Section::CustomerReplies),
        (false, Audience::Internal) if member.starter => Some(Section::InternalSent),
        (false, Audience::Internal) => concerns.then_some(Section::InternalInbox),
    }
}

/// The list of From Customers that it stands in under the scope `followed` (R3.5).
pub fn followed_list(facts: &Facts, member: &Member) -> Option<Section> {
    let followed = facts.audience == Audience::Customer && member.follows_directly();
    followed.then_some(if facts.shut() { Section::Closed } else { Section::Open })
}
