//! One command at a time: arguments in, the desk asked, the answer printed, an exit code out.

mod arguments;
mod call;
mod failure;
mod json;
mod output;
mod progress;
mod reading;
mod table;
mod verb;

use crate::{
    config::{Config, Flags, Theme},
    domain::text::SafeText,
};
use arguments::{Arguments, Command};
use call::Call;
use clap::Parser;
use failure::Failure;
use output::Output;
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Runs the program with this process's arguments; the exit codes are those that interface.md promises.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    let json = arguments.json;
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(json, &mut io::stderr().lock());
            failure.exit_code()
        }
    }
}

/// Prints what clap has to say: help and version are data, everything else is an error (exit 2).
fn explain(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        // The text repeats what was typed, which may come from anywhere.
        let _ = write!(io::stderr().lock(), "{}", SafeText::block(&text));
        return ExitCode::from(2);
    }
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()).map_err(Failure::Output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(false, &mut io::stderr().lock());
            failure.exit_code()
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { desk, actor, json, command } = arguments;
    let config = Config::load(&Flags { desk, actor })?;
    let mut output = Output::new(json, config.theme.value == Theme::Terminal);
    let call = Call { config };
    let outcome = dispatch(command, &call, &mut output);
    // What was printed before something failed is true all the same.
    let printed = output.finish();
    outcome.and(printed)
}

fn dispatch(command: Option<Command>, call: &Call, output: &mut Output) -> Result<(), Failure> {
    match command {
        None => verb::messenger::run(call),
        Some(Command::Init(arguments)) => verb::init::run(arguments, call, output),
        Some(Command::Agent(command)) => verb::team::agent(command, call, output),
        Some(Command::Group(command)) => verb::team::group(command, call, output),
        Some(Command::Customer(command)) => verb::customer::run(command, call, output),
        Some(Command::Setting(command)) => verb::setting::run(command, call, output),
        Some(Command::Item(command)) => verb::item::run(command, call, output),
        Some(Command::Section(command)) => verb::section::run(&command, call, output),
        Some(Command::Conversation(command)) => verb::conversation::run(command, call, output),
        Some(Command::Offer(command)) => verb::offer::run(&command, call, output),
        Some(Command::Receive(arguments)) => verb::receive::run(arguments, call, output),
        Some(Command::Notice(command)) => verb::notice::run(&command, call, output),
        Some(Command::Search(arguments)) => verb::search::run(arguments, call, output),
        Some(Command::Audit(command)) => verb::audit::run(&command, call, output),
        Some(Command::Import(arguments)) => verb::import::run(arguments, call, output),
        Some(Command::Export(arguments)) => verb::export::run(&arguments, call, output),
        Some(Command::Backup(arguments)) => verb::upkeep::backup(&arguments, call, output),
        Some(Command::Check) => verb::upkeep::check(call, output),
        Some(Command::Demo(arguments)) => verb::demo::run(&arguments, call, output),
        Some(Command::Keys) => verb::about::keys(&call.config, output),
        Some(Command::Config) => verb::about::config(&call.config, output),
        Some(Command::Completions(arguments)) => verb::about::completions(&arguments, output),
    }
}
