//! `ssh HOST COMMAND`: the command line over a channel, its streams whole and in order.

use super::{Server, client::Client, key_of};
use crate::desks::TestDesk;
use std::time::{Duration, Instant};

#[test]
fn a_command_reads_its_input_and_says_how_it_ended() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let long = "A long answer, line by line.\n".repeat(3000);
    let replied = client.command(&format!("conversation reply {id} --json"), long.as_bytes());
    assert_eq!(replied.status, Some(0), "{}", replied.errors);
    assert!(replied.out.contains(r#""message":"#), "{}", replied.out);
    assert!(desk.texts("ana", id).iter().any(|text| text.trim_end() == long.trim_end()), "whole");
    let missing = client.command("conversation show 999", b"");
    assert_eq!((missing.status, missing.out.as_str()), (Some(3), ""));
    assert!(missing.errors.starts_with("deskline: "), "{}", missing.errors);
    let refused = client.command("agent add eve --name Eve", b"");
    assert_eq!(refused.status, Some(4), "{}", refused.errors);
    let unknown = client.command("scp -t /etc", b"");
    assert_eq!((unknown.status, unknown.errors.lines().count()), (Some(2), 1), "{}", unknown.errors);
    server.prints("ran a command");
    assert!(!server.printed().contains("line by line") && !server.printed().contains("scp"), "{}", server.printed());
}

/// Whoever is elsewhere has the files there, on the way in and on the way out.
#[test]
fn a_file_goes_in_and_comes_out_over_the_channel() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let all: Vec<u8> = (0..3_000_000_u32).map(|place| u8::try_from(place * 7 % 251).unwrap() & 0x7f).collect();
    let line = format!("conversation reply {id} --body Here --attach - --attach-name bill.pdf");
    let replied = client.command(&line, &all);
    assert_eq!(replied.status, Some(0), "{}", replied.errors);
    let entry = desk.thread("ben", id).entries.into_iter().find(|entry| entry.text == "Here").expect("the reply");
    let kept = desk.desk.attachment(&desk.agent("ben"), id, entry.seq, 1).unwrap().unwrap();
    assert!(kept == all, "{} of {} bytes", kept.len(), all.len());
    let given = client.command(&format!("conversation attachment {id} {} 1", entry.seq), b"");
    assert!(given.status == Some(0) && given.out.as_bytes() == all, "{}", given.errors);
    let file = desk.file().display().to_string();
    let refused = client.command(&format!("conversation reply {id} --body Here --attach {file}"), b"");
    assert_eq!((refused.status, refused.out.as_str()), (Some(2), ""));
    assert!(refused.errors.contains("--attach would name a file of the server"), "{}", refused.errors);
}

#[test]
fn what_is_no_command_at_all_is_told_so_in_a_line() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    for line in
        ["exec sh -c 'eval \"$(echo)\"' '' ", "/bin/sh -c id", "--as olga section list", "serve --ssh 0.0.0.0:22"]
    {
        let ran = client.command(line, b"");
        assert_eq!((ran.status, ran.out.as_str(), ran.errors.lines().count()), (Some(2), "", 1), "{line}: {ran:?}");
    }
    let channel = client.channel().unwrap();
    channel.run(channel.half.exec(true, vec![0xff, 0xfe])).unwrap();
    assert_eq!(channel.closes().status, Some(2));
}

#[test]
fn a_command_at_a_terminal_has_whole_line_ends() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let channel = client.channel().unwrap();
    channel.pty(120, 40);
    channel.run(channel.half.exec(true, "conversation list --section open")).unwrap();
    let ran = channel.closes();
    assert_eq!(ran.status, Some(0));
    assert!(ran.out.matches('\n').count() >= 2);
    assert_eq!(ran.out.matches('\n').count(), ran.out.matches("\r\n").count(), "{:?}", ran.out);
}

#[test]
fn ctrl_c_ends_a_command_at_a_terminal() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let channel = client.channel().unwrap();
    channel.pty(120, 40);
    channel.run(channel.half.exec(true, format!("conversation reply {id}"))).unwrap();
    assert!(channel.granted());
    channel.keys("half a mess\x03");
    assert_eq!(channel.closes().status, Some(130));
    assert_eq!(desk.texts("ana", id).len(), 1, "half a message is none");
}

#[test]
fn half_a_message_is_none() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let key = key_of(&desk, "ana");
    let client = Client::login(&server, &key);
    let channel = client.channel().unwrap();
    channel.run(channel.half.exec(true, format!("conversation reply {id}"))).unwrap();
    assert!(channel.granted());
    channel.keys("half a mess");
    drop((channel, client));
    server.prints("ran a command");
    assert_eq!(desk.texts("ana", id).len(), 1);
}

#[test]
fn a_reader_that_goes_ends_the_command_and_much_output_comes_whole() {
    let desk = TestDesk::new();
    for number in 0..60 {
        desk.write_in("mara@example.com", None, &format!("{number} {}", "words ".repeat(1500)));
    }
    let server = Server::on(&desk.file(), &["--stall", "6"]);
    let olga = key_of(&desk, "olga");
    let client = Client::login(&server, &olga);
    let whole = client.command("export -", b"");
    assert_eq!(whole.status, Some(0), "{}", whole.errors);
    assert!(whole.out.len() > 500_000 && whole.out.ends_with("}\n"), "{}", whole.out.len());
    assert_eq!(whole.out.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_err()).count(), 0);
    // A client that sends more than is read of it still gets its answer. (Not too much more: this one reads nothing while it
    // writes.)
    let unread = client.command("export -", &vec![b'x'; 320_000]);
    assert_eq!((unread.status, unread.out.len()), (Some(0), whole.out.len()));
    let going = Client::login(&server, &olga);
    let channel = going.channel().unwrap();
    channel.run(channel.half.exec(true, "export -")).unwrap();
    channel.when("a beginning", |seen| !seen.output.is_empty());
    let begun = Instant::now();
    drop((channel, going));
    crate::pty::until("all commands have ended", || server.printed().matches("ran a command").count() == 3);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
