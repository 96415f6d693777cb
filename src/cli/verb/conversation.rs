//! `conversation …`: reading, writing and everything done with one.

use super::item::{named, print_item, print_rows};
use crate::{
    cli::{
        arguments::{ConversationCommand, StartArguments},
        attaching,
        call::{Acting, Call},
        failure::Failure,
        json::{ConversationJson, DeliveryJson, DoneJson, HeldReplyJson, LikenessJson, ThreadJson, print_thread},
        output::Output,
    },
    desk::page::{Cursor, Done, ListStart, ListWants, Listed, Opened, Thread, ThreadStart, ThreadWants, Wants},
    domain::{
        command::{Command, Start, StartWith, Writing},
        conversation::Privacy,
        id::{ConversationId, EntrySeq},
        refusal::Refusal,
        section::Section,
    },
};

/// The most rows or messages of one reading, so that none holds the desk for long.
const WINDOW: usize = 500;

/// Does what `conversation …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: ConversationCommand, call: &mut Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let (id, act) = match command {
        ConversationCommand::List { section, limit, after } => {
            return list(&acting, section, limit as usize, after, output);
        }
        ConversationCommand::Show { id } => return show(&acting, id, output),
        ConversationCommand::Start(arguments) => return start(&acting, arguments, call, output),
        ConversationCommand::Likenesses { id } => {
            let likenesses = acting.desk.likenesses(&acting.viewer, id)?;
            return output.rows(&likenesses.iter().map(LikenessJson::from).collect::<Vec<_>>());
        }
        ConversationCommand::Merge { id, into, yes } => {
            return print_done(&acting.desk.merge(&acting.viewer, id, into, yes)?, output);
        }
        ConversationCommand::Attachment { id, entry, number } => {
            let content = acting.desk.attachment(&acting.viewer, id, entry, usize::from(number))?;
            let missing =
                || Failure::not_found(format!("Message {entry} of #{id} has no attachment {number} to give."));
            return output.bytes(&content.ok_or_else(missing)?);
        }
        ConversationCommand::Unmerge { id } => {
            return print_done(&acting.desk.undo_merge(&acting.viewer, id)?, output);
        }
        ConversationCommand::CreateItem { id, kind, title } => {
            let done = acting.desk.run(&acting.viewer, id, Command::CreateItem { kind, title })?;
            return match &done.item {
                Some(item) => print_item(&acting, item.key, output),
                None => print_done(&done, output),
            };
        }
        ConversationCommand::TakeBack { id, entry } => {
            acting.desk.cancel_mail(&acting.viewer, id, entry)?;
            return mail_done(&acting, id, entry, output);
        }
        ConversationCommand::SendAgain { id, entry } => {
            acting.desk.retry_mail(&acting.viewer, id, entry)?;
            return mail_done(&acting, id, entry, output);
        }
        ConversationCommand::ReleaseReply { id, entry } => {
            acting.desk.release_reply(&acting.viewer, id, entry)?;
            return mail_done(&acting, id, entry, output);
        }
        ConversationCommand::DiscardReply { id, entry } => {
            acting.desk.discard_reply(&acting.viewer, id, entry)?;
            return mail_done(&acting, id, entry, output);
        }
        ConversationCommand::Held => {
            let held = acting.desk.held_replies(&acting.viewer)?;
            return output.rows(&held.iter().map(HeldReplyJson::from).collect::<Vec<_>>());
        }
        ConversationCommand::Reply { id, seen, client_id, yes, text, files } => {
            let (text, files) = attaching::text_and_files(&text, &files, &mut call.input)?;
            (id, Command::Reply(Writing { text, seen, client_id, confirmed: yes, files }))
        }
        ConversationCommand::Note { id, text, files } => {
            let (text, files) = attaching::text_and_files(&text, &files, &mut call.input)?;
            (id, Command::Note(Writing { text, files, ..Writing::default() }))
        }
        ConversationCommand::Close { id } => (id, Command::Close),
        ConversationCommand::Reopen { id } => (id, Command::Reopen),
        ConversationCommand::Lock { id } => (id, Command::Lock),
        ConversationCommand::Unlock { id } => (id, Command::Unlock),
        ConversationCommand::Assign { id, handle } => (id, Command::Assign(handle)),
        ConversationCommand::Release { id, yes } => (id, Command::Release { confirmed: yes }),
        ConversationCommand::Forward { id, group, yes } => (id, Command::Forward { group, confirmed: yes }),
        ConversationCommand::Follow { id } => (id, Command::Follow),
        ConversationCommand::Unfollow { id } => (id, Command::Unfollow),
        ConversationCommand::Add { id, party, yes } => (id, Command::Add { party: named(party)?, confirmed: yes }),
        ConversationCommand::Remove { id, party } => (id, Command::Remove(named(party)?)),
        ConversationCommand::Link { id, item, yes } => (id, Command::Link { item, confirmed: yes }),
        ConversationCommand::Unlink { id } => (id, Command::Unlink),
        ConversationCommand::Private { id } => {
            (id, Command::SetPrivacy { privacy: Privacy::Private, confirmed: false })
        }
        ConversationCommand::Public { id, yes } => {
            (id, Command::SetPrivacy { privacy: Privacy::Public, confirmed: yes })
        }
        ConversationCommand::Read { id } => (id, Command::MarkRead(None)),
        ConversationCommand::Unread { id } => (id, Command::MarkUnread),
    };
    print_done(&acting.desk.run(&acting.viewer, id, act)?, output)
}

/// Prints what an act did.
///
/// # Errors
/// Where standard output does not take it.
pub fn print_done(done: &Done, output: &mut Output) -> Result<(), Failure> {
    let json = DoneJson::from(done);
    if output.json() {
        return output.object(&json);
    }
    output.line(&json.sentence(done.changed))?;
    for handle in &done.not_notified {
        output.notice(&format!("@{handle} cannot see this conversation, not notified."));
    }
    Ok(())
}

/// Prints where the mails of a reply stand now.
fn mail_done(acting: &Acting, id: ConversationId, entry: EntrySeq, output: &mut Output) -> Result<(), Failure> {
    let thread = window(acting, id, entry)?;
    let delivery = thread.entries.first().map(|entry| entry.delivery.as_slice()).unwrap_or_default();
    output.rows(&delivery.iter().map(DeliveryJson::from).collect::<Vec<_>>())
}

fn list(
    acting: &Acting,
    section: Section,
    limit: usize,
    after: Option<String>,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut start = after.map_or(ListStart::Top, |cursor| ListStart::After(Cursor(cursor)));
    let (mut conversations, mut items) = (Vec::new(), Vec::new());
    loop {
        let rows = (limit - conversations.len() - items.len()).min(WINDOW);
        let wants = Wants { list: Some(ListWants { section, start, rows }), ..Wants::default() };
        let Some(page) = acting.read(wants)?.list else { break };
        let last = match page.rows {
            Listed::Conversations(rows) => {
                conversations.extend(rows);
                conversations.last().map(|row| row.cursor.clone())
            }
            Listed::Items(rows) => {
                items.extend(rows);
                items.last().map(|row| row.cursor.clone())
            }
        };
        match last {
            Some(cursor) if page.older && conversations.len() + items.len() < limit => {
                start = ListStart::After(cursor);
                output.finish()?;
            }
            Some(_) | None => break,
        }
    }
    if section == Section::Unanswered {
        return print_rows(acting, &items, output);
    }
    output.rows(&conversations.iter().map(ConversationJson::from).collect::<Vec<_>>())
}

fn show(acting: &Acting, id: ConversationId, output: &mut Output) -> Result<(), Failure> {
    // Asking for one by its number is the deliberate opening that R6.11 means.
    let _opening = acting.desk.open_direct(&acting.viewer, id)?;
    let mut thread = window(acting, id, EntrySeq(1))?;
    while thread.later {
        let Some(last) = thread.entries.last() else { break };
        let more = window(acting, id, EntrySeq(last.seq.0 + 1))?;
        thread.later = more.later && !more.entries.is_empty();
        thread.entries.extend(more.entries);
        output.finish()?;
    }
    if output.json() { output.object(&ThreadJson::from(&thread)) } else { print_thread(&thread, output) }
}

fn window(acting: &Acting, id: ConversationId, from: EntrySeq) -> Result<Thread, Failure> {
    let wants = ThreadWants { conversation: id, start: ThreadStart::From(from), entries: WINDOW };
    match acting.read(Wants { thread: Some(wants), ..Wants::default() })?.opened {
        Some(Opened::Thread(thread)) => Ok(*thread),
        Some(Opened::Restricted(_)) => Err(Refusal::restricted().into()),
        Some(Opened::NotFound(_)) | None => {
            Err(Failure::not_found(format!("There is no conversation #{id}. Look it up with the search.")))
        }
    }
}

fn start(acting: &Acting, arguments: StartArguments, call: &mut Call, output: &mut Output) -> Result<(), Failure> {
    let StartArguments { with_customer: customers, with_agent: agents, on, audience, subject, group, yes, text, files } =
        arguments;
    let (text, files) = attaching::text_and_files(&text, &files, &mut call.input)?;
    let with = match on {
        Some(item) => StartWith::Item { item, audience, customers, agents },
        None if agents.is_empty() => StartWith::Customers(customers),
        None => StartWith::Agents(agents),
    };
    let start =
        Start { with, subject: subject.unwrap_or_default(), group, text, client_id: None, confirmed: yes, files };
    let done = acting.desk.start(&acting.viewer, &start)?;
    match &done.row {
        Some(row) => output.row(ConversationJson::from(row)),
        None => print_done(&done, output),
    }
}
