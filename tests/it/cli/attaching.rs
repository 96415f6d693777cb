//! `--attach`: files on their way in by command, and what is refused.

use super::{Place, steady};
use std::fs;

const LINES: &str = "
    receive --from mara@example.com --name 'Mara Lindt' --group Support --subject Invoice --body 'My invoice, please.'
    --as ana conversation reply 1 --client-id c1 --body 'Here it is.' --attach bill.pdf --attach notes.txt
    --as ana conversation reply 1 --client-id c1 --body 'Here it is.' --attach bill.pdf --attach notes.txt
    --as ana conversation reply 1 --client-id c1 --body 'Here it is.' --attach notes.txt
    --as ana conversation note 1 --body 'Her file.' --attach plan.odt
    --as ben conversation show 1
    --as ana conversation start --with-customer jo@example.com --subject Offer --body 'Our offer.' --attach bill.pdf
    --as ana conversation show 2
    --as olga customer view mara@example.com 1
    --as ana search has:attachment
    --as olga search has:attachment is:internal
    --as ana conversation reply 1 --body 'Here.' --attach plan.odt
    --as ana conversation reply 1 --body 'Here.' --attach nowhere.pdf
    --as ana conversation reply 1 --body 'Here.' --attach .
    --as ana conversation reply 1 --body 'Here.' --attach empty.txt
    --as ana conversation reply 1 --body 'Here.' --attach large.bin
    --as ana conversation reply 1 --body 'Here.' --attach bill.pdf --attach large.bin --attach nowhere.pdf
    --as ana conversation reply 1 --body 'Here.' --attach -
    --as ana conversation reply 1 --attach - --attach-name a.pdf
    --as ana conversation reply 1 --body 'Here.' --attach bill.pdf --attach-name a.pdf
    --as ana conversation reply 1 --body 'Here.' --attach - --attach - --attach-name a.pdf
    --as ana conversation reply 1 --body 'Here.' --attach - --attach-name /
    --as ana conversation reply 1 --body 'Here.' --attach - --attach-name a.pdf
    --as ana conversation reply 1 --body '' --attach bill.pdf
    --as ana conversation attachment 1 4 1
";

fn place() -> Place {
    let place = Place::staffed();
    fs::write(place.path().join("bill.pdf"), b"%PDF-1.7 \xff\x00\r\n").unwrap();
    fs::write(place.path().join("notes.txt"), "one\ntwo\n").unwrap();
    fs::write(place.path().join("plan.odt"), "PK the plan\n").unwrap();
    fs::write(place.path().join("empty.txt"), "").unwrap();
    fs::File::create(place.path().join("large.bin")).unwrap().set_len((18 << 20) + 1).unwrap();
    place
}

#[test]
fn files_by_command_in_text() {
    steady(|| insta::assert_snapshot!("cli_attaching_text", place().transcript(LINES, "")));
}

#[test]
fn files_by_command_as_json() {
    steady(|| insta::assert_snapshot!("cli_attaching_json", place().transcript(LINES, "--json")));
}

/// Who decides about a held reply sees what would go with it.
#[test]
fn a_held_reply_names_its_files() {
    let place = place();
    let lines = [
        "receive --from mara@example.com --name Mara --group Support --subject Invoice --body Hello",
        "--as olga setting set private-conversations on",
        "--as ana conversation create-item 1 ticket --title Invoice",
        "--as olga conversation start --on TK-1 --audience internal --body Look --attach bill.pdf",
        "--as olga conversation private 2",
        "--as ana conversation reply 1 --body Here --attach bill.pdf --attach notes.txt",
    ];
    let item = lines.iter().fold(String::new(), |item, line| {
        let line = line.replace("TK-1", &item);
        let done = place.json(&line).pop().unwrap_or_default();
        done["id"].as_str().map_or(item, str::to_owned)
    });
    assert!(item.starts_with("TK-"));
    let held = place.json("--as olga conversation held").remove(0);
    let files = serde_json::json!([
        {"name": "bill.pdf", "media_type": "application/pdf", "size": 13},
        {"name": "notes.txt", "media_type": "text/plain", "size": 8},
    ]);
    assert_eq!((&held["text"], &held["attachments"]), (&"Here".into(), &files));
    let table = place.does("--as olga conversation held");
    assert!(table.contains("13 B bill.pdf, 8 B notes.txt"), "{table}");
}

#[test]
fn what_goes_in_comes_out_byte_by_byte_from_standard_input_too() {
    let place = place();
    place.does("receive --from mara@example.com --group Support --body Hello");
    let all: Vec<u8> = (0..=127).cycle().take(300_001).collect();
    let line = "--as ana conversation reply 1 --body Here --attach bill.pdf --attach - --attach-name ../Übersicht.csv";
    let ran = place.run_with(line, &all);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    let files = &place.json("--as ana conversation show 1")[0]["messages"][1]["attachments"];
    assert_eq!(files[1], serde_json::json!({"name": "Übersicht.csv", "media_type": "text/csv", "size": 300_001}));
    assert_eq!(files[0]["media_type"], "application/pdf");
    assert_eq!(place.does("--as ben conversation attachment 1 2 2").as_bytes(), all);
    // A pipe that never ends is no file, and neither is a folder.
    for path in ["/dev/zero", "/", "..", "bill.pdf/"] {
        let before = place.everything();
        let ran = place.run(&format!("--as ana conversation note 1 --body x --attach {path}"));
        assert!(ran.code == 2 || ran.code == 1, "{path}: {}", ran.errors);
        assert_eq!((ran.errors.lines().count(), place.everything() == before), (1, true), "{path}: {}", ran.errors);
    }
    let twenty_one = " --attach bill.pdf".repeat(21);
    let ran = place.run(&format!("--as ana conversation note 1 --body x{twenty_one}"));
    assert_eq!((ran.code, ran.errors.contains("These are 21 files")), (2, true), "{}", ran.errors);
}
