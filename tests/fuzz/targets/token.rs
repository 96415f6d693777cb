//! The fuzz target `token`: see `deskline_fuzz::token`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: deskline_fuzz::watch_for_panics(), |bytes: &[u8]| deskline_fuzz::token(bytes));
