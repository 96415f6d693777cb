//! Quoted history and signatures in a text, as folds.

use crate::domain::letter::Fold;

/// What of a text is folded away.
pub fn folds(_text: &str, _quoted_from: &[usize]) -> Vec<Fold> {
    Vec::new()
}
