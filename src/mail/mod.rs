//! Mail as bytes: reading it, whatever it is made of. Nothing here knows a file, a server or a clock.
//!
//! `Reader` is the way in: bytes in, a `Letter` out, or a sentence that says why not.
//!
//! | what | where |
//! |---|---|
//! | limits, and the fence around the parser | `guard` |
//! | header fields as they stand; what they say | `fields`; `head` |
//! | charsets, named rightly, wrongly or not at all | `charset` |
//! | the words: plain, flowed (RFC 3676), HTML only | `words`, `flowed`, `html` |
//! | what is attached, and its names | `attached` |
//! | written by a machine? (RFC 3834) | `automatic` |
//! | bounces and delivery reports (RFC 3464) | `report` |
//! | quoted history and signatures | `quote` |

mod attached;
mod automatic;
mod charset;
mod fields;
mod flowed;
mod guard;
mod head;
mod html;
mod quote;
mod reader;
mod report;
mod words;

pub use charset::windows_1252;
pub use guard::{DEEPEST_NESTING, LONGEST_MAIL, MOST_DECODED, MOST_HEADERS, MOST_PARTS, too_long};
pub use head::Head;
pub use html::text_of_html;
pub use quote::{Known, folds};
pub use reader::{Reader, body_at};
