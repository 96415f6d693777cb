//! `ssh HOST COMMAND`: the command line for an agent who was let in elsewhere.
//!
//! Who acts and at which desk is settled before the first word is read. Nothing of this machine can be named, started or
//! learned of: no file, no configuration, no environment, no zone, no terminal.

mod allowed;
mod words;

use super::{
    Streams, act,
    arguments::{Arguments, template},
    call::{Acting, Call},
    explain,
    failure::Failure,
    output::{Manner, Output},
    progress::Stop,
    report,
    streams::{Errors, Input},
    zone::Zone,
};
use crate::{
    desk::{
        Desk,
        page::{Denied, Viewer, Wants},
    },
    domain::{refusal::Refusal, text::SafeText},
};
use allowed::Allowed;
use clap::{
    CommandFactory, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// How wide clap's messages are: nobody says what they are read on.
const WIDTH: usize = 80;
/// The most cells of a word that is repeated in a sentence.
const REPEATED: usize = 40;

/// How the first help screen begins. OpenSSH takes options before the command as its own.
const USAGE: &str = "\
Usage: ssh HOST COMMAND [--json]
Without a command it opens the messenger.

Commands (ssh HOST COMMAND --help tells more):";

/// What the first help screen adds.
const NOTE: &str = "\n
Over SSH you are who you logged in as, at the server's own desk: --as and --desk
are refused. So is what names a file there or is started there: --file, init,
receive, import, backup, demo, config. TEXT comes from --body or standard input,
and export writes to standard output (export -). Times are UTC.";

/// How everything is printed for somebody elsewhere.
const PLAIN: Manner =
    Manner { json: false, colour: false, terminal: false, zone: Zone::Universal, stop: Stop::Nothing };

/// Runs one line as this agent; gives the exit code that interface.md promises.
///
/// The line is split as a POSIX shell splits words, but nothing is expanded and no shell runs. Rights, answers and audit are
/// those of the same command at the desk's own machine. A panic ends the command with exit code 1 and a sentence.
pub fn run(desk: &Desk, who: &Viewer, line: &str, streams: Streams) -> u8 {
    let Streams { input, output, errors } = streams;
    let acting = Acting { desk: desk.clone(), viewer: who.clone() };
    let input = Input::new(input, false);
    // Outside of what may panic, so that what was printed before is printed, and once.
    let mut output = Output::new(output, Errors::new(errors, false), PLAIN);
    let ended = catch_unwind(AssertUnwindSafe(|| answer(line, acting, input, &mut output)));
    ended.unwrap_or_else(|_| {
        // Where nobody takes it, nobody is told either.
        let _ = output.finish();
        let broken =
            Failure::failed("This command broke off inside deskline. Look whether it was done before you repeat it.");
        report(Err(broken), output.json(), &output)
    })
}

fn answer(line: &str, acting: Acting, input: Input, output: &mut Output) -> u8 {
    let arguments = match words::split(line).map(parse) {
        Ok(Ok(arguments)) => arguments,
        Ok(Err(error)) => {
            return told(&error, output).unwrap_or_else(|failure| report(Err(failure), false, output));
        }
        Err(failure) => return report(Err(failure), false, output),
    };
    output.turn(Manner { json: arguments.json, ..PLAIN });
    let file = acting.desk.file().to_owned();
    let outcome = obey(arguments, acting, input, output).map_err(|failure| without_folder(failure, &file));
    report(outcome, output.json(), output)
}

fn parse(words: Vec<String>) -> Result<Arguments, clap::Error> {
    // What is refused with a sentence is still read, but not offered.
    let mut command = Arguments::command()
        .term_width(WIDTH)
        .help_template(template(USAGE) + NOTE)
        .mut_arg("desk", |desk| desk.hide(true))
        .mut_arg("actor", |actor| actor.hide(true));
    let matches = command.try_get_matches_from_mut(std::iter::once("deskline".to_owned()).chain(words))?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// What clap has to say; a command that does not exist gets one line, since file copiers and the like try theirs on any host.
fn told(error: &clap::Error, output: &mut Output) -> Result<u8, Failure> {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(name))) => {
            let name = SafeText::line(name).fit(REPEATED);
            Err(Failure::usage(format!("There is no command “{name}” here. The command “help” lists what there is.")))
        }
        (_, _) => explain(error, output),
    }
}

fn obey(arguments: Arguments, acting: Acting, input: Input, output: &mut Output) -> Result<(), Failure> {
    let Arguments { desk, actor, json: _, command } = arguments;
    if desk.is_some() {
        return Err(Failure::usage("Over SSH the desk is the server's own. Leave --desk out."));
    }
    if actor.is_some() {
        return Err(Failure::usage("Over SSH you are who you logged in as. Leave --as out."));
    }
    match allowed::allowed(command.as_ref())? {
        Allowed::Everybody => {}
        Allowed::Administrators => administers(&acting)?,
    }
    act(command, &mut Call::elsewhere(acting, input), output)
}

fn administers(acting: &Acting) -> Result<(), Failure> {
    if acting.read(Wants::default())?.me.role.administers() {
        return Ok(());
    }
    Err(Refusal::denied("R5.6", "This is for the owner and admins. Ask one of them.").into())
}

/// What the disk says may name files; where they lie is the server's business.
fn without_folder(failure: Failure, file: &Path) -> Failure {
    let folder = file.parent().map(|folder| folder.join("").display().to_string()).filter(|folder| folder.len() > 1);
    match (failure, folder) {
        (Failure::Denied(Denied::Failed(text)), Some(folder)) => Failure::failed(text.replace(&folder, "")),
        (failure, _) => failure,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn said(failure: Failure, file: &str) -> String {
        match without_folder(failure, Path::new(file)) {
            Failure::Denied(denied) => denied.to_string(),
            Failure::Output(error) => error.to_string(),
        }
    }

    #[test]
    fn a_failing_disk_does_not_tell_where_the_desk_lies() {
        let failed = || Failure::failed("unable to open /srv/acme/desk.db-wal: disk I/O error.");
        assert_eq!(said(failed(), "/srv/acme/desk.db"), "unable to open desk.db-wal: disk I/O error.");
        assert_eq!(said(failed(), "/desk.db"), "unable to open /srv/acme/desk.db-wal: disk I/O error.");
        assert_eq!(said(failed(), "desk.db"), "unable to open /srv/acme/desk.db-wal: disk I/O error.");
    }

    #[test]
    fn the_first_help_over_ssh_still_fits_a_terminal() {
        let error = parse(vec!["help".into()]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DisplayHelp);
        let help = error.render().to_string();
        assert!(help.contains("--as and --desk\nare refused"), "{help}");
        assert!(help.contains("Usage: ssh HOST COMMAND [--json]"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= WIDTH), "{help}");
    }

    #[test]
    fn help_over_ssh_offers_nothing_that_is_refused_there() {
        for line in
            [&["help"][..], &["--help"], &["-h"], &["conversation", "--help"], &["help", "conversation", "reply"]]
        {
            let help = parse(line.iter().map(ToString::to_string).collect()).unwrap_err().render().to_string();
            assert!(!help.contains("--desk <FILE>") && !help.contains("--as <HANDLE>"), "{line:?}: {help}");
            assert!(!help.contains("--desk FILE") && help.contains("--json"), "{line:?}: {help}");
        }
    }
}
