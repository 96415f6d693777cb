//! The keys (stand-in until the keymap file is merged).
use std::fmt;

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key { Char(char), Enter, Esc, Tab, BackTab, Backspace, Delete, Insert, Up, Down, Left, Right, Home, End, PageUp, PageDown, F(u8) }
/// One press of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPress { pub key: Key, pub control: bool, pub alt: bool, pub shift: bool }
impl KeyPress { pub const fn plain(key: Key) -> Self { Self { key, control: false, alt: false, shift: false } }
 pub const fn control(letter: char) -> Self { Self { key: Key::Char(letter), control: true, alt: false, shift: false } } }
impl fmt::Display for KeyPress { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{:?}", self.key) } }
/// What a key does; stand-in, to be replaced by the keymap's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action { Help, Palette, Search, Back, NextArea, PreviousArea, Add, Bell, Administration, MyNotifications, Quit, Reply, Close }
