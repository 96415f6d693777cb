//! What happened.

use super::words::words;

words! {
    /// The name of an event, in the event log and the audit log.
    EventKind {
        /// A conversation began.
        Started = "started",
        /// Somebody wrote to everybody in it.
        Replied = "replied",
        /// An agent wrote for agents.
        Noted = "noted",
        /// A reply was taken back before it left by mail.
        TakenBack = "taken-back",
        /// A reply that did not reach somebody is sent again.
        SentAgain = "sent-again",
        /// A reply that was held may leave.
        MailReleased = "mail-released",
        /// A reply that was held never leaves.
        MailDiscarded = "mail-discarded",
        /// It was put away.
        Closed = "closed",
        /// It was taken up again.
        Reopened = "reopened",
        /// Nobody may reply from here.
        Locked = "locked",
        /// People may reply again.
        Unlocked = "unlocked",
        /// An agent is responsible.
        Assigned = "assigned",
        /// Nobody is responsible.
        Released = "released",
        /// An agent does not want it while it is on offer (R8.1).
        OfferRejected = "offer-rejected",
        /// Another group has it.
        Forwarded = "forwarded",
        /// Somebody takes part.
        Added = "added",
        /// Somebody takes part no more.
        Removed = "removed",
        /// An agent follows.
        Followed = "followed",
        /// An agent follows no more.
        Unfollowed = "unfollowed",
        /// It belongs to an item.
        Linked = "linked",
        /// It belongs to no item.
        Unlinked = "unlinked",
        /// An item was made.
        ItemCreated = "item-created",
        /// An item was changed.
        ItemChanged = "item-changed",
        /// It was made private.
        MadePrivate = "made-private",
        /// It was made public.
        MadePublic = "made-public",
        /// A mail of it was not delivered, or was unwanted.
        DeliveryFailed = "delivery-failed",
        /// A mail of it was not delivered yet.
        DeliveryDelayed = "delivery-delayed",
        /// A colleague answered by mail, in a mail program.
        AnsweredOutside = "answered-outside",
        /// An administrator let a mail that came in and was held go its way.
        LetterReleased = "letter-released",
        /// An administrator threw a mail away that came in and was held.
        LetterDiscarded = "letter-discarded",
        /// It was merged into another.
        Merged = "merged",
        /// Its merging was undone.
        Unmerged = "unmerged",
        /// An administrator opened a direct conversation of others (R6.11).
        OpenedDirect = "opened-direct",
        /// An administrator looked at what a customer can see.
        ViewedCustomer = "viewed-customer",
        /// An agent was added.
        AgentAdded = "agent-added",
        /// An agent's role, activity or rights changed.
        AgentChanged = "agent-changed",
        /// A public key lets an agent in.
        KeyAdded = "key-added",
        /// A public key lets an agent in no more.
        KeyRevoked = "key-revoked",
        /// An agent was invited to bring a key.
        InviteMade = "invite-made",
        /// An invite let a key in.
        InviteUsed = "invite-used",
        /// A group was added.
        GroupAdded = "group-added",
        /// A group was changed.
        GroupChanged = "group-changed",
        /// An agent joined a group.
        GroupJoined = "group-joined",
        /// An agent left a group.
        GroupLeft = "group-left",
        /// A customer was added by hand.
        CustomerAdded = "customer-added",
        /// A customer's record changed.
        CustomerChanged = "customer-changed",
        /// A setting changed.
        SettingChanged = "setting-changed",
        /// Conversations were imported.
        Imported = "imported",
        /// A backup was written.
        BackedUp = "backed-up",
        /// The desk was created.
        DeskCreated = "desk-created",
    }
}
