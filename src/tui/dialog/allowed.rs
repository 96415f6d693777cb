//! Why an action cannot be done where the screen stands: what is greyed out and what is refused come from the same verdict.

use crate::{
    desk::page::{Opened, Page, Thread, ThreadStart, ThreadWants, Verdict, Wants},
    domain::{conversation::State, id::ConversationId},
    tui::{
        delivery,
        dialog::{Attachments, quoting},
        keymap::Action,
        model::{Area, Model},
    },
};

/// A conversation with what the viewer may do with it, where the page holds it.
pub fn thread_of(page: &Page, id: ConversationId) -> Option<&Thread> {
    match page.opened.as_ref()? {
        Opened::Thread(thread) if thread.row.id == id => Some(thread),
        Opened::Thread(_) | Opened::Restricted(_) | Opened::NotFound(_) => None,
    }
}

/// What a dialog is about, for its title: "#4821", or "3 conversations" where several are chosen in the list.
pub fn about(model: &Model, id: ConversationId) -> String {
    let chosen = if model.area == Area::List { model.list.chosen.len() } else { 0 };
    if chosen > 1 { format!("{chosen} conversations") } else { format!("#{id}") }
}

/// Asks for a conversation's rights and people, where the screen does not show that conversation already.
pub fn want_thread(wants: &mut Wants, conversation: ConversationId) {
    if wants.thread.as_ref().is_none_or(|thread| thread.conversation != conversation) {
        wants.thread = Some(ThreadWants { conversation, start: ThreadStart::End, entries: 1 });
    }
}

/// Why an action cannot be done here, in a sentence with what would help; `None` where nothing is known against it. The
/// desk has the last word.
pub fn why_not(action: Action, model: &Model) -> Option<String> {
    if matches!(action, Action::Administration | Action::GoToHeld) && !model.page.me.role.administers() {
        return Some("Administration is for the owner and admins. Ask one of them.".to_owned());
    }
    if OFFERS.contains(&action) && model.page.offers.is_empty() {
        let ready = if model.page.me.ready { "" } else { " You are not ready." };
        return Some(format!("Nothing is on offer to you.{ready}"));
    }
    if action == Action::Attach && model.composer.is_none() {
        return Some("Files go with a message. Write one first: r or n.".to_owned());
    }
    let target = model.target();
    if CONVERSATION.contains(&action) && target.is_none() {
        return Some("No conversation is selected. Pick one in a list first.".to_owned());
    }
    let thread = thread_of(&model.page, target?)?;
    missing(action, thread).or_else(|| about_mail(action, thread, model)).map(str::to_owned).or_else(|| {
        let verdict = verdict(action, thread)?;
        let why = || verdict.why.clone().unwrap_or_else(|| "You may not do this here.".to_owned());
        (!verdict.allowed).then(why)
    })
}

/// Actions that are about what is on offer.
const OFFERS: [Action; 4] = [Action::Offers, Action::AcceptOffer, Action::AcceptAndOpen, Action::RejectOffer];

/// Actions that are about one conversation.
const CONVERSATION: [Action; 26] = [
    Action::Reply,
    Action::Note,
    Action::Assign,
    Action::Take,
    Action::Release,
    Action::Forward,
    Action::CloseOrReopen,
    Action::LockOrUnlock,
    Action::PrivateOrPublic,
    Action::FollowOrUnfollow,
    Action::CreateItem,
    Action::CreateTicket,
    Action::CreateTask,
    Action::CreateArticle,
    Action::Link,
    Action::Unlink,
    Action::ItemDetails,
    Action::CustomerDetails,
    Action::People,
    Action::ConversationMenu,
    Action::ForwardByMail,
    Action::SendAgain,
    Action::TakeBack,
    Action::AddNamed,
    Action::Merge,
    Action::SaveAttachments,
];

fn missing(action: Action, thread: &Thread) -> Option<&'static str> {
    let row = &thread.row;
    if action == Action::Unlink && row.item.is_none() {
        return Some("It is not linked to an item.");
    }
    if action == Action::ItemDetails && row.item.is_none() {
        return Some("No linked item. Link one first.");
    }
    if action == Action::CustomerDetails && row.requester.is_none() {
        return Some("It has no customer: it is internal.");
    }
    None
}

fn about_mail(action: Action, thread: &Thread, model: &Model) -> Option<&'static str> {
    if action == Action::ForwardByMail {
        return quoting::meant(model).err();
    }
    if action == Action::SaveAttachments {
        return Attachments::shown(model).err();
    }
    if action == Action::SendAgain && delivery::to_send_again(model).is_none() {
        return Some("Nothing here failed to leave by mail.");
    }
    if action == Action::TakeBack && delivery::to_take_back(model).is_none() {
        return Some("Nothing here can be taken back any more.");
    }
    if action == Action::AddNamed && thread.suggested.is_empty() {
        return Some("Its mails name nobody who does not take part already.");
    }
    if action == Action::Merge && thread.likenesses.is_empty() && thread.row.requester.is_none() {
        return Some("It looks like no other conversation that you can see.");
    }
    None
}

fn verdict(action: Action, thread: &Thread) -> Option<&Verdict> {
    let may = &thread.may;
    let (shut, locked) = match thread.row.state {
        State::Open => (false, false),
        State::Closed => (true, false),
        State::Locked => (true, true),
    };
    let verdicts = [
        (Action::Reply, &may.reply),
        (Action::Note, &may.note),
        (Action::Assign, &may.assign),
        (Action::Take, &may.take),
        (Action::Release, &may.release),
        (Action::Forward, &may.forward),
        (Action::CloseOrReopen, if shut { &may.reopen } else { &may.close }),
        (Action::LockOrUnlock, if locked { &may.unlock } else { &may.lock }),
        (Action::PrivateOrPublic, &may.set_privacy),
        (Action::FollowOrUnfollow, &may.follow),
        (Action::CreateItem, &may.create_item),
        (Action::CreateTicket, &may.create_item),
        (Action::CreateTask, &may.create_item),
        (Action::CreateArticle, &may.create_item),
        (Action::SendAgain, &may.reply),
        (Action::TakeBack, &may.reply),
        (Action::AddNamed, &may.people),
        (Action::Merge, &may.people),
        (Action::Link, &may.link),
        (Action::Unlink, &may.link),
    ];
    verdicts.into_iter().find(|(named, _)| *named == action).map(|(_, verdict)| verdict)
}
