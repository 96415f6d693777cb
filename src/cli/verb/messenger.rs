//! Without a command: the messenger on the desk file.

use super::about::keymap_in_force;
use crate::{
    cli::{
        call::{Acting, Call},
        failure::Failure,
    },
    config::{self, Config},
    tui::{
        session::{Look, files::Folders, local},
        theme::Theme,
        time::Zone,
        traits::Traits,
    },
};
use chrono::Local;
use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

/// Opens the messenger; where there is no desk yet, the desk's own sentence offers `demo` and `init`.
///
/// # Errors
/// No desk, nobody admitted, no terminal, or a keymap that cannot be used.
pub fn run(call: &Call) -> Result<(), Failure> {
    let acting = call.acting()?;
    open(acting, call.config()?)
}

/// Runs the messenger for somebody until it is left.
///
/// # Errors
/// No terminal, or a keymap that cannot be used.
pub fn open(acting: Acting, config: &Config) -> Result<(), Failure> {
    let keymap = keymap_in_force(config)?;
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Failure::usage("The messenger needs a terminal. Without one use the commands: deskline --help."));
    }
    let Acting { desk, viewer } = acting;
    let begun = Local::now();
    let look = Look {
        keymap: Arc::new(keymap),
        theme: Theme::new(config.theme.value == config::Theme::Terminal),
        traits: Traits::default(),
        zone: Zone::Own(*begun.offset()),
        size: (80, 24),
        local: true,
        tag: format!("{}-{}", begun.timestamp_micros(), std::process::id()),
    };
    let editor: Option<Vec<String>> =
        config.editor.as_ref().map(|editor| editor.split_whitespace().map(str::to_owned).collect());
    let folders = Folders { downloads: config.downloads.clone(), home: config.home.clone() };
    local::run(&desk, &viewer, look, editor.as_deref(), folders).map_err(|failure| match failure {
        local::Failure::Denied(denied) => denied.into(),
        local::Failure::Terminal(error) => Failure::failed(format!("The terminal cannot be used: {error}.")),
    })
}
