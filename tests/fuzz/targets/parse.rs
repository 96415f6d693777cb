//! The fuzz target `parse`: see `deskline_fuzz::parse`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: deskline_fuzz::watch_for_panics(), |bytes: &[u8]| deskline_fuzz::parse(bytes));
