//! Desks of older versions: brought to the newest one with everything that was in them, and a copy of what they were.

use crate::{
    desks::{TestDesk, make, note, reply},
    letting_in::{code, key},
};
use deskline::{
    desk::{Desk, page::Wants},
    domain::{command::Command, conversation::Privacy},
    store::migrate::{APPLICATION_ID, backup_path, newest},
};
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

const FIRST: &str = include_str!("../../src/store/migrations/0001-desk.sql");

/// The same desk as the first version of the schema wrote it: that version's own statements, and every row of its tables.
fn as_first_version(desk: &TestDesk) -> PathBuf {
    let file = desk.folder.path().join("first.db");
    let first = Connection::open(&file).unwrap();
    first.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    first.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    first.execute_batch(FIRST).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    first.pragma_update(None, "foreign_keys", false).unwrap();
    first.execute("ATTACH ?1 AS now", [desk.file().to_str().unwrap()]).unwrap();
    let names =
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
    let names: Vec<String> =
        first.prepare(names).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(!names.contains(&"agent_key".to_owned()));
    let still = "SELECT EXISTS (SELECT 1 FROM now.sqlite_schema WHERE name = ?1)";
    for name in names {
        if !first.query_row(still, [&name], |row| row.get::<_, bool>(0)).unwrap() {
            continue;
        }
        let columns: Vec<String> = first
            .prepare(&format!("SELECT name FROM pragma_table_info('{name}', 'main')"))
            .unwrap()
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap()
            .map(|name| format!("\"{}\"", name.unwrap()))
            .collect();
        let columns = columns.join(", ");
        first
            .execute_batch(&format!(
                "DELETE FROM main.\"{name}\"; INSERT INTO main.\"{name}\" ({columns}) SELECT {columns} FROM now.\"{name}\";"
            ))
            .unwrap();
    }
    first.execute_batch("DETACH now").unwrap();
    first.close().unwrap();
    file
}

fn version(file: &Path) -> i64 {
    Connection::open(file).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// The statements that made a desk's tables, indexes and triggers.
fn schema(file: &Path) -> Vec<String> {
    let desk = Connection::open(file).unwrap();
    let mut statement = desk.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_desk_of_the_first_version_is_whole_after_the_migration_and_has_keys() {
    let made = TestDesk::with_privacy();
    let id = made.arrival();
    made.does("ana", id, reply("We look into it."));
    made.does("ben", id, note("Same bank as last week."));
    made.does("olga", id, make(Privacy::Private, true));
    made.does("ana", id, Command::Close);
    made.ticket();
    let file = as_first_version(&made);
    assert_eq!(version(&file), 1);

    let time = made.desk.now();
    let desk = Desk::open(&file, Arc::new(move || time)).unwrap();
    assert_eq!(version(&file), newest());
    assert_eq!(version(&backup_path(&file, 1)), 1, "the copy is what it was");
    assert_eq!(desk.check(&mut |_, _| true).unwrap(), Vec::<String>::new());
    assert_eq!(schema(&file), schema(&made.file()), "as a new desk is made");
    for handle in ["olga", "ana", "ben", "dev"] {
        let (old, new) = (made.agent(handle), desk.admit(Some(handle)).unwrap());
        assert_eq!(old, new);
        let wants = Wants { search: Some(wanted("card")), team: true, ..Wants::default() };
        let shown = |desk: &Desk| format!("{:?}", desk.read(&old, &wants).unwrap());
        assert_eq!(shown(&made.desk), shown(&desk), "{handle} sees the same");
    }
    let olga = desk.admit(Some("olga")).unwrap();
    assert_eq!(desk.audit(&olga, None, 1_000).unwrap(), made.desk.audit(&olga, None, 1_000).unwrap());
    assert_eq!(desk.keys(&olga).unwrap(), Vec::new());
    desk.add_key(&olga, "ana", &key(1)).unwrap();
    desk.invite(&olga, "ben", &code(1)).unwrap();
    assert_eq!(desk.redeem(&code(1).to_string(), &key(2)).unwrap().handle, "ben");
    drop(desk);
    assert!(Desk::open(&file, Arc::new(move || time)).unwrap().admit_key(&key(1).fingerprint).unwrap().is_some());
}

fn wanted(query: &str) -> deskline::desk::page::SearchWants {
    deskline::desk::page::SearchWants { query: query.into(), after: None, hits: 10 }
}
