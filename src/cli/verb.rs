//! The commands, one file for each kind of thing they are about.

/// `keys`, `config` and `completions`.
pub mod about;
/// `audit`.
pub mod audit;
/// `conversation`.
pub mod conversation;
/// `customer`.
pub mod customer;
/// `demo`.
pub mod demo;
/// `export`.
pub mod export;
/// `held` and `why`.
pub mod held;
/// `import`.
pub mod import;
/// `init`.
pub mod init;
/// `item`.
pub mod item;
/// `key`.
pub mod key;
/// `mail`.
pub mod mail;
/// Without a command.
pub mod messenger;
/// `notice`.
pub mod notice;
/// `offer`.
pub mod offer;
/// `receive`.
pub mod receive;
/// `search`.
pub mod search;
/// `section`.
pub mod section;
/// `serve`.
pub mod serve;
/// `setting`.
pub mod setting;
/// `status`.
pub mod status;
/// `agent` and `group`.
pub mod team;
/// `backup` and `check`.
pub mod upkeep;
