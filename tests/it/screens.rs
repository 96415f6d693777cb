//! What the screen looks like, over made-up pages.

use crate::screen::Screen;

#[test]
fn the_picture() {
    for (columns, rows) in [(60, 20), (80, 24), (104, 22), (120, 40), (200, 50)] {
        let screen = Screen::new(columns, rows);
        println!("{}", screen.shown());
    }
}
