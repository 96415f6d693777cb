//! Where a conversation stands on the screen.

use super::model::ThreadView;

/// The first line on the screen, for a height in lines.
pub fn top(view: &ThreadView, height: usize) -> usize {
    let last = view.flow.lines.len().saturating_sub(height);
    match view.top {
        Some((seq, nth)) => view.flow.line_of(seq, nth).min(last),
        None => last,
    }
}

/// Puts a line at the top of the screen; at the end it stays at the end when something is added.
pub fn put_top(view: &mut ThreadView, line: usize, height: usize, at_the_end: bool) {
    let last = view.flow.lines.len().saturating_sub(height);
    view.top = if line >= last && at_the_end {
        None
    } else {
        view.flow.lines.get(line.min(last)).map(|line| (line.seq, line.nth))
    };
}
