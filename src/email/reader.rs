//! Reading a mail, for who hands it in or lets a held one go.

use crate::{domain::letter::Letter, mail::Reader};

/// What a mail says.
///
/// # Errors
/// A sentence: why it cannot be read.
pub fn letter(raw: &[u8]) -> Result<Letter, String> {
    Reader::new().letter(raw)
}
