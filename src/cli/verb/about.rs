//! `keys`, `config` and `completions`: what deskline tells about itself.

use crate::{
    cli::{
        arguments::{Arguments, CompletionsArguments},
        call::said,
        failure::Failure,
        output::{Output, Row},
        table::{Column, column},
    },
    config::{Config, Settled, Source},
};
use clap::CommandFactory;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct InForce {
    key: &'static str,
    value: Option<String>,
    from: String,
}

impl Row for InForce {
    const COLUMNS: &'static [Column] = &[column("KEY", 8), column("FROM", 20), column("VALUE", 200)];

    fn cells(&self) -> Vec<String> {
        vec![self.key.to_owned(), self.from.clone(), self.value.clone().unwrap_or_default()]
    }
}

fn in_force(key: &'static str, settled: Option<(String, Source)>) -> InForce {
    let (value, source) = settled.map_or((None, Source::Default), |(value, source)| (Some(value), source));
    InForce { key, value, from: source.to_string() }
}

/// Prints where the configuration file is and what is in force, with who settled it.
///
/// # Errors
/// Where standard output does not take it.
pub fn config(config: &Config, output: &mut Output) -> Result<(), Failure> {
    let file = InForce {
        key: "file",
        value: config.file.as_deref().map(said),
        from: if config.file_found { "found" } else { "not there" }.to_owned(),
    };
    let desk = config.desk.as_ref().map(|Settled { value, source }| (said(value), *source));
    let actor = config.actor.as_ref().map(|Settled { value, source }| (value.clone(), *source));
    let keymap = config.keymap.as_ref().map(|Settled { value, source }| (said(value), *source));
    output.rows(&[
        file,
        in_force("desk", desk),
        in_force("as", actor),
        in_force("keymap", keymap),
        in_force("theme", Some((config.theme.value.to_string(), config.theme.source))),
    ])
}

/// Prints the completions of a shell.
///
/// # Errors
/// Where standard output does not take it.
pub fn completions(arguments: &CompletionsArguments, output: &mut Output) -> Result<(), Failure> {
    // clap_complete panics where its stream fails, so it writes to memory first.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "deskline", &mut script);
    output.stream().write_all(&script).map_err(Failure::Output)
}
pub fn keys(_c: &Config, _o: &mut Output) -> Result<(), Failure> {
    Ok(())
}
