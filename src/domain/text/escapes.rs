//! How far a terminal escape sequence reaches.

const ESCAPE: u8 = 0x1B;
const CANCEL: u8 = 0x18;
const SUBSTITUTE: u8 = 0x1A;
/// First byte of the UTF-8 form of the C1 controls, which some terminals obey like their two-byte forms.
const C1_LEAD: u8 = 0xC2;

/// Length in bytes of the sequence with which `text` starts; `None` where it starts with none.
///
/// A string sequence (OSC, DCS, SOS, PM, APC) includes its payload up to its terminator or to what cancels it. One that
/// is never terminated is only its introducer, so that nobody can hide the rest of a message behind it. A search for
/// the terminator ends at the next introducer at the latest, so that looking at every sequence in turn stays linear.
pub(super) fn length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match (bytes.first()?, bytes.get(1)) {
        (&ESCAPE, Some(b'[')) | (&C1_LEAD, Some(0x9B)) => Some(control_sequence(bytes)),
        (&ESCAPE, Some(b']')) | (&C1_LEAD, Some(0x9D)) => Some(string(bytes, true)),
        (&ESCAPE, Some(b'P' | b'X' | b'^' | b'_')) | (&C1_LEAD, Some(0x90 | 0x98 | 0x9E | 0x9F)) => {
            Some(string(bytes, false))
        }
        (&ESCAPE, Some(b'N' | b'O')) | (&C1_LEAD, Some(0x8E | 0x8F)) => {
            Some(2 + usize::from(matches!(bytes.get(2), Some(0x20..=0x7E))))
        }
        (&C1_LEAD, Some(0x9C)) => Some(2),
        (&ESCAPE, _) => Some(plain_escape(bytes)),
        _ => None,
    }
}

/// Intermediates and a final byte after ESC.
fn plain_escape(bytes: &[u8]) -> usize {
    let end = skip(bytes, 1, |byte| matches!(byte, 0x20..=0x2F));
    end + usize::from(matches!(bytes.get(end), Some(0x30..=0x7E)))
}

/// Parameters, intermediates and a final byte after CSI; any other character ends it before its time.
fn control_sequence(bytes: &[u8]) -> usize {
    let end = skip(bytes, 2, |byte| matches!(byte, 0x20..=0x3F));
    end + usize::from(matches!(bytes.get(end), Some(0x40..=0x7E | &CANCEL | &SUBSTITUTE)))
}

/// Only an OSC may end with BEL.
fn string(bytes: &[u8], ends_with_bell: bool) -> usize {
    const INTRODUCER: usize = 2;
    let mut at = INTRODUCER;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            CANCEL | SUBSTITUTE => return at + 1,
            0x07 if ends_with_bell => return at + 1,
            ESCAPE if bytes.get(at + 1) == Some(&b'\\') => return at + 2,
            ESCAPE => return INTRODUCER,
            C1_LEAD => match bytes.get(at + 1) {
                Some(0x9C) => return at + 2,
                Some(0x80..=0x9F) => return INTRODUCER,
                _ => at += 2,
            },
            _ => at += 1,
        }
    }
    INTRODUCER
}

fn skip(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    from + bytes[from..].iter().take_while(|byte| wanted(**byte)).count()
}
