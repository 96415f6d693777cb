//! What the screen looks like, over made-up pages.

use crate::pages;
use deskline::tui::{draw::draw, model::Model};
use ratatui::{Terminal, backend::TestBackend};

/// The screen as text, a line each, blanks at the end taken off.
pub fn text(model: &Model) -> String {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| draw(model, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = deskline::domain::text::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[test]
fn the_picture() {
    for (columns, rows) in [(60, 20), (80, 24), (104, 22), (120, 40), (200, 50)] {
        let model = pages::model(pages::picture(), columns, rows);
        println!("{}", text(&model));
    }
}
