//! JSON files of any shape, one conversation after the other.

use super::{Map, conversation};
use crate::domain::history::PastState;
use crate::import::{
    Found, ImportError, Place, Position, Progress, Team,
    files::{SourceFile, unreadable},
    fingerprint::Fingerprint,
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::{
    collections::{HashSet, VecDeque},
    fs,
    path::{Path, PathBuf},
};

/// The largest file that is read, in bytes. It is held as text, its conversations only one at a time.
const LARGEST_FILE: u64 = 1024 * 1024 * 1024;

/// Files of JSON, read by a mapping.
#[derive(Debug)]
pub(in crate::import) struct JsonFiles {
    map: Map,
    team: Team,
    state: PastState,
    files: std::vec::IntoIter<SourceFile>,
    open: Option<(PathBuf, Elements)>,
    before: u64,
    keys: HashSet<u128>,
    waiting: VecDeque<Found>,
    progress: Progress,
}

impl JsonFiles {
    /// These files, by the mapping in that file.
    ///
    /// # Errors
    /// [`ImportError`]: the mapping cannot be read or used, or a file is too large.
    pub(in crate::import) fn new(
        files: Vec<SourceFile>,
        map: &Path,
        team: Team,
        state: PastState,
    ) -> Result<Self, ImportError> {
        let text = fs::read_to_string(map).map_err(|error| unreadable(map, &error))?;
        let map = Map::new(&text).map_err(|reason| ImportError::Map { path: map.to_owned(), reason })?;
        if let Some(large) = files.iter().find(|file| file.size > LARGEST_FILE) {
            let reason = format!(
                "it has {} MiB, and {} MiB are read at most; cut it into several",
                large.size >> 20,
                LARGEST_FILE >> 20
            );
            return Err(ImportError::Unreadable { path: large.path.clone(), reason });
        }
        let total = files.iter().map(|file| file.size).sum();
        Ok(Self {
            map,
            team,
            state,
            files: files.into_iter(),
            open: None,
            before: 0,
            keys: HashSet::new(),
            waiting: VecDeque::new(),
            progress: Progress { done: 0, total },
        })
    }

    pub(in crate::import) fn progress(&self) -> Progress {
        self.progress
    }

    pub(in crate::import) fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.waiting.pop_front() {
                return Some(found);
            }
            let Some((path, elements)) = &mut self.open else {
                let Some(file) = self.files.next() else {
                    self.progress.done = self.progress.total;
                    return None;
                };
                let read = fs::read(&file.path).map_err(|error| error.to_string());
                match read.and_then(|bytes| Elements::new(bytes, &self.map)) {
                    Ok(elements) => self.open = Some((file.path, elements)),
                    Err(reason) => {
                        self.before += file.size;
                        let place = Place { file: file.path, position: Position::Whole };
                        return Some(Found::Unread { place, reason });
                    }
                }
                continue;
            };
            let started = elements.position as u64;
            let unread = |position: u64, reason: String| Found::Unread {
                place: Place { file: path.clone(), position: Position::Byte(position) },
                reason,
            };
            match elements.next() {
                Some(Ok((key, number, value))) => {
                    self.progress.done = self.before + elements.position as u64;
                    let mapped = conversation(&self.map, &self.team, self.state, &key, number, &value);
                    self.waiting.extend(
                        mapped
                            .unread
                            .into_iter()
                            .map(|reason| unread(started, format!("conversation {key:?}: {reason}"))),
                    );
                    if let Some(conversation) = mapped.conversation {
                        if self.keys.insert(Fingerprint::of(conversation.key.as_bytes())) {
                            return Some(Found::Conversation(conversation));
                        }
                        self.waiting
                            .push_back(unread(started, format!("conversation {key:?}: its key was there before")));
                    }
                }
                Some(Err(reason)) => {
                    let found = unread(elements.position as u64, reason);
                    self.waiting.push_back(found);
                    self.before += elements.bytes.len() as u64;
                    self.open = None;
                }
                None => {
                    self.before += elements.bytes.len() as u64;
                    self.progress.done = self.before;
                    self.open = None;
                }
            }
        }
    }
}

/// The elements of one array or object inside a JSON text, in the order in which they are written.
#[derive(Debug)]
struct Elements {
    bytes: Vec<u8>,
    position: usize,
    named: bool,
    number: u64,
}

impl Elements {
    /// Goes to the conversations.
    fn new(bytes: Vec<u8>, map: &Map) -> Result<Self, String> {
        let mut elements =
            Self { position: if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, bytes, named: false, number: 0 };
        for name in map.conversations.segments() {
            elements.open()?;
            loop {
                match elements.name()? {
                    None => {
                        return Err(format!("there is nothing where `conversations` points: no {name:?}"));
                    }
                    Some(found) if found == name => break,
                    Some(_) => {
                        elements.value::<IgnoredAny>()?;
                        elements.number += 1;
                    }
                }
            }
        }
        elements.open()?;
        Ok(elements)
    }

    /// Enters the array or object that stands here.
    fn open(&mut self) -> Result<(), String> {
        self.pass(b"");
        self.named = match self.bytes.get(self.position) {
            Some(b'{') => true,
            Some(b'[') => false,
            Some(_) => {
                return Err("there is neither an object nor an array where `conversations` points".to_owned());
            }
            None => return Err("it is empty".to_owned()),
        };
        self.position += 1;
        self.number = 0;
        Ok(())
    }

    /// The name of the next element; its position, in an array; `None` at the end.
    fn name(&mut self) -> Result<Option<String>, String> {
        self.pass(b",");
        match self.bytes.get(self.position) {
            Some(b']' | b'}') => Ok(None),
            None => Err("it ends in the middle".to_owned()),
            Some(_) if self.named => {
                let name = self.value::<String>()?;
                self.pass(b":");
                Ok(Some(name))
            }
            Some(_) => Ok(Some(self.number.to_string())),
        }
    }

    fn value<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        let mut stream = serde_json::Deserializer::from_slice(&self.bytes[self.position..]).into_iter::<T>();
        let value = stream.next().unwrap_or_else(|| Err(serde::de::Error::custom("it ends in the middle")));
        self.position += stream.byte_offset();
        value.map_err(|error| {
            let whole = error.to_string();
            format!("it is no JSON from here on: {}", &whole[..whole.rfind(" at line ").unwrap_or(whole.len())])
        })
    }

    /// Passes over spaces, and over one kind of mark between them.
    fn pass(&mut self, mark: &[u8]) {
        while self.bytes.get(self.position).is_some_and(|byte| byte.is_ascii_whitespace() || mark.contains(byte)) {
            self.position += 1;
        }
    }

    /// The next conversation: its name, its position and its value. After an error there is nothing more.
    fn next(&mut self) -> Option<Result<(String, u64, Value), String>> {
        let key = match self.name() {
            Ok(key) => key?,
            Err(reason) => return Some(Err(reason)),
        };
        let number = self.number;
        self.number += 1;
        Some(self.value().map(|value| (key, number, value)))
    }
}
