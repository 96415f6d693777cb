//! The fuzz target `threading`: see `deskline_fuzz::threading`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: deskline_fuzz::watch_for_panics(), |bytes: &[u8]| deskline_fuzz::threading(bytes));
