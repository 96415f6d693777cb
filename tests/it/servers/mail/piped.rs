//! Postfix pipes mail to `deskline receive --mail`: what it is told to keep, it keeps and hands over again.

use super::{
    post_office::{NOBODY, PostOffice},
    support::{Doors, MARA, Support, letter},
};
use crate::pty::until;
use std::{
    os::unix::fs::{PermissionsExt as _, chown},
    path::Path,
};

const DESK: &str = "desk@pipe.example";

/// Everything of the desk belongs to whom Postfix runs the program as.
fn give_away(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        chown(entry.expect("an entry").path(), Some(NOBODY), Some(NOBODY)).expect("its owner");
    }
    chown(folder, Some(NOBODY), Some(NOBODY)).expect("its owner");
}

#[test]
fn what_a_mail_server_pipes_is_there_once_and_what_fails_is_handed_over_again() {
    let office = PostOffice::open();
    let support = Support::new(&office, &Doors::plain(&office));
    support.configure(&format!("[mail.desk]\naddress = \"{DESK}\"\ngroup = \"Support\"\n"));
    let program = Path::new(env!("CARGO_BIN_EXE_deskline"));
    let (desk, config) = (support.desk.file(), support.config());
    let call = format!(
        "export DESKLINE_DESK='{}' DESKLINE_CONFIG='{}'\n\
         [ -e FOLDER/full ] && trap '' XFSZ && ulimit -f 1\n\
         exec FOLDER/deskline receive --mail --envelope-from \"$1\" --envelope-to \"$2\"",
        desk.display(),
        config.display()
    );
    office.deliver_by(&call, &[program]);
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o644)).expect("its mode");
    give_away(support.desk.folder.path());
    let mail = |word: &str| letter(MARA, DESK, "Piped", &format!("{word}@customer.example"), "", word);
    office.send(MARA, &[DESK], &mail("zqpiped"));
    assert_eq!(support.has("zqpiped"), 1, "{}", office.logs());
    let row = support.desk.row(support.place("zqpiped"));
    assert_eq!((row.subject.as_str(), row.group.as_deref()), ("Piped", Some("Support")), "{row:?}");
    // The disk is full: the server is told to come again, and keeps it.
    let full = office.maildir(MARA).ancestors().nth(3).expect("its folder").join("full");
    std::fs::write(&full, "").expect("a file");
    office.hand_in(MARA, &[DESK], &mail("zqlater"));
    until("it is kept for later", || office.deferred() == 1);
    assert_eq!(support.has("zqlater"), 0);
    std::fs::remove_file(&full).expect("a removed file");
    office.flush();
    until("it is handed over again", || support.has("zqlater") == 1);
    office.settled();
    assert_eq!(support.has("zqlater"), 1);
    // Its sender hears of nothing: it was late, not lost.
    assert_eq!(office.mails(MARA).len(), 0);
    // The same mail once more is the same mail.
    office.send(MARA, &[DESK], &mail("zqpiped"));
    assert_eq!(support.has("zqpiped"), 1);
}
