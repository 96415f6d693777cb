//! What of the command line is there for somebody elsewhere: every verb and every option that could reach the machine.
//!
//! A new verb stops the compiler here. It says whether it is allowed, and what of it is not: whatever opens, writes or names
//! a file of the server, starts something there, or tells of its configuration, is refused.

use crate::cli::{
    arguments::{
        AgentCommand, AttachArguments, AuditCommand, Command, ConversationCommand, CustomerCommand, ExportArguments,
        GroupCommand, HeldCommand, ItemCommand, KeyCommand, NoticeCommand, OfferCommand, SearchArguments,
        SectionCommand, SettingCommand, StartArguments, TextArguments,
    },
    failure::Failure,
};
use std::path::Path;

/// The most rows that may be asked for at a time: they are collected in the server's memory.
const ROWS: u32 = 10_000;

/// For whom something is, where the desk itself does not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// For every agent; the desk knows the rights.
    Everybody,
    /// For the owner and admins (R5.6).
    Administrators,
}

/// Whether a command may run at all. What is refused here stands in the first help screen too.
///
/// # Errors
/// A sentence that says what is refused, and what to do instead.
pub fn allowed(command: Option<&Command>) -> Result<Allowed, Failure> {
    let Some(command) = command else {
        return refused(
            "Say what to do: ssh HOST conversation list --section open. Everything there is: ssh HOST help. The messenger: ssh -t HOST.",
        );
    };
    match command {
        Command::Init(_) => refused("init makes a desk file. Call it on the machine that shall hold it."),
        Command::Agent(command) => Ok(agent(command)),
        Command::Key(command) => key(command),
        Command::Group(command) => Ok(group(command)),
        Command::Customer(command) => customer(command),
        Command::Setting(SettingCommand::List | SettingCommand::Set { .. })
        | Command::Section(SectionCommand::List)
        | Command::Notice(NoticeCommand::List | NoticeCommand::Clear)
        | Command::Keys
        | Command::Completions(_)
        // The desk knows who administers, and what a viewer may know of a message.
        | Command::Held(
            HeldCommand::List | HeldCommand::Show { .. } | HeldCommand::Release { .. } | HeldCommand::Discard { .. },
        )
        | Command::Why(_) => Ok(Allowed::Everybody),
        Command::Offer(OfferCommand::List | OfferCommand::Accept { .. } | OfferCommand::Reject { .. }) => {
            Ok(Allowed::Everybody)
        }
        Command::Item(command) => item(command),
        Command::Conversation(command) => conversation(command),
        Command::Receive(_) => refused(
            "receive hands in what a customer wrote; only a channel on the server does. You write with conversation.",
        ),
        Command::Mail(_) => refused("mail tries and reads the mailboxes of the server's configuration. Call it there."),
        Command::Search(SearchArguments { limit, query: _, after: _ })
        | Command::Audit(AuditCommand::List { limit, conversation: _ }) => rows(*limit),
        Command::Import(_) => refused("import reads files of the server. Call it there."),
        Command::Export(ExportArguments { file }) => export(file),
        Command::Backup(_) => refused("backup writes a file on the server. Call it there."),
        // The findings name conversations, whoever may see those.
        Command::Check | Command::Status => Ok(Allowed::Administrators),
        Command::Serve(_) => refused("serve lets agents in on the machine it is called on. Call it there."),
        Command::Demo(_) => refused("demo opens a desk of its own. Call it on your own machine."),
        Command::Config => refused("config tells what is in force on the machine it is called on. Call it there."),
    }
}

fn agent(command: &AgentCommand) -> Allowed {
    match command {
        AgentCommand::Add { .. }
        | AgentCommand::List
        | AgentCommand::Show { .. }
        | AgentCommand::Set { .. }
        | AgentCommand::Invite { .. } => Allowed::Everybody,
    }
}

fn key(command: &KeyCommand) -> Result<Allowed, Failure> {
    match command {
        KeyCommand::Add { file, handle: _ } if !is_standard_stream(file) => {
            refused("key add would read a file of the server. Send yours instead: ssh HOST key add ana - < ana.pub")
        }
        KeyCommand::Add { .. } | KeyCommand::List | KeyCommand::Revoke { .. } => Ok(Allowed::Everybody),
    }
}

fn group(command: &GroupCommand) -> Allowed {
    match command {
        GroupCommand::Add { .. }
        | GroupCommand::List
        | GroupCommand::Set { .. }
        | GroupCommand::Join { .. }
        | GroupCommand::Leave { .. } => Allowed::Everybody,
    }
}

fn customer(command: &CustomerCommand) -> Result<Allowed, Failure> {
    match command {
        CustomerCommand::List { limit } => rows(*limit),
        CustomerCommand::Add { .. }
        | CustomerCommand::Show { .. }
        | CustomerCommand::Set { .. }
        | CustomerCommand::Block { .. }
        | CustomerCommand::Unblock { .. }
        | CustomerCommand::View { .. } => Ok(Allowed::Everybody),
    }
}

fn item(command: &ItemCommand) -> Result<Allowed, Failure> {
    match command {
        ItemCommand::List { limit, after: _ } => rows(*limit),
        ItemCommand::Add { .. }
        | ItemCommand::Show { .. }
        | ItemCommand::Set { .. }
        | ItemCommand::Follow { .. }
        | ItemCommand::Unfollow { .. }
        | ItemCommand::AddFollower { .. } => Ok(Allowed::Everybody),
    }
}

fn conversation(command: &ConversationCommand) -> Result<Allowed, Failure> {
    match command {
        ConversationCommand::List { limit, section: _, after: _ } => rows(*limit),
        ConversationCommand::Start(StartArguments { text: written, files, .. })
        | ConversationCommand::Reply { text: written, files, .. }
        | ConversationCommand::Note { text: written, files, .. } => text(written).and_then(|_| attach(files)),
        ConversationCommand::Show { .. }
        | ConversationCommand::TakeBack { .. }
        | ConversationCommand::SendAgain { .. }
        | ConversationCommand::Held
        | ConversationCommand::ReleaseReply { .. }
        | ConversationCommand::DiscardReply { .. }
        | ConversationCommand::Close { .. }
        | ConversationCommand::Reopen { .. }
        | ConversationCommand::Lock { .. }
        | ConversationCommand::Unlock { .. }
        | ConversationCommand::Assign { .. }
        | ConversationCommand::Release { .. }
        | ConversationCommand::Forward { .. }
        | ConversationCommand::Follow { .. }
        | ConversationCommand::Unfollow { .. }
        | ConversationCommand::Add { .. }
        | ConversationCommand::Remove { .. }
        | ConversationCommand::Link { .. }
        | ConversationCommand::Unlink { .. }
        | ConversationCommand::CreateItem { .. }
        | ConversationCommand::Private { .. }
        | ConversationCommand::Public { .. }
        | ConversationCommand::Read { .. }
        | ConversationCommand::Unread { .. }
        | ConversationCommand::Likenesses { .. }
        | ConversationCommand::Merge { .. }
        | ConversationCommand::Attachment { .. }
        | ConversationCommand::Unmerge { .. } => Ok(Allowed::Everybody),
    }
}

/// TEXT from `--body` or standard input.
fn text(text: &TextArguments) -> Result<Allowed, Failure> {
    let TextArguments { file, body: _ } = text;
    if file.as_deref().is_none_or(is_standard_stream) {
        return Ok(Allowed::Everybody);
    }
    refused("--file would name a file of the server. Send yours instead: ssh HOST conversation reply 4821 < answer.md")
}

/// Files from standard input alone.
fn attach(files: &AttachArguments) -> Result<Allowed, Failure> {
    let AttachArguments { attach, attach_name: _ } = files;
    if attach.iter().all(|file| is_standard_stream(file)) {
        return Ok(Allowed::Everybody);
    }
    refused(
        "--attach would name a file of the server. Send yours instead: ssh HOST conversation reply 4821 --body TEXT --attach - --attach-name bill.pdf < bill.pdf",
    )
}

fn export(file: &Path) -> Result<Allowed, Failure> {
    if is_standard_stream(file) {
        return Ok(Allowed::Everybody);
    }
    refused("export would write a file on the server. Take it instead: ssh HOST export - > all.jsonl")
}

fn is_standard_stream(file: &Path) -> bool {
    file == Path::new("-")
}

fn rows(limit: u32) -> Result<Allowed, Failure> {
    if limit <= ROWS {
        return Ok(Allowed::Everybody);
    }
    refused(&format!(
        "Over SSH a list has at most {ROWS} rows. Ask for fewer, and go on with --after where it has that."
    ))
}

fn refused(sentence: &str) -> Result<Allowed, Failure> {
    Err(Failure::usage(sentence))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cli::arguments::Arguments;
    use clap::{CommandFactory, Parser, ValueHint};

    fn asked(line: &str) -> Result<Allowed, Failure> {
        let arguments = Arguments::try_parse_from(format!("deskline {line}").split(' ')).unwrap();
        allowed(arguments.command.as_ref())
    }

    /// Every argument of every verb, as "conversation reply --file".
    fn arguments(keep: &dyn Fn(&clap::Arg) -> bool) -> Vec<String> {
        fn walk(command: &clap::Command, path: &str, keep: &dyn Fn(&clap::Arg) -> bool, found: &mut Vec<String>) {
            for argument in command.get_arguments().filter(|argument| keep(argument)) {
                let name = argument.get_long().map_or_else(String::new, |long| format!(" --{long}"));
                found.push(format!("{path}{name}").trim().to_owned());
            }
            for inner in command.get_subcommands() {
                walk(inner, &format!("{path} {}", inner.get_name()), keep, found);
            }
        }
        let mut found = Vec::new();
        walk(&Arguments::command(), "", keep, &mut found);
        found
    }

    /// What takes a path, with a line that gives it one. `--desk` is refused before anything is asked here.
    const FILES: &[(&str, &str)] = &[
        ("conversation start --file", "conversation start --with-agent ben --file x"),
        ("conversation reply --file", "conversation reply 1 --file x"),
        ("conversation note --file", "conversation note 1 --file /dev/stdin"),
        ("conversation start --attach", "conversation start --with-agent ben --body x --attach x"),
        ("conversation reply --attach", "conversation reply 1 --body x --attach - --attach-name y --attach x"),
        ("conversation note --attach", "conversation note 1 --body x --attach /dev/stdin"),
        ("receive --file", "receive --from a@example.com --file x"),
        ("import", "import mbox x"),
        ("import --map", "import json x --map y"),
        ("export", "export ./-"),
        ("key add", "key add ana x"),
        ("serve --log", "serve --ssh 127.0.0.1:0 --log x"),
        ("backup", "backup x"),
    ];

    #[test]
    fn whatever_takes_a_path_is_refused_one() {
        let paths = arguments(&|argument| argument.get_value_hint() == ValueHint::AnyPath);
        let known = FILES.iter().map(|(name, _)| *name);
        let mut known = std::iter::once("--desk").chain(known).collect::<Vec<_>>();
        let mut paths = paths.iter().map(String::as_str).collect::<Vec<_>>();
        known.sort_unstable();
        paths.sort_unstable();
        assert_eq!(paths, known, "an argument that takes a path has to be refused one, and a line here that tries it");
        for (_, line) in FILES {
            assert!(matches!(asked(line), Err(Failure::Denied(_))), "{line}");
        }
    }

    #[test]
    fn whatever_takes_a_number_of_rows_takes_no_more_than_there_is_room_for() {
        let lists = arguments(&|argument| argument.get_long() == Some("limit"));
        assert!(lists.len() >= 5, "{lists:?}");
        for list in lists {
            let line = match list.as_str() {
                "conversation list --limit" => "conversation list --section all --limit",
                "search --limit" => "search word --limit",
                other => other,
            };
            assert!(asked(&format!("{line} 10001")).is_err(), "{line}");
            assert_eq!(asked(&format!("{line} 10000")).unwrap(), Allowed::Everybody, "{line}");
        }
    }

    #[test]
    fn standard_streams_are_nobodys_files() {
        for line in [
            "conversation reply 1 --file -",
            "conversation reply 1",
            "conversation note 1 --body x",
            "conversation reply 1 --body x --attach - --attach-name x.pdf",
            "export -",
            "key add ana -",
        ] {
            assert_eq!(asked(line).unwrap(), Allowed::Everybody, "{line}");
        }
        assert_eq!(asked("check").unwrap(), Allowed::Administrators);
    }

    #[test]
    fn what_belongs_to_the_machine_is_refused() {
        for line in [
            "init --name A --owner a",
            "demo",
            "demo --build-only",
            "config",
            "receive --from a@example.com",
            "receive --mail",
            "mail check",
            "mail sync a",
        ] {
            assert!(asked(line).is_err(), "{line}");
        }
        assert!(allowed(None).is_err());
    }
}
