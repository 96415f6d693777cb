//! A disk that is full while mail arrives: nothing is marked that was not kept, and nothing is there twice afterwards.

use super::{
    post_office::PostOffice,
    support::{Doors, SUPPORT, Support, letter},
};
use crate::servers::house::run;
use std::process::Command;

const MAILS: usize = 40;

#[test]
fn a_full_disk_loses_no_mail() {
    let office = PostOffice::open();
    let support = Support::new(&office, &Doors::plain(&office));
    for number in 0..MAILS {
        let body = format!("zqfull{number}e\r\n{}", "Words that fill the disk.\r\n".repeat(4_000));
        let from = format!("{number}@customer.example");
        office.put(SUPPORT, &letter(&from, SUPPORT, "Full", &format!("{number}.id@customer.example"), "", &body));
    }
    let kept = || support.desk.count("SELECT count(*) FROM mail");
    let (mut failures, mut before) = (0, 0);
    // No file may be larger than so many blocks of 512 bytes: the disk ends in the middle of something, each time elsewhere.
    for blocks in (3_000_u32..).step_by(1_531) {
        let program = support.deskline("olga", &["mail", "sync"]);
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\"", &blocks.to_string()]);
        limited.arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        let ran = run(&mut limited, b"");
        assert!(!ran.errors.contains("panicked"), "{ran:?}");
        let (seen, all) = office.seen(SUPPORT);
        assert_eq!(all, MAILS);
        assert!(i64::try_from(seen).unwrap() <= kept(), "{seen} are marked, {} are kept: {ran:?}", kept());
        assert!(kept() >= before, "what was kept stays");
        before = kept();
        if ran.code == Some(0) {
            assert_eq!(seen, MAILS, "{ran:?}");
            break;
        }
        failures += 1;
        assert!(ran.errors.ends_with(".\n"), "a sentence: {ran:?}");
    }
    assert!(failures > 1, "the disk was never full");
    for number in 0..MAILS {
        assert_eq!(support.has(&format!("zqfull{number}e")), 1);
    }
    assert_eq!(kept(), i64::try_from(MAILS).unwrap());
    eprintln!("a disk that was full {failures} times: {MAILS} mails, each once");
}
