//! What tells a panic of ours from one of the mail parser's.

use std::{
    backtrace::Backtrace,
    panic::{self, PanicHookInfo},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// Panics in the parser: what the reader's fence is for.
static PARSER: AtomicU64 = AtomicU64::new(0);

/// Makes every panic the end of the process, wherever it would be caught, but those of the mail parser: they are counted.
pub fn watch_for_panics() {
    // The hook that is there ends the process at the parser's panics too.
    drop(panic::take_hook());
    panic::set_hook(Box::new(|panic| {
        if !is_parsers(panic) {
            eprintln!("{panic}\n{}", Backtrace::force_capture());
            process::abort();
        }
        let count = PARSER.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_power_of_two() {
            eprintln!("fenced: {count} panics in the mail parser, the last one: {panic}");
        }
    }));
}

/// Whether it was the parser's code that panicked, or called what panicked.
fn is_parsers(panic: &PanicHookInfo<'_>) -> bool {
    let file = panic.location().map_or("", |place| place.file());
    if file.contains("/mail-parser-") {
        return true;
    }
    if file.starts_with("src/") || file.starts_with("tests/") {
        return false;
    }
    let stack = Backtrace::force_capture().to_string();
    let nearest = stack.lines().find(|line| line.contains("mail_parser::") || line.contains("deskline::"));
    nearest.is_some_and(|line| line.contains("mail_parser::"))
}
