//! The JSON objects that interface.md promises, built from what the desk gives, with their rows for people.

mod conversation;
mod delivery;
mod held;
mod item;
mod key;
mod people;
mod status;
mod thread;
mod view;

pub use conversation::{ConversationJson, DoneJson, HitJson, OfferJson};
pub use delivery::{DeliveryJson, HeldReplyJson};
pub use held::{HeldJson, LikenessJson, TakenJson};
pub use item::ItemJson;
pub use key::{InviteJson, KeyJson};
pub use people::{AgentJson, AuditJson, CustomerJson, GroupJson, NoticeJson, SectionJson, SettingJson};
pub use status::{SessionJson, StatusJson};
pub use thread::{AttachmentJson, EntryJson, FromJson, ThreadJson, print as print_thread};
pub use view::{CustomerViewJson, print_view};

use crate::desk::page::Person;
use serde::Serialize;

/// Somebody with a name and an address.
#[derive(Debug, Serialize)]
pub struct PersonJson<'a> {
    name: &'a str,
    address: &'a str,
}

impl<'a> From<&'a Person> for PersonJson<'a> {
    fn from(person: &'a Person) -> Self {
        Self { name: &person.name, address: &person.address }
    }
}

/// A number that is exact to 999, for people.
pub fn counted(number: u32) -> String {
    if number > crate::desk::page::EXACT { format!("{}+", crate::desk::page::EXACT) } else { number.to_string() }
}

/// Yes or no in a table.
pub fn switched(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}
