//! The command line as clap reads it: the names, options and help texts that interface.md promises.

mod conversation;
mod held;
mod mail;
mod people;
mod server;
mod value;

pub use conversation::{AttachArguments, ConversationCommand, OfferCommand, StartArguments, TextArguments};
pub use held::{Asked, HeldCommand, WhyArguments};
pub use mail::{MailCommand, ReceiveArguments};
pub use people::{
    AgentCommand, AgentSettings, CustomerCommand, CustomerSettings, GroupCommand, KeyCommand, PartyArguments,
    SettingCommand,
};
pub use server::{LimitArguments, ServeArguments};

use crate::{
    domain::{
        history::PastState,
        id::ConversationId,
        item::{ItemKey, ItemKind, ItemStatus},
    },
    import::Format,
};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use value::{past_state, word};

/// How the first help screen begins.
pub const USAGE: &str = "\
Usage: deskline [--desk FILE] [--as HANDLE] [--json] [COMMAND]
Without a command it opens the messenger. New here? deskline demo

Commands (deskline COMMAND --help tells more):";

/// The first help screen, with its beginning; a test holds that none of the commands is missing.
pub fn template(usage: &str) -> String {
    format!("{{about}}\n\n{usage}\n{COMMANDS}")
}

/// The commands by what they are for.
const COMMANDS: &str = "  conversation, offer         list, show, start, reply, close … accept, reject
  section, search, notice     the lists with numbers; find messages; the bell
  item                        tickets, tasks, articles and projects
  agent, group, customer, key people; the SSH keys that let agents in
  setting, audit              the desk's settings; who did what
  receive, mail, held, why    messages and mailboxes; what waits, and why
  import, export              bring conversations in; write them out
  backup, check, status       copy the desk; prove it sound; see who is here
  init, demo, serve           make a desk; try one; serve SSH and mail
  keys, config, completions   the keymap; what is in force; for your shell

Options:
{options}";

/// A shared support messenger in the terminal.
#[derive(Debug, Parser)]
#[command(name = "deskline", version, about, help_template = template(USAGE), max_term_width = 100)]
pub struct Arguments {
    /// The desk file [default: as `deskline config` says].
    #[arg(long, global = true, value_name = "FILE", display_order = 901)]
    pub desk: Option<PathBuf>,
    /// The agent who acts [default: as `deskline config` says].
    #[arg(long = "as", global = true, value_name = "HANDLE", display_order = 902)]
    pub actor: Option<String>,
    /// Print JSON, one object a line.
    #[arg(long, global = true, display_order = 903)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// One command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new desk file.
    Init(InitArguments),
    /// The people of the team.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// The SSH keys that let agents in.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Agents who share a queue.
    #[command(subcommand)]
    Group(GroupCommand),
    /// The people who write in.
    #[command(subcommand)]
    Customer(CustomerCommand),
    /// The settings of the desk.
    #[command(subcommand)]
    Setting(SettingCommand),
    /// Work items: tickets, tasks, articles and projects.
    #[command(subcommand)]
    Item(ItemCommand),
    /// The lists of the messenger.
    #[command(subcommand)]
    Section(SectionCommand),
    /// Conversations with customers and between agents.
    #[command(subcommand)]
    Conversation(ConversationCommand),
    /// What waits for somebody to accept it.
    #[command(subcommand)]
    Offer(OfferCommand),
    /// Hand in what a customer wrote; prints the conversation and the message.
    Receive(ReceiveArguments),
    /// The mailboxes of the configuration.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Mails that wait for an administrator.
    #[command(subcommand)]
    Held(HeldCommand),
    /// Tell why a message is in its conversation.
    Why(WhyArguments),
    /// What the bell rang for.
    #[command(subcommand)]
    Notice(NoticeCommand),
    /// Find messages, newest first.
    Search(SearchArguments),
    /// Who did what (owner and admins).
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Bring in conversations from other systems, as history (owner and admins).
    Import(ImportArguments),
    /// Write everything you may see as JSON lines; `import jsonl` reads it back.
    Export(ExportArguments),
    /// Copy the desk to a new file while it is in use (owner and admins).
    Backup(BackupArguments),
    /// Prove the desk file sound: integrity, foreign keys, search index.
    Check,
    /// Tell who is at the desk over SSH, what waits, and how large the desk is (owner and admins).
    Status,
    /// Try the messenger on a made-up desk whose customers write back.
    Demo(DemoArguments),
    /// Serve the desk: agents over SSH, customers by mail.
    Serve(ServeArguments),
    /// Print the keymap in force.
    Keys,
    /// Print where the configuration is and what is in force.
    Config,
    /// Print completions for a shell.
    Completions(CompletionsArguments),
}

/// `init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The team's name, as customers see it.
    #[arg(long, value_name = "TEAM", allow_hyphen_values = true)]
    pub name: String,
    /// The handle of the first owner: letters a-z, digits, "-", "_" or ".".
    #[arg(long, value_name = "HANDLE")]
    pub owner: String,
    /// The owner's full name [default: the handle].
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub owner_name: Option<String>,
}

/// `item …`.
#[derive(Debug, Subcommand)]
pub enum ItemCommand {
    /// Make an item.
    Add {
        /// What to make.
        #[arg(value_parser = word(ItemKind::ALL, ItemKind::word))]
        kind: ItemKind,
        /// What it is called.
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        title: String,
        /// The customer it is about.
        #[arg(long, value_name = "ADDRESS")]
        requester: Option<String>,
        /// The project it belongs to.
        #[arg(long, value_name = "ID")]
        project: Option<ItemKey>,
    },
    /// List items, newest first.
    List {
        /// At most so many rows.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// Go on after the row with this cursor.
        #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
        after: Option<String>,
    },
    /// Show one item with its conversations.
    Show {
        /// The item, as TK-102.
        id: ItemKey,
    },
    /// Change an item.
    Set {
        /// The item, as TK-102.
        id: ItemKey,
        /// What to change.
        #[command(flatten)]
        change: ItemSettings,
    },
    /// Follow an item and its conversations.
    Follow {
        /// The item, as TK-102.
        id: ItemKey,
    },
    /// Follow an item no more.
    Unfollow {
        /// The item, as TK-102.
        id: ItemKey,
    },
    /// Make somebody a follower of an item.
    AddFollower {
        /// The item, as TK-102.
        id: ItemKey,
        /// Whom.
        #[command(flatten)]
        party: PartyArguments,
    },
}

/// What `item set` changes.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct ItemSettings {
    /// A new title.
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub title: Option<String>,
    /// Whether it still needs work.
    #[arg(long, value_parser = word(ItemStatus::ALL, ItemStatus::word))]
    pub status: Option<ItemStatus>,
    /// The agent who works on it.
    #[arg(long, value_name = "HANDLE")]
    pub assignee: Option<String>,
}

/// `section …`.
#[derive(Debug, Subcommand)]
pub enum SectionCommand {
    /// List the sections with how many they hold and how many are unread.
    List,
}

/// `notice …`.
#[derive(Debug, Subcommand)]
pub enum NoticeCommand {
    /// List the notices, newest first.
    List,
    /// Clear the bell.
    Clear,
}

/// `search`.
#[derive(Debug, Args)]
pub struct SearchArguments {
    /// Words, "phrases", from: to: group: assignee: tag: item: before: after:, is:open is:closed is:locked
    /// is:private is:internal is:unread, has:attachment, #id.
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// At most so many hits.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Go on after the hit with this cursor.
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    pub after: Option<String>,
}

/// `audit …`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List what was done, newest first.
    List {
        /// Only what was done in this conversation.
        #[arg(long, value_name = "ID")]
        conversation: Option<ConversationId>,
        /// At most so many lines.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
}

/// `import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// What the files are.
    #[arg(value_parser = word(&Format::ALL, Format::name))]
    pub format: Format,
    /// Files, or folders with files.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The group that the conversations belong to.
    #[arg(long, value_name = "G")]
    pub group: Option<String>,
    /// Somebody of the team, by handle, address or nick; repeat it for more.
    #[arg(long, value_name = "HANDLE")]
    pub team: Vec<String>,
    /// The state to bring them in with [default: as the source says, else closed].
    #[arg(long, value_parser = past_state())]
    pub state: Option<PastState>,
    /// Which fields of the JSON mean what (format json).
    #[arg(long, value_name = "FILE", required_if_eq("format", "json"))]
    pub map: Option<PathBuf>,
}

/// `export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Where to; "-" is standard output.
    pub file: PathBuf,
}

/// `backup`.
#[derive(Debug, Args)]
pub struct BackupArguments {
    /// The new file.
    pub file: PathBuf,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Build a desk with so many messages instead.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub messages: Option<u64>,
    /// The same seed gives the same desk.
    #[arg(long, value_name = "S", requires = "messages")]
    pub seed: Option<u64>,
    /// Build the desk in the file given with --desk and stop.
    #[arg(long)]
    pub build_only: bool,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// Which shell.
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;
    use std::path::Path;

    #[test]
    fn the_definitions_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_first_help_fits_a_screen_and_names_every_command() {
        let help = Arguments::command().term_width(80).render_help().to_string();
        assert!(help.lines().count() <= 24, "{} lines:\n{help}", help.lines().count());
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            let words = || help.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
            assert!(words().any(|word| word == name), "{name} is missing:\n{help}");
        }
    }

    #[test]
    fn every_option_is_explained() {
        fn walk(command: &clap::Command, path: &str) {
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{path} {} has no help", argument.get_id());
            }
            for command in command.get_subcommands() {
                assert!(command.get_about().is_some(), "{path} {} has no help", command.get_name());
                walk(command, &format!("{path} {}", command.get_name()));
            }
        }
        walk(&Arguments::command(), "deskline");
    }

    #[test]
    fn the_global_options_stand_before_or_after_the_command() {
        for line in ["deskline --json --as ana --desk a.db check", "deskline check --desk a.db --json --as ana"] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            assert!(arguments.json);
            assert_eq!((arguments.actor.as_deref(), arguments.desk), (Some("ana"), Some("a.db".into())));
        }
    }

    /// The files of a folder and those below it.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    /// The commands that a text names: quoted, or up to the end of the sentence.
    fn named(text: &str) -> Vec<&str> {
        let quoted = [("“deskline ", "”"), ("`deskline ", "`"), (": deskline ", "\""), ("calls deskline ", ";")];
        let starts = quoted.iter().flat_map(|(start, end)| text.match_indices(start).map(move |at| (at, *end)));
        let words = starts.map(|((at, start), end)| {
            let rest = &text[at + start.len()..];
            let line = rest.lines().next().unwrap_or_default();
            line.split(end).next().unwrap_or_default().trim_end_matches(['.', '"', ','])
        });
        words.filter(|words| !words.is_empty()).collect()
    }

    fn placeholder(word: &str) -> bool {
        word.starts_with(['{', '-', '[']) || !word.contains(char::is_lowercase)
    }

    /// What of a command there is not.
    fn missing(words: &str) -> Option<String> {
        let mut command = Arguments::command();
        command.build();
        for word in words.split_whitespace().take_while(|word| !["<", "|", "…"].contains(word)) {
            let option = word.trim_matches(['[', ']', '.', ',']).split('=').next().unwrap_or_default();
            if let Some(option) = option.strip_prefix("--") {
                if option != "help" && !command.get_arguments().any(|argument| argument.get_long() == Some(option)) {
                    return Some(word.to_owned());
                }
            } else if let Some(below) = command.find_subcommand(word).cloned() {
                command = below;
            } else if command.has_subcommands() && !placeholder(word) {
                return Some(word.to_owned());
            }
        }
        None
    }

    #[test]
    fn every_command_that_a_text_names_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts: Vec<PathBuf> = ["src", "assets"].iter().flat_map(|folder| files(&root.join(folder))).collect();
        texts.push(root.join("README.md"));
        let (mut count, mut wrong) = (0, Vec::new());
        for file in texts {
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            // Tests may name what is not there.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for words in named(text) {
                count += 1;
                wrong.extend(missing(words).map(|word| format!("{}: “deskline {words}”: {word}", file.display())));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(count > 40, "{count} were found");
        assert_eq!(missing("show 7"), Some("show".to_owned()));
        assert_eq!(missing("mail sync --quickly"), Some("--quickly".to_owned()));
    }

    #[test]
    fn numbers_may_carry_a_hash() {
        let read = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap().command;
        let Some(Command::Conversation(ConversationCommand::Close { id })) = read("deskline conversation close #12")
        else {
            panic!("not a close")
        };
        assert_eq!(id, ConversationId(12));
        assert!(matches!(read("deskline item show #TK-7"), Some(Command::Item(ItemCommand::Show { .. }))));
    }
}
