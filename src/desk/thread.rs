//! One opened conversation: its entries, its people, and what the viewer may do with it.

use super::{
    Desk, Outcome,
    act::lock_reason,
    directory::{customer_row, drafts_at},
    mail,
    page::{Follower, FollowerKind, May, Opened, Person, Readers, Thread, ThreadStart, ThreadWants, Verdict, Viewer},
    read::Reading,
    rows,
};
use crate::{
    domain::{
        conversation::{Audience, EntryKind, Facts, Privacy},
        decide::{Change, change_state},
        id::{ConversationId, EntrySeq},
        people::Agent,
        refusal::Refusal,
    },
    policy::{
        access::Access,
        audience,
        rights::{self, Circumstances},
    },
    store::{
        Connection, conversations, merges,
        messages::{self, Window},
        notices, people, reading,
    },
};

/// Opens a conversation for a viewer, as far as access goes (R6.6).
pub(super) fn open(desk: &Desk, reading: &Reading<'_>, who: &Viewer, wants: &ThreadWants) -> Outcome<Opened> {
    let id = wants.conversation;
    let connection = reading.connection;
    let Some(facts) = conversations::load_facts(connection, id)? else { return Ok(Opened::NotFound(id)) };
    if !reading.access.holds(&facts) {
        return Ok(if notices::was_told(connection, who.id, id)? {
            Opened::Restricted(id)
        } else {
            Opened::NotFound(id)
        });
    }
    if reading.access.withheld(&facts) && !desk.has_opened(who, id) {
        return Ok(Opened::NotFound(id));
    }
    Ok(Opened::Thread(Box::new(thread(desk, reading, who, &facts, wants)?)))
}

/// Whether a viewer can read a conversation as things stand.
pub(super) fn may_open(desk: &Desk, reading: &Reading<'_>, who: &Viewer, id: ConversationId) -> Outcome<bool> {
    let facts = conversations::load_facts(reading.connection, id)?;
    Ok(facts.is_some_and(|facts| {
        reading.access.holds(&facts) && (!reading.access.withheld(&facts) || desk.has_opened(who, id))
    }))
}

fn thread(desk: &Desk, reading: &Reading<'_>, who: &Viewer, facts: &Facts, wants: &ThreadWants) -> Outcome<Thread> {
    let connection = reading.connection;
    let window = match wants.start {
        ThreadStart::End => Window::End,
        ThreadStart::Before(seq) => Window::Before(seq),
        ThreadStart::From(seq) => Window::From(seq),
    };
    let stored = messages::window(connection, facts.id, window, wants.entries)?;
    let first = stored.first().map_or(EntrySeq(1), |entry| entry.seq);
    let last = stored.last().map_or(facts.last_seq, |entry| entry.seq);
    let settings = people::settings(connection)?;
    let eyes =
        rows::Eyes { agent: who.id, administers: reading.access.everything(), undo_seconds: settings.undo_seconds };
    let mut entries = rows::entries_for(connection, facts.id, stored, &eyes)?;
    mail::say_where_nobody_sends(connection, &mut entries, desk.now())?;
    let row = rows::opened_row(connection, &reading.access, facts.id)?;
    let row = row.ok_or_else(|| super::act::not_found(facts.id))?;
    let reason = lock_reason(connection, facts)?;
    let around = Circumstances {
        lock_reason: &reason,
        private_conversations: settings.private_conversations,
        merged_away: merges::resolve(connection, facts.id)? != facts.id,
    };
    let agents = people::agents(connection)?;
    let readings = reading::load(connection, facts.id)?;
    let (replies, notes) = messages::count(connection, facts.id)?;
    let read_up_to = match readings.0.iter().find(|it| it.agent == who.id) {
        Some(own) => own.up_to,
        None if row.unread => EntrySeq(0),
        None => facts.last_seq,
    };
    let may = may(&reading.me, facts, &around);
    let names_customers = facts.audience == Audience::Customer;
    let names = may.people.allowed && names_customers;
    Ok(Thread {
        suggested: if names { mail::suggested(connection, facts)? } else { Vec::new() },
        likenesses: if names { mail::likenesses(connection, &reading.access, facts)? } else { Vec::new() },
        earlier: first.0 > 1 && !entries.is_empty(),
        later: last < facts.last_seq,
        last_seq: facts.last_seq,
        read_up_to,
        followers: followers(connection, facts, &agents)?,
        rings: mail::rings_of_undelivered(connection, who.id, facts.id)?,
        present: desk.inner.presence.others(who.id, &reading.access, facts, &agents, desk.now()),
        may,
        reply_to: Readers {
            // What came by another door waits for its customers there.
            by_mail: names_customers && row.channel.as_deref().is_none_or(|channel| channel == "email"),
            ..readers(connection, &reading.me, facts, EntryKind::Reply, &agents)?
        },
        note_to: readers(connection, &reading.me, facts, EntryKind::Note, &agents)?,
        drafts: drafts_at(connection, who, &super::page::DraftPlace::Conversation(facts.id))?,
        following: facts.member(who.id).is_some_and(crate::domain::conversation::Member::follows),
        replies: u32::try_from(replies).unwrap_or(u32::MAX),
        notes: u32::try_from(notes).unwrap_or(u32::MAX),
        row,
        entries,
    })
}

/// What a viewer may do: the very rights that a command is held to, so that what is greyed out and what is refused cannot differ.
fn may(me: &Agent, facts: &Facts, around: &Circumstances<'_>) -> May {
    let state = |change: Change| -> rights::Right {
        rights::change_state(me, facts)?;
        change_state(facts.state, change).map(|_| ())
    };
    let other = match facts.privacy {
        Privacy::Private => Privacy::Public,
        Privacy::Public => Privacy::Private,
    };
    let verdict = |right: rights::Right| Verdict::from(&right);
    May {
        reply: verdict(rights::reply(me, facts, around)),
        note: verdict(rights::note(me, facts, around)),
        close: verdict(state(Change::Close)),
        reopen: verdict(state(Change::Reopen)),
        lock: verdict(state(Change::Lock)),
        unlock: verdict(state(Change::Unlock)),
        assign: verdict(rights::assign(me, facts, around)),
        take: verdict(rights::take(me, facts, around)),
        release: verdict(rights::assign(me, facts, around).and_then(|()| match facts.assignee {
            Some(_) => Ok(()),
            None => Err(Refusal::denied("R5.4", "It is assigned to nobody.")),
        })),
        forward: verdict(rights::assign(me, facts, around)),
        set_privacy: verdict(rights::set_privacy(me, facts, other, around)),
        link: verdict(rights::arrange(me, facts, around)),
        create_item: verdict(rights::arrange(me, facts, around)),
        people: verdict(rights::people(me, facts, around)),
        follow: verdict(rights::follow(me, facts, around)),
    }
}

/// Who will receive what is written (R1.5), the writer aside.
fn readers(connection: &Connection, me: &Agent, facts: &Facts, kind: EntryKind, agents: &[Agent]) -> Outcome<Readers> {
    let (mut customers, mut addresses) = (Vec::new(), Vec::new());
    for customer in audience::customers(facts, kind, None) {
        if let Some(customer) = people::customer_by_id(connection, customer)? {
            let person = customer_row(customer).person;
            customers.push(person.name);
            addresses.push(person.address);
        }
    }
    let agents = agents.iter().filter(|agent| audience::is_sent(agent, facts, Some(me.id))).count();
    Ok(Readers { by_mail: false, customers, addresses, agents: u32::try_from(agents).unwrap_or(u32::MAX) })
}

fn followers(connection: &Connection, facts: &Facts, agents: &[Agent]) -> Outcome<Vec<Follower>> {
    let mut followers = Vec::new();
    for place in &facts.customers {
        if let Some(customer) = people::customer_by_id(connection, place.customer)? {
            followers.push(Follower {
                person: customer_row(customer).person,
                kind: FollowerKind::Customer,
                requester: place.requester,
                added: place.added,
                via_item: place.via_item && !place.added && !place.requester,
                dormant: false,
            });
        }
    }
    for member in facts.members.iter().filter(|member| member.follows() || member.added) {
        if let Some(agent) = agents.iter().find(|agent| agent.id == member.agent) {
            followers.push(Follower {
                person: Person { name: agent.name.clone(), address: agent.handle.clone() },
                kind: FollowerKind::Agent,
                requester: false,
                added: member.added,
                via_item: !member.follows_directly(),
                dormant: !Access::of(agent).holds(facts),
            });
        }
    }
    let groups = people::groups(connection)?;
    for (group, via_item) in conversations::following_groups(connection, facts.id)? {
        if let Some(group) = groups.iter().find(|it| it.id == group) {
            let person = Person { name: group.name.clone(), address: group.name.clone() };
            followers.push(Follower {
                person,
                kind: FollowerKind::Group,
                requester: false,
                added: !via_item,
                via_item,
                dormant: false,
            });
        }
    }
    Ok(followers)
}
