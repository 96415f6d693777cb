//! `kill -9` at the worst moments: what was taken is not taken again, what left leaves at most once more and as the same mail.

use super::{
    post_office::PostOffice,
    proxy::{How, Moment, Proxy},
    steps::{Protocol, Step},
    support::{Doors, MARA, SUPPORT, Support, header, letter},
};
use crate::{desks::reply, pty::until};
use std::collections::BTreeSet;

#[test]
fn a_server_killed_between_keeping_and_marking_keeps_each_mail_once() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Imap, office.ports.imap);
    let mut support = Support::new(&office, &Doors::at(proxy.port, office.ports.smtp));
    // Kept and not marked; kept, marked, and nobody heard of it; read in half.
    let moments = [
        (Step::Store, Moment::Asked, 0, true),
        (Step::Store, Moment::Unanswered, 0, true),
        (Step::Fetch, Moment::Half, 1, false),
        (Step::Fetch, Moment::Unanswered, 1, false),
    ];
    for (number, (step, moment, passing, is_kept)) in moments.into_iter().enumerate() {
        let word = format!("zqkill{number}e");
        office.put(
            SUPPORT,
            &letter(
                &format!("{word}@customer.example"),
                SUPPORT,
                "Killed",
                &format!("{word}.id@customer.example"),
                "",
                &word,
            ),
        );
        proxy.plan_after(passing, step, moment, How::Stall);
        support.serves();
        proxy.until_happened();
        assert_eq!(support.has(&word), i64::from(is_kept), "{step:?} {moment:?}: {}", support.said());
        support.kills();
        proxy.cut();
        proxy.go_on();
        assert_eq!(office.seen(SUPPORT).0, number + usize::from((step, moment) == (Step::Store, Moment::Unanswered)));
        support.serves();
        until("it is marked", || office.seen(SUPPORT) == (number + 1, number + 1));
        assert_eq!(support.has(&word), 1, "{step:?} {moment:?}");
        proxy.forget();
        assert_eq!(support.stops(), Some(0), "{}", support.said());
    }
    assert_eq!(support.desk.count("SELECT count(*) FROM mail"), 4);
}

#[test]
fn a_server_killed_while_a_reply_leaves_sends_it_once_unless_the_last_step_had_begun() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Smtp, office.ports.smtp);
    let mut support = Support::new(&office, &Doors::at(office.ports.imap, proxy.port));
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Killed", "begin@customer.example", "", "zqbegin"));
    support.syncs().well();
    let conversation = support.place("zqbegin");
    // Whether the server took it, and whether the last step had begun, so that it could have.
    let moments = [
        (Step::Connect, Moment::Asked, false, false),
        (Step::Login, Moment::Unanswered, false, false),
        (Step::Mail, Moment::Asked, false, false),
        (Step::Rcpt, Moment::Unanswered, false, false),
        (Step::Data, Moment::Asked, false, false),
        (Step::Data, Moment::Unanswered, false, false),
        (Step::Content, Moment::Asked, false, true),
        (Step::Content, Moment::Unanswered, true, true),
    ];
    for (number, (step, moment, is_taken, is_begun)) in moments.into_iter().enumerate() {
        let word = format!("zqleft{number}e");
        // Where nothing can have left, a second end like the first one makes no difference.
        for life in 0..if is_begun { 1 } else { 2 } {
            proxy.plan(step, moment, How::Stall);
            support.time_passes();
            support.serves();
            if life == 0 {
                support.desk.does("ana", conversation, reply(&word));
            }
            proxy.until_happened();
            support.kills();
            proxy.cut();
            proxy.go_on();
        }
        let mails = || -> Vec<String> {
            office.settled();
            office.mails(MARA).into_iter().filter(|mail| mail.contains(&word)).collect()
        };
        let before = mails().len();
        assert_eq!(before, usize::from(is_taken), "{step:?} {moment:?}");
        support.serves();
        // Its lease ends, and it is tried once more.
        until("it is tried again", || {
            support.time_passes();
            mails().len() > before
        });
        until("the desk knows", || support.outbox("sending") == 0);
        let of = "SELECT doubts FROM outbox JOIN message ON message.id = outbox.message_id WHERE text =";
        assert_eq!(support.desk.count(&format!("{of} '{word}'")), i64::from(is_begun), "{step:?} {moment:?}");
        // And not a third time, however long it takes.
        assert_eq!(support.stops(), Some(0), "{}", support.said());
        support.time_passes();
        support.sends();
        assert_eq!((support.outbox("queued"), support.outbox("unknown"), support.outbox("failed")), (0, 0, 0));
        let mails = mails();
        assert_eq!(mails.len(), before + 1, "{step:?} {moment:?}");
        let ids: BTreeSet<String> = mails.iter().map(|mail| header(mail, "Message-ID")).collect();
        assert_eq!(ids.len(), 1, "one mail: {ids:?}");
    }
}

/// Mails arrive and replies leave while the server is killed again and again, whenever it happens to be.
#[test]
fn a_storm_of_kills_loses_nothing() {
    let kills = std::env::var("DESKLINE_MAIL_ROUNDS").map_or(6, |text| text.parse::<usize>().unwrap()).min(30);
    let office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::plain(&office));
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Storm", "begin@customer.example", "", "zqbegin"));
    support.syncs().well();
    let conversation = support.place("zqbegin");
    let mut number = 0;
    for kill in 0..kills {
        support.serves();
        // Each life gets a little further than the one before, through every place where it can be.
        let goal = support.desk.count("SELECT count(*) FROM mail") + i64::try_from(kill % 4).unwrap();
        for _ in 0..4 {
            let word = format!("{number}e");
            let mail = letter(
                &format!("{word}@customer.example"),
                SUPPORT,
                "Storm",
                &format!("{word}.id@customer.example"),
                "",
                &format!("zqin{word}"),
            );
            office.put(SUPPORT, &mail);
            support.desk.does("ana", conversation, reply(&format!("zqout{word}")));
            number += 1;
        }
        support.time_passes();
        until("some of it is there", || support.desk.count("SELECT count(*) FROM mail") >= goal);
        support.kills();
    }
    support.serves();
    until("all is there", || {
        support.time_passes();
        let waiting = support.desk.count("SELECT count(*) FROM outbox WHERE due IS NOT NULL");
        office.seen(SUPPORT) == (number + 1, number + 1) && waiting == 0
    });
    office.settled();
    let mails = office.mails(MARA);
    let (mut twice, mut doubtful) = (0, 0);
    for number in 0..number {
        assert_eq!(support.has(&format!("zqin{number}e")), 1);
        // A quotation would have it again: a mail's own text stands first.
        let word = format!("zqout{number}e");
        let own = |mail: &&String| mail.find("zqout").is_some_and(|begin| mail[begin..].starts_with(&word));
        let found: Vec<_> = mails.iter().filter(own).collect();
        let ids: BTreeSet<String> = found.iter().map(|mail| header(mail, "Message-ID")).collect();
        if found.is_empty() {
            // Whoever was sending it was killed in its last step, and once more at the second try: then it is not sent a third
            // time unasked.
            // The agent is told so, and decides.
            let told = format!(
                "SELECT count(*) FROM outbox JOIN message ON message.id = outbox.message_id \
                 WHERE text = '{word}' AND outbox.state = 'unknown' AND doubts = 2"
            );
            assert_eq!(support.desk.count(&told), 1, "“{word}” is lost, and nobody is told");
            doubtful += 1;
            continue;
        }
        assert_eq!(ids.len(), 1, "“{word}” is one mail");
        assert!(found.len() <= 2, "“{word}” arrived {} times", found.len());
        twice += found.len() - 1;
    }
    assert!(twice <= kills, "at most one for each kill: {twice}");
    assert!(2 * doubtful <= kills, "two kills for each: {doubtful}");
    eprintln!(
        "{kills} kills: {number} mails in, {number} replies out, {twice} of them twice, {doubtful} killed twice and told so"
    );
}
