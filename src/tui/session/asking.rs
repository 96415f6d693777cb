//! What the screen asks, as calls of the desk.

use super::files;
use crate::{
    desk::{
        CustomerChange, Desk, ItemChange, NewAgent, NewItem, Opening,
        page::{Denied, Viewer},
    },
    domain::key::InviteCode,
    tui::ask::{Answer, Ask},
};

/// Asks the desk in the viewer's name; `opening` is what was opened deliberately last.
pub fn ask(desk: &Desk, who: &Viewer, ask: &Ask, opening: &mut Option<Opening>) -> Result<Answer, Denied> {
    let kept = |()| Answer::Kept;
    match ask {
        Ask::Run { conversation, command } => {
            desk.run(who, *conversation, command.clone()).map(|done| Answer::Done(Box::new(done)))
        }
        Ask::Start(start) => desk.start(who, start).map(|done| Answer::Done(Box::new(done))),
        Ask::SaveDraft { place, mode, text, files } => desk.save_draft_with(who, place, *mode, text, files).map(kept),
        Ask::Attach(_) | Ask::CompletePath(_) | Ask::SaveAttached { .. } => Err(files::elsewhere()),
        Ask::OpenDirect(conversation) => {
            *opening = desk.open_direct(who, *conversation)?;
            Ok(Answer::Kept)
        }
        Ask::AcceptOffer { conversation, .. } => {
            desk.accept(who, *conversation).map(|done| Answer::Done(Box::new(done)))
        }
        Ask::RejectOffer(conversation) => desk.reject(who, *conversation).map(|done| Answer::Done(Box::new(done))),
        Ask::TakeBack { conversation, entry } => desk.cancel_mail(who, *conversation, *entry).map(kept),
        Ask::SendAgain { conversation, entry } => desk.retry_mail(who, *conversation, *entry).map(kept),
        Ask::Merge { from, into, confirmed } => {
            desk.merge(who, *from, *into, *confirmed).map(|done| Answer::Done(Box::new(done)))
        }
        Ask::UndoMerge(from) => desk.undo_merge(who, *from).map(|done| Answer::Done(Box::new(done))),
        Ask::ClearNotices => desk.clear_notices(who).map(|_| Answer::Kept),
        Ask::SeeHeld => desk.see_held(who).map(kept),
        Ask::Dismiss(conversation, address) => desk.dismiss_suggestion(who, *conversation, address).map(kept),
        Ask::AddItem { kind, title, requester, project, description } => {
            let new = NewItem {
                kind: *kind,
                title: title.clone(),
                requester: requester.clone(),
                project: *project,
                description: description.clone(),
            };
            desk.add_item(who, &new).map(|row| Answer::Item(row.item.key))
        }
        Ask::SetItem { item, title, status, assignee } => {
            let change = ItemChange { title: title.clone(), status: *status, assignee: assignee.clone() };
            desk.set_item(who, *item, &change).map(|row| Answer::Item(row.item.key))
        }
        Ask::Invite(handle) => desk.invite(who, handle, &code()?).map(Answer::Invited),
        Ask::FollowItem(item, follow) => desk.follow_item(who, *item, *follow).map(kept),
        Ask::AddItemFollower(item, party) => desk.add_item_follower(who, *item, party).map(kept),
        Ask::AddAgent { .. }
        | Ask::SetAgent(..)
        | Ask::RevokeKey(_)
        | Ask::AddGroup(..)
        | Ask::SetGroup(..)
        | Ask::JoinGroup(..)
        | Ask::LeaveGroup(..)
        | Ask::AddCustomer { .. }
        | Ask::SetCustomer { .. }
        | Ask::ReleaseMail { .. }
        | Ask::DiscardMail(_)
        | Ask::ReleaseReply(..)
        | Ask::DiscardReply(..)
        | Ask::SaveSettings(_) => administer(desk, who, ask, opening),
    }
}

/// What administration asks, and what agents set for themselves.
fn administer(desk: &Desk, who: &Viewer, ask: &Ask, opening: &mut Option<Opening>) -> Result<Answer, Denied> {
    match ask {
        Ask::AddAgent { handle, name, role, groups } => {
            let new = NewAgent { handle: handle.clone(), name: name.clone(), role: *role, groups: groups.clone() };
            desk.add_agent(who, &new).map(drop)
        }
        Ask::SetAgent(handle, change) => desk.set_agent(who, handle, change).map(drop),
        Ask::RevokeKey(fingerprint) => desk.revoke_key(who, fingerprint).map(drop),
        Ask::AddGroup(name, routing) => desk.add_group(who, name, *routing).map(drop),
        Ask::SetGroup(name, routing) => desk.set_group(who, name, *routing).map(drop),
        Ask::JoinGroup(group, handle) => desk.join_group(who, group, handle).map(drop),
        Ask::LeaveGroup(group, handle) => desk.leave_group(who, group, handle).map(drop),
        Ask::AddCustomer { address, name, organization } => {
            desk.add_customer(who, address, name.as_deref(), organization.as_deref()).map(drop)
        }
        Ask::SetCustomer { address, name, organization, blocked } => {
            let change = CustomerChange { name: name.clone(), organization: organization.clone(), blocked: *blocked };
            desk.set_customer(who, address, &change).map(drop)
        }
        Ask::ReleaseMail { mail, confirmed } => {
            desk.release_held(who, *mail, &|raw| desk.letter(raw), *confirmed).map(drop)
        }
        Ask::DiscardMail(mail) => desk.discard_held(who, *mail),
        Ask::ReleaseReply(conversation, entry) => desk.release_reply(who, *conversation, *entry),
        Ask::DiscardReply(conversation, entry) => desk.discard_reply(who, *conversation, *entry),
        Ask::SaveSettings(changes) => desk.save_settings(who, changes).map(drop),
        Ask::Run { .. }
        | Ask::Start(_)
        | Ask::SaveDraft { .. }
        | Ask::Attach(_)
        | Ask::CompletePath(_)
        | Ask::SaveAttached { .. }
        | Ask::OpenDirect(_)
        | Ask::AcceptOffer { .. }
        | Ask::RejectOffer(_)
        | Ask::TakeBack { .. }
        | Ask::SendAgain { .. }
        | Ask::Merge { .. }
        | Ask::UndoMerge(_)
        | Ask::Invite(_)
        | Ask::ClearNotices
        | Ask::SeeHeld
        | Ask::Dismiss(..)
        | Ask::AddItem { .. }
        | Ask::SetItem { .. }
        | Ask::FollowItem(..)
        | Ask::AddItemFollower(..) => return self::ask(desk, who, ask, opening),
    }
    .map(|()| Answer::Kept)
}

/// A new invite's code, drawn at random.
fn code() -> Result<InviteCode, Denied> {
    let mut chance = [0; 20];
    getrandom::fill(&mut chance)
        .map_err(|error| Denied::Failed(format!("No code can be drawn: {error}. Try again.")))?;
    Ok(InviteCode::drawn(chance))
}
