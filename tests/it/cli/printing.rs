//! How things are printed: streams, pipes, colour and standard input.

use super::{Place, objects, words};
use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
};

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let place = Place::staffed();
    let text = "word ".repeat(20_000);
    std::fs::write(place.path().join("long.txt"), &text).unwrap();
    for _ in 0..4 {
        place.does("receive --from mara@example.com --conversation 1 --file long.txt");
    }
    for line in ["--as olga conversation show 1", "--as olga --json search word", "--as olga export -"] {
        let mut command = place.command(&words(line));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let mut out = BufReader::with_capacity(64, child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        drop(out);
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!((child.wait().unwrap().code(), errors.as_str()), (Some(0), ""), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let place = Place::staffed();
    for line in ["--as olga agent list", "--as olga --json agent list", "--help", "--as olga export -"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        place.does("receive --from mara@example.com --body Hello");
        let output = place.command(&words(line)).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn nothing_is_coloured_where_standard_output_is_no_terminal() {
    let place = Place::staffed();
    for line in ["--as olga agent list", "--help", "conversation --help", "--as olga section list"] {
        assert!(!place.does(line).contains('\x1b'), "{line}");
    }
}

#[test]
fn text_comes_from_standard_input_a_file_or_the_option() {
    let place = Place::staffed();
    let text = |number: i64| {
        let shown = place.json(&format!("--as olga conversation show {number}"));
        shown[0]["messages"][0]["text"].as_str().unwrap().to_owned()
    };
    std::fs::write(place.path().join("text.txt"), "from a file\nin two lines\n").unwrap();
    let receive = |options: &str, input: &[u8]| {
        let ran = place.run_with(&format!("--json receive --from mara@example.com {options}"), input);
        assert_eq!(ran.code, 0, "{}", ran.errors);
        text(objects(&ran.out)[0]["conversation"].as_i64().unwrap())
    };
    assert_eq!(receive("", b"piped in\n"), "piped in");
    assert_eq!(receive("--file -", b"piped in as a file\r\n"), "piped in as a file");
    assert_eq!(receive("--file text.txt", b""), "from a file\nin two lines");
    assert_eq!(receive("--body '-- dashes first'", b""), "-- dashes first");
    assert_eq!(receive("--body '  spaces stay'", b""), "  spaces stay");
}

#[test]
fn the_only_active_agent_acts_without_being_named() {
    let place = Place::empty();
    place.does("init --name Acme --owner olga");
    assert_eq!(place.json("agent list")[0]["handle"], "olga");
    place.does("agent add ana --name Ana");
    assert_eq!(place.run("agent list").code, 2);
    let output = place.command(&words("--json section list")).env("DESKLINE_AS", "ana").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_configuration_file_settles_who_acts_and_where() {
    let place = Place::staffed();
    let folder = place.path().join(".config/deskline");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "as = \"ana\"\ndesk = \"../../desk.db\"\n").unwrap();
    let output = place
        .command(&words("--json conversation start --with-agent ben --body Hello"))
        .env_remove("DESKLINE_DESK")
        .output();
    assert_eq!(output.unwrap().status.code(), Some(0));
    std::fs::write(folder.join("config.toml"), "as = \"ana\"\nAs = \"ben\"\n").unwrap();
    let ran = place.run("--json section list");
    assert_eq!(ran.code, 1);
    let text = objects(&ran.errors)[0]["error"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("config.toml") && text.contains("line 2"), "{text}");
}

#[test]
fn the_users_keymap_is_the_one_in_force_and_a_wrong_one_is_named_with_its_line() {
    let place = Place::empty();
    let folder = place.path().join(".config/deskline");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "keymap = \"keys.toml\"\n").unwrap();
    std::fs::write(folder.join("keys.toml"), "[[row]]\naction = \"quit\"\nkeys = [\"Q\"]\n").unwrap();
    let rows = place.json("keys");
    let quit = rows.iter().find(|row| row["action"] == "quit").unwrap();
    assert_eq!(quit["keys"], serde_json::json!(["Q"]));
    std::fs::write(folder.join("keys.toml"), "[[row]]\naction = \"fly\"\nkeys = [\"Q\"]\n").unwrap();
    let ran = place.run("keys");
    assert_eq!(ran.code, 1);
    assert!(
        ran.errors.contains("keys.toml") && ran.errors.contains("line 2") && ran.errors.contains("fly"),
        "{}",
        ran.errors
    );
    // The refusal sends people here for the names, so they are here all the same.
    std::fs::write(folder.join("config.toml"), "").unwrap();
    assert_eq!(ran.out, place.does("keys"));
}

#[test]
fn the_keymap_and_the_configuration_that_the_readme_shows_are_taken() {
    let readme = include_str!("../../../README.md");
    let blocks = readme.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let (keymaps, configurations): (Vec<&str>, Vec<&str>) = blocks.partition(|text| text.contains("[[row]]"));
    assert!(!keymaps.is_empty() && !configurations.is_empty());
    let place = Place::empty();
    let folder = place.path().join(".config/deskline");
    std::fs::create_dir_all(&folder).unwrap();
    let built_in = place.does("keys");
    std::fs::write(folder.join("config.toml"), "keymap = \"keys.toml\"\n").unwrap();
    for text in keymaps {
        std::fs::write(folder.join("keys.toml"), text).unwrap();
        assert_ne!(place.does("keys"), built_in, "{text}");
    }
    for text in configurations {
        std::fs::write(folder.join("config.toml"), text).unwrap();
        place.does("config");
    }
}

#[test]
fn a_list_goes_on_after_its_last_cursor() {
    let place = Place::staffed();
    for number in 1..=7 {
        place.does(&format!("receive --from mara@example.com --group Support --subject 'No {number}' --body Hello"));
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let rows = place.json(&format!("--as ana conversation list --section unassigned --limit 3 {after}"));
        let Some(last) = rows.last() else { break };
        after = format!("--after '{}'", last["cursor"].as_str().unwrap());
        seen.extend(rows.iter().map(|row| row["id"].as_i64().unwrap()));
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    let found = place.json("--as ana search hello --limit 2");
    let more = place.json(&format!("--as ana search hello --after '{}'", found[1]["cursor"].as_str().unwrap()));
    assert_eq!(found.len() + more.len(), 7);
}
