//! One command at a time: arguments in, the desk asked, the answer printed, an exit code out.

/// The command line for who was let in elsewhere: a settled actor, and nothing of this machine.
pub mod remote;
/// The streams that a command reads from and prints to.
pub mod streams;

mod arguments;
mod attaching;
mod call;
mod failure;
mod json;
mod output;
mod pipe;
mod progress;
mod reading;
mod table;
mod verb;
mod zone;

pub use streams::Streams;

use crate::{
    config::{Config, Flags, Theme},
    domain::text::SafeText,
};
use arguments::{Arguments, Command};
use call::Call;
use clap::Parser;
use failure::Failure;
use output::{Manner, Output};
use progress::Stop;
use std::process::ExitCode;
use streams::{Errors, Input, Terminals};
use zone::Zone;

/// Runs the program with this process's arguments; the exit codes are those that interface.md promises.
pub fn main() -> ExitCode {
    let (Streams { input, output, errors }, terminals) = streams::of_this_process();
    let plain =
        Manner { json: false, colour: false, terminal: terminals.output, zone: Zone::Machine, stop: Stop::Signals };
    let mut output = Output::new(output, Errors::new(errors, terminals.errors), plain);
    let (json, outcome) = match Arguments::try_parse() {
        Ok(Arguments { desk, actor, json, command: Some(Command::Receive(arguments)) }) if arguments.mail => {
            let input = Input::new(input, terminals.input);
            let flags = Flags { desk, actor };
            return ExitCode::from(pipe::run(&flags, Manner { json, ..plain }, &arguments, input, &mut output));
        }
        Ok(arguments) => {
            (arguments.json, run(arguments, Input::new(input, terminals.input), terminals, plain, &mut output))
        }
        Err(error) => match explain(&error, &mut output) {
            // Help is no mistake. A server's wrong call is mended by somebody, and the mail waits for it.
            Ok(1..) if pipe::is_called(std::env::args_os()) => return ExitCode::from(pipe::TEMPORARY),
            Ok(code) => return ExitCode::from(code),
            Err(failure) => (false, Err(failure)),
        },
    };
    ExitCode::from(report(outcome, json, &output))
}

/// Says what went wrong, if anything did; the exit code.
fn report(outcome: Result<(), Failure>, json: bool, output: &Output) -> u8 {
    let Err(failure) = outcome else { return 0 };
    failure.report(json, output.errors());
    failure.exit_code()
}

/// Prints what clap has to say and gives the exit code: help and version are data, everything else is an error.
fn explain(error: &clap::Error, output: &mut Output) -> Result<u8, Failure> {
    // An error repeats what was typed, which may come from anywhere.
    let text = SafeText::block(&error.render().to_string()).into_string();
    if error.use_stderr() {
        output.errors().write(&text);
        return Ok(2);
    }
    output.stream().write_all(text.as_bytes()).map_err(Failure::Output)?;
    output.finish().map(|()| 0)
}

fn run(
    arguments: Arguments,
    input: Input,
    terminals: Terminals,
    plain: Manner,
    output: &mut Output,
) -> Result<(), Failure> {
    let Arguments { desk, actor, json, command } = arguments;
    let config = Config::load(&Flags { desk, actor })?;
    // Colour only where standard output is a terminal that has any and nobody asked for none.
    let colour = config.theme.value == Theme::Terminal && !json && terminals.output;
    output.turn(Manner { json, colour, ..plain });
    act(command, &mut Call::here(config, input), output)
}

fn act(command: Option<Command>, call: &mut Call, output: &mut Output) -> Result<(), Failure> {
    let outcome = dispatch(command, call, output);
    // What was printed before something failed is true all the same.
    let printed = output.finish();
    outcome.and(printed)
}

fn dispatch(command: Option<Command>, call: &mut Call, output: &mut Output) -> Result<(), Failure> {
    match command {
        None => verb::messenger::run(call),
        Some(Command::Init(arguments)) => verb::init::run(arguments, call, output),
        Some(Command::Agent(command)) => verb::team::agent(command, call, output),
        Some(Command::Key(command)) => verb::key::run(command, call, output),
        Some(Command::Group(command)) => verb::team::group(command, call, output),
        Some(Command::Customer(command)) => verb::customer::run(command, call, output),
        Some(Command::Setting(command)) => verb::setting::run(command, call, output),
        Some(Command::Item(command)) => verb::item::run(command, call, output),
        Some(Command::Section(command)) => verb::section::run(&command, call, output),
        Some(Command::Conversation(command)) => verb::conversation::run(command, call, output),
        Some(Command::Offer(command)) => verb::offer::run(&command, call, output),
        Some(Command::Receive(arguments)) => verb::receive::run(arguments, call, output),
        Some(Command::Mail(command)) => verb::mail::run(&command, call, output),
        Some(Command::Held(command)) => verb::held::run(&command, call, output),
        Some(Command::Why(arguments)) => verb::held::why(&arguments, call, output),
        Some(Command::Notice(command)) => verb::notice::run(&command, call, output),
        Some(Command::Search(arguments)) => verb::search::run(arguments, call, output),
        Some(Command::Audit(command)) => verb::audit::run(&command, call, output),
        Some(Command::Import(arguments)) => verb::import::run(arguments, call, output),
        Some(Command::Export(arguments)) => verb::export::run(&arguments, call, output),
        Some(Command::Backup(arguments)) => verb::upkeep::backup(&arguments, call, output),
        Some(Command::Check) => verb::upkeep::check(call, output),
        Some(Command::Status) => verb::status::run(call, output),
        Some(Command::Demo(arguments)) => verb::demo::run(&arguments, call, output),
        Some(Command::Serve(arguments)) => verb::serve::run(&arguments, call, output),
        Some(Command::Keys) => verb::about::keys(call, output),
        Some(Command::Config) => verb::about::config(call, output),
        Some(Command::Completions(arguments)) => verb::about::completions(&arguments, output),
    }
}
