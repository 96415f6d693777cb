//! Connections that are lost at every step, to the server that mail comes from and to the one it leaves by: each mail
//! arrives once and leaves once, and where nobody could know, at most twice and as the same mail.

use super::{
    answering::{NOTE, assert_clean},
    post_office::PostOffice,
    proxy::{How, Moment, Proxy},
    steps::{Protocol, Step},
    support::{Doors, MARA, SUPPORT, Support, header, letter},
};
use crate::desks::{note, reply};
use deskline::domain::id::ConversationId;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

/// How often each step is cut; every time at another moment of it.
fn rounds() -> usize {
    std::env::var("DESKLINE_MAIL_ROUNDS").map_or(6, |text| text.parse().expect("a number in DESKLINE_MAIL_ROUNDS"))
}

const MOMENTS: [Moment; 3] = [Moment::Asked, Moment::Half, Moment::Unanswered];

/// The steps of one fetch, each with how often the same step passes before: the first FETCH lists, the second one reads.
const FETCHING: [(Step, usize); 8] = [
    (Step::Connect, 0),
    (Step::Greeting, 0),
    (Step::Login, 0),
    (Step::Select, 0),
    (Step::Fetch, 0),
    (Step::Fetch, 1),
    (Step::Store, 0),
    (Step::Logout, 0),
];

/// The steps of one mail that leaves.
const SENDING: [Step; 8] =
    [Step::Connect, Step::Greeting, Step::Hello, Step::Login, Step::Mail, Step::Rcpt, Step::Data, Step::Content];

/// A connection has no half before anything was said, and nothing is asked before the greeting. Who takes leave need not wait
/// for the answer.
fn moment(step: Step, round: usize) -> Moment {
    match step {
        Step::Connect | Step::Logout => Moment::Asked,
        Step::Greeting => MOMENTS[1 + round % 2],
        _ => MOMENTS[round % 3],
    }
}

#[test]
fn every_mail_arrives_once_wherever_the_connection_is_cut() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Imap, office.ports.imap);
    let support = Support::new(&office, &Doors::at(proxy.port, office.ports.smtp));
    let since = Instant::now();
    let mut words = Vec::new();
    for round in 0..rounds() {
        for (step, passing) in FETCHING {
            let word = format!("zqcut{}e", words.len());
            office.put(
                SUPPORT,
                &letter(
                    &format!("{word}@customer.example"),
                    SUPPORT,
                    "Cut",
                    &format!("{word}.id@customer.example"),
                    "",
                    &word,
                ),
            );
            words.push(word);
            let moment = moment(step, round);
            proxy.plan_after(passing, step, moment, How::Cut);
            let ran = support.syncs();
            assert_eq!(ran.errors.matches("panicked").count(), 0, "{step:?} {moment:?}: {ran:?}");
            proxy.until_happened();
            // Before the step in which it is read nothing may be marked, or it would never be looked at again.
            let word = words.last().unwrap();
            let (seen, all) = office.seen(SUPPORT);
            assert!(seen < all || support.has(word) == 1, "{step:?} {moment:?}: seen before it was kept");
            // A logout that is lost loses nothing, so it need be no failure.
            assert!(ran.code != Some(0) || step == Step::Logout, "{step:?} {moment:?}: {ran:?}");
            // Every other time the next one has to do for both.
            if words.len() % 2 == 0 {
                support.syncs().well();
                assert_eq!(office.seen(SUPPORT), (words.len(), words.len()), "{step:?} {moment:?}");
            }
        }
    }
    let cuts = words.len();
    support.syncs().well();
    assert_eq!(proxy.happened(), cuts);
    for word in &words {
        assert_eq!(support.has(word), 1, "“{word}” is there once");
    }
    assert_eq!(support.desk.count("SELECT count(*) FROM mail"), i64::try_from(cuts).unwrap());
    assert_eq!(office.seen(SUPPORT), (cuts, cuts));
    eprintln!("{} cuts at each of {} steps of IMAP: {:?}", rounds(), FETCHING.len(), since.elapsed());
}

/// A conversation with Mara that can be answered by mail.
fn conversation(office: &PostOffice, support: &Support) -> ConversationId {
    office.put(SUPPORT, &letter(MARA, SUPPORT, "Cut", "begin@customer.example", "", "zqbegin"));
    support.syncs().well();
    support.place("zqbegin")
}

/// How often each word lies in Mara's mailbox, with the Message-IDs it has there.
fn arrived(office: &PostOffice) -> BTreeMap<String, (usize, BTreeSet<String>)> {
    office.settled();
    let mut found: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    for mail in office.mails(MARA) {
        // Its own text comes first, before what it quotes and before the same in HTML.
        let begin = mail.find("zqout").unwrap_or_else(|| panic!("whose mail is this?\n{mail}"));
        let word: String = mail[begin..].chars().take_while(char::is_ascii_alphanumeric).collect();
        let entry = found.entry(word).or_default();
        entry.0 += 1;
        entry.1.insert(header(&mail, "Message-ID"));
    }
    found
}

#[test]
fn every_reply_leaves_once_wherever_the_connection_is_cut() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Smtp, office.ports.smtp);
    let support = Support::new(&office, &Doors::at(office.ports.imap, proxy.port));
    let conversation = conversation(&office, &support);
    support.only_sends();
    let since = Instant::now();
    let mut doubtful = BTreeSet::new();
    let mut cuts = 0;
    for round in 0..rounds() {
        for step in SENDING {
            let word = format!("zqout{cuts}e");
            support.desk.does("ana", conversation, note(NOTE));
            support.desk.does("ana", conversation, reply(&word));
            let moment = moment(step, round);
            proxy.plan(step, moment, How::Cut);
            let ran = support.syncs();
            assert_eq!(ran.errors.matches("panicked").count(), 0, "{step:?} {moment:?}: {ran:?}");
            proxy.until_happened();
            cuts += 1;
            let taken = step == Step::Content && moment != Moment::Asked;
            if taken {
                doubtful.insert(word.clone());
                assert_eq!(support.outbox("unknown"), 1, "{step:?} {moment:?}");
                let shown = support.runs("ana", &["--json", "conversation", "show", &conversation.0.to_string()]);
                assert!(shown.well().out.contains("\"state\":\"unknown\""), "it is shown as such");
            }
            // Twice: the second time there is nothing left to do.
            for _ in 0..2 {
                support.time_passes();
                support.syncs().well();
            }
            let waiting = support.outbox("queued") + support.outbox("sending") + support.outbox("failed");
            assert_eq!(waiting, 0, "{step:?} {moment:?}");
        }
    }
    let arrived = arrived(&office);
    assert_eq!(arrived.len(), cuts, "none is lost");
    assert_clean(&String::from_utf8_lossy(&proxy.heard()));
    let mut twice = 0;
    for (word, (count, ids)) in &arrived {
        assert_eq!(ids.len(), 1, "“{word}” is one mail: {ids:?}");
        let most = if doubtful.contains(word) { 2 } else { 1 };
        assert!(*count <= most, "“{word}” arrived {count} times");
        twice += usize::from(*count == 2);
    }
    let (rounds, steps, took) = (rounds(), SENDING.len(), since.elapsed());
    eprintln!(
        "{rounds} cuts at each of {steps} steps of SMTP: {cuts} mails, {} in doubt, {twice} of them twice: {took:?}",
        doubtful.len()
    );
}

#[test]
fn many_replies_leave_by_one_connection() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Smtp, office.ports.smtp);
    let support = Support::new(&office, &Doors::at(office.ports.imap, proxy.port));
    let conversation = conversation(&office, &support);
    support.only_sends();
    for number in 0..60 {
        support.desk.does("ana", conversation, reply(&format!("zqout{number}e")));
    }
    support.syncs().well();
    assert_eq!(proxy.connections(), 2, "fifty and ten");
    let arrived = arrived(&office);
    assert_eq!((arrived.len(), arrived.values().map(|(count, _)| count).sum::<usize>()), (60, 60));
}

#[test]
fn a_connection_that_is_cut_between_two_mails_or_in_the_second_leaves_no_other_in_doubt() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Smtp, office.ports.smtp);
    let support = Support::new(&office, &Doors::at(office.ports.imap, proxy.port));
    let conversation = conversation(&office, &support);
    support.only_sends();
    let (mut words, mut doubtful) = (0, BTreeSet::new());
    // What is asked between two mails is no step with a name.
    for step in [Step::Other, Step::Mail, Step::Rcpt, Step::Data, Step::Content] {
        for moment in MOMENTS {
            for _ in 0..3 {
                support.desk.does("ana", conversation, reply(&format!("zqout{words}e")));
                words += 1;
            }
            proxy.plan_after(usize::from(step != Step::Other), step, moment, How::Cut);
            let ran = support.syncs();
            proxy.until_happened();
            assert_eq!(ran.code == Some(0), step == Step::Other, "{step:?} {moment:?}: {ran:?}");
            let in_doubt = support.outbox("unknown");
            if step == Step::Content {
                assert_eq!(in_doubt, 1, "{moment:?}");
                if moment != Moment::Asked {
                    doubtful.insert(format!("zqout{}e", words - 2));
                }
            } else {
                assert_eq!(in_doubt, 0, "{step:?} {moment:?}");
            }
            support.time_passes();
            support.syncs().well();
            assert_eq!(
                support.desk.count("SELECT count(*) FROM outbox WHERE state <> 'sent'"),
                0,
                "{step:?} {moment:?}"
            );
        }
    }
    for (word, (count, ids)) in arrived(&office) {
        assert_eq!((count, ids.len()), (1 + usize::from(doubtful.contains(&word)), 1), "“{word}”");
    }
}

#[test]
fn an_idle_that_is_cut_is_taken_up_again() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Imap, office.ports.imap);
    let mut support = Support::new(&office, &Doors::at(proxy.port, office.ports.smtp));
    let cuts = [(Step::Idle, Moment::Asked), (Step::Idle, Moment::Unanswered), (Step::News, Moment::Unanswered)];
    for (step, moment) in cuts.into_iter().take(2) {
        proxy.plan(step, moment, How::Cut);
    }
    support.serves();
    proxy.until_happened();
    // The second answer is the first that arrives.
    proxy.until_answered(Step::Idle, 2);
    proxy.plan(Step::News, Moment::Unanswered, How::Cut);
    let put = |number: usize| {
        let word = format!("zqidle{number}e");
        office.put(
            SUPPORT,
            &letter(
                &format!("{word}@customer.example"),
                SUPPORT,
                "Idle",
                &format!("{word}.id@customer.example"),
                "",
                &word,
            ),
        );
        word
    };
    let first = put(1);
    support.gets(&first);
    proxy.until_happened();
    // Nobody says anything any more in between, and the mail is there all the same.
    proxy.shut(true);
    let second = put(2);
    proxy.shut(false);
    support.gets(&second);
    crate::pty::until("both are marked", || office.seen(SUPPORT) == (2, 2));
    assert_eq!((support.has(&first), support.has(&second)), (1, 1));
    assert_eq!(support.stops(), Some(0));
}

/// What takes a minute by its nature, all at the same time: a server that says nothing any more while mail is fetched, and
/// one while mail leaves, and a folder that does not tell by itself.
#[test]
fn what_says_nothing_any_more_is_left_and_the_sent_folder_is_looked_at_again() {
    let office = PostOffice::open();
    let proxies = [(Protocol::Imap, office.ports.imap), (Protocol::Smtp, office.ports.smtp)]
        .map(|(protocol, port)| Proxy::new(protocol, port));
    let fetching = Support::new(&office, &Doors::at(proxies[0].port, office.ports.smtp));
    let mut sending = Support::new(&office, &Doors::at(office.ports.imap, proxies[1].port));
    let conversation = conversation(&office, &sending);
    sending.desk.does("ana", conversation, reply("zqout0e"));
    proxies[0].plan_after(1, Step::Fetch, Moment::Asked, How::HalfOpen);
    proxies[1].plan(Step::Data, Moment::Asked, How::HalfOpen);
    let limit = Duration::from_mins(3);
    let fetches = fetching.syncing();
    let since = Instant::now();
    let fetches = std::thread::spawn(move || fetches.ended_within(limit));
    sending.serves();
    proxies[1].until_happened();
    // Only now, when the folder was looked at once.
    let head = "In-Reply-To: <begin@customer.example>\r\n";
    let outside = letter(SUPPORT, MARA, "Re: Cut", "outside@acme.example", head, "zqoutside");
    office.imap(SUPPORT, "INBOX").appends("Sent", "\\Seen", &outside).expect("it is taken");
    let (mut left, mut looked) = (None, None);
    while left.is_none() || looked.is_none() {
        if left.is_none() && sending.outbox("sending") == 0 {
            left = Some(since.elapsed());
        }
        if looked.is_none() && sending.has("zqoutside") == 1 {
            looked = Some(since.elapsed());
        }
        assert!(since.elapsed() < limit, "left {left:?}, looked {looked:?}: {}", sending.said());
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let fetched = fetches.join().unwrap();
    eprintln!("half-open: fetching ended after {:?}, sending after {left:?}; Sent read after {looked:?}", fetched.took);
    // Whether it says so or asks once more by itself: what was waited for is not lost.
    if fetched.code != Some(0) {
        assert_eq!(fetching.has("zqbegin"), 0, "{fetched:?}");
        fetching.syncs().well();
    }
    assert_eq!(fetching.has("zqbegin"), 1);
    assert_eq!(sending.place("zqoutside"), conversation);
    assert_eq!(sending.outbox("queued"), 1, "nobody doubts that it did not leave");
    assert_eq!(sending.stops(), Some(0));
    sending.time_passes();
    sending.sends();
    assert_eq!(arrived(&office)["zqout0e"].0, 1);
}

#[test]
fn bytes_that_come_one_by_one_are_a_mail_all_the_same() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Imap, office.ports.imap);
    let leaving = Proxy::new(Protocol::Smtp, office.ports.smtp);
    let mut support = Support::new(&office, &Doors::at(proxy.port, leaving.port));
    proxy.slow(true);
    leaving.slow(true);
    let conversation = conversation(&office, &support);
    support.desk.does("ana", conversation, reply("zqout0e"));
    support.sends();
    assert_eq!(arrived(&office)["zqout0e"].0, 1);
}
