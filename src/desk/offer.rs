//! What is on offer, and to whom (R8.1): whatever waits in a polite group, to every member who may be chosen and did not
//! reject it. Nothing of that is stored, so an offer is there and gone for everybody with what makes it.

use super::{
    Desk, Outcome,
    act::Act,
    known::Known,
    page::{Denied, Done, OfferRow, Viewer},
    read::Reading,
    rows,
};
use crate::{
    desk::bell::News,
    domain::{
        conversation::State,
        event::EventKind,
        id::{ConversationId, GroupId},
        people::{Agent, Group, Routing},
        refusal::Refusal,
    },
    policy::{access::Access, routing},
    store::{
        Connection,
        conversations::moment,
        lists,
        offers::{self, Place},
        people,
    },
};

/// How many offers come with every page.
const SHOWN: usize = 9;

/// How many offers are listed or counted at most.
const LISTED: usize = 1_000;

impl Desk {
    /// What is on offer to an agent, the longest waiting first; the first 1000.
    ///
    /// # Errors
    /// Switched off, or a file that cannot be read.
    pub fn offers(&self, who: &Viewer) -> Outcome<Vec<OfferRow>> {
        let reader = self.inner.store.reader()?;
        let snapshot = reader.snapshot()?;
        let me = Self::me(&snapshot, who)?;
        let places = places(&snapshot, &me, &people::groups(&snapshot)?)?;
        offer_rows(&snapshot, &Access::of(&me), &places, None)
    }

    /// Takes what is on offer: the first who does has it, in the same transaction (R8.1). Who has it already and accepts
    /// again did so once.
    ///
    /// # Errors
    /// Never on offer to this agent (not found); somebody else was first, closed or forwarded since, rejected, not ready
    /// (R8.2), without the right to reply (R8.3); restricted where it was private and somebody else has it now (R5.3).
    pub fn accept(&self, who: &Viewer, conversation: ConversationId) -> Outcome<Done> {
        self.write_news(|writing| {
            let mut act = Act::begin(self, writing, who, conversation)?;
            act.accept()?;
            Ok((act.finish()?, News::of(conversation)))
        })
    }

    /// Rejects what is on offer, for this agent alone, as long as it waits (R8.1). Rejecting it again changes nothing.
    ///
    /// # Errors
    /// As [`Desk::accept`].
    pub fn reject(&self, who: &Viewer, conversation: ConversationId) -> Outcome<Done> {
        self.write_news(|writing| {
            let mut act = Act::begin(self, writing, who, conversation)?;
            let changed = act.reject()?;
            let done = act.finish()?;
            Ok((Done { changed, ..done }, News::of(conversation)))
        })
    }
}

impl Act<'_> {
    fn accept(&mut self) -> Outcome<()> {
        if self.facts.assignee == Some(self.me.id) {
            return Ok(());
        }
        self.on_offer()?;
        if offers::rejected(self.writing, self.facts.id, self.me.id)? {
            return Err(refused("R8.1", "You rejected this offer. It is in Unassigned: take it there by hand."));
        }
        let me = self.me.clone();
        self.facts.set_assignee(Some(&me));
        self.line(EventKind::Assigned, &format!("{} accepted this conversation.", me.name), &me.handle)
    }

    fn reject(&mut self) -> Outcome<bool> {
        self.on_offer()?;
        if offers::rejected(self.writing, self.facts.id, self.me.id)? {
            return Ok(false);
        }
        offers::reject(self.writing, self.facts.id, self.me.id)?;
        self.event(EventKind::OfferRejected, "")?;
        Ok(true)
    }

    /// Refuses where it is not on offer to the actor, whether rejected or not. Access was asked before.
    fn on_offer(&self) -> Outcome<()> {
        let (id, group) = (self.facts.id, self.facts.group);
        let polite = match group {
            Some(group) => people::routing(self.writing, group)? == Some(Routing::Polite),
            None => false,
        };
        let offered_here = polite && routing::is_member(&self.me, group);
        if offered_here && offers::waits_in(self.writing, id)?.is_some() {
            if !self.me.reply_to_customers {
                return Err(refused(
                    "R8.3",
                    "Nothing is offered to you: you do not have the right to reply to customers. Ask an administrator for it.",
                ));
            }
            if !self.me.ready {
                return Err(refused(
                    "R8.2",
                    "Nothing is offered to you while you are not ready. Switch yourself to ready, or take it by hand.",
                ));
            }
            return Ok(());
        }
        if offered_here || offers::lost(self.writing, id, self.me.id)? {
            self.gone()?;
        }
        Err(Denied::NotFound(format!("Conversation #{id} is not on offer to you. See “deskline offer list”.")))
    }

    /// Refuses with what became of an offer, where something did.
    fn gone(&self) -> Outcome<()> {
        match self.facts.state {
            State::Closed | State::Locked => {
                return Err(refused(
                    "R8.1",
                    "This conversation was closed and is not on offer any more. Re-open it first.",
                ));
            }
            State::Open => {}
        }
        let Some(assignee) = self.facts.assignee else { return Ok(()) };
        let name = people::agent_by_id(self.writing, assignee)?.map_or_else(|| "Somebody".to_owned(), |it| it.name);
        Err(refused("R8.1", &format!("{name} has this conversation already. Take another one.")))
    }
}

fn refused(rule: &'static str, text: &str) -> Denied {
    Refusal::denied(rule, text).into()
}

/// The first offers of an agent, as rows, and how many there are in all, to 1000.
pub(super) fn shown(
    reading: &Reading<'_>,
    groups: &[Group],
    known: Option<Known<'_>>,
) -> Outcome<(Vec<OfferRow>, u32)> {
    let mut places = places(reading.connection, &reading.me, groups)?;
    let offered = u32::try_from(places.len()).unwrap_or(u32::MAX);
    places.truncate(SHOWN);
    Ok((offer_rows(reading.connection, &reading.access, &places, known)?, offered))
}

/// Where what is on offer to an agent stands, the longest waiting first, at most [`LISTED`].
fn places(connection: &Connection, me: &Agent, groups: &[Group]) -> Outcome<Vec<Place>> {
    if !routing::is_available(me) {
        return Ok(Vec::new());
    }
    let polite = |group: &&Group| group.routing == Routing::Polite && me.groups.contains(&group.id);
    let lines: Vec<GroupId> = groups.iter().filter(polite).map(|group| group.id).collect();
    let mut places = Vec::new();
    for group in lines {
        places.extend(offers::offered(connection, group, me.id, LISTED)?);
    }
    places.sort_unstable();
    places.truncate(LISTED);
    Ok(places)
}

/// Offers as rows. Who is in the group of an unassigned conversation may read it; asked all the same, since nothing may
/// reach a screen unasked.
fn offer_rows(
    connection: &Connection,
    access: &Access,
    places: &[Place],
    known: Option<Known<'_>>,
) -> Outcome<Vec<OfferRow>> {
    let mut offers = Vec::new();
    for place in places {
        if let Some(conversation) = known.and_then(|known| known.offer(place.conversation)) {
            offers.push(OfferRow { conversation, since: moment(place.since) });
        } else if lists::is_readable(connection, access, place.conversation)?
            && let Some(conversation) = rows::row(connection, access, place.conversation)?
        {
            offers.push(OfferRow { conversation, since: moment(place.since) });
        }
    }
    Ok(offers)
}
