//! The door for agents at a terminal: keys in, frames out; only the session knows the desk.

/// Frames as bytes for a terminal.
pub mod ansi;
/// What the screen asks to be done outside of it, and what it is told.
pub mod ask;
/// What the composer holds: a text, its mode and where it goes.
pub mod composer;
/// What is said of mail on its way out.
pub mod delivery;
/// What lies over the screen: forms, menus, pickers; each a small state of its own.
pub mod dialog;
/// What the viewer is doing in the conversation on the screen.
pub mod doing;
/// The screen drawn: `&Model` to a frame, nothing else.
pub mod draw;
/// A text being edited.
pub mod editor;
/// A conversation's entries as lines.
pub mod flow;
/// The keys that the last line names.
pub mod footer;
/// The keys: one table for the keymap, the help, the footer and the palette.
pub mod keymap;
/// Where the areas of the screen lie.
pub mod layout;
/// What the screen remembers.
pub mod model;
/// Who else is there, in words.
pub mod present;
/// What is said of the viewer's own readiness.
pub mod readiness;
/// The conversations that the screen remembers something of.
pub mod remembered;
/// Where a conversation stands on the screen.
pub mod scroll;
/// The files of what was sent from this screen.
pub mod sent;
/// One agent's session over any terminal.
pub mod session;
/// The terminal that the program was started on.
pub mod terminal;
/// The colours.
pub mod theme;
/// Moments as people read them.
pub mod time;
/// What a terminal takes, by its name.
pub mod traits;
/// What a key, a page or an answer does to the model.
pub mod update;
/// What the screen needs from the desk.
pub mod wants;
/// What the composer box shows and how high it is.
pub mod writing;
