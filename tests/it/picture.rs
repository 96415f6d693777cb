//! The README's picture of the messenger, made from what a session really draws: `DESKLINE_PICTURE=write cargo test picture`
//! draws it anew, and without that it has to be what stands in `assets/`.

use chrono::{DateTime, FixedOffset, TimeZone as _, Utc};
use deskline::{
    demo::{build, script},
    desk::Clock,
    tui::{
        ask::Msg,
        keymap::Keymap,
        session::{Event, Look, Session},
        theme::Theme,
        time::Zone,
        traits::Traits,
    },
};
use std::{fmt::Write as _, path::Path, sync::Arc};

const COLUMNS: u16 = 120;
const ROWS: u16 = 36;
const CELL: (f32, f32) = (8.4, 18.0);

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 4, 10, 12, 0).unwrap()
}

#[test]
fn the_picture_in_the_readme_is_what_the_messenger_draws() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Clock = Arc::new(now);
    let built = build::build(&folder.path().join("desk.db"), &script::built_in(), &clock).unwrap();
    let ana = built.desk.admit(Some("ana")).unwrap();
    let look = Look {
        keymap: Arc::new(Keymap::built_in()),
        theme: Theme::new(true),
        traits: Traits::default(),
        zone: Zone::Own(FixedOffset::east_opt(0).unwrap()),
        size: (COLUMNS, ROWS),
        local: true,
        tag: "picture".into(),
    };
    let mut session = Session::new(built.desk, ana, look).unwrap();
    let mut screen = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
    for key in ["", "j", "Enter", "r"] {
        if !key.is_empty() {
            session.take([Event::Input(Msg::Press(key.parse().unwrap()))]);
        }
        screen.process(session.frame().unwrap_or_default().as_bytes());
        if session.catch_up(&mut Vec::new()) {
            screen.process(session.frame().unwrap_or_default().as_bytes());
        }
    }
    let drawn = svg(screen.screen());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/messenger.svg");
    if std::env::var("DESKLINE_PICTURE").is_ok_and(|word| word == "write") {
        std::fs::write(&file, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == drawn,
        "assets/messenger.svg is not what is drawn now; look at it after `DESKLINE_PICTURE=write cargo test picture`"
    );
}

/// A screen as SVG: one text a run of cells that look alike, set to the width that its cells have.
fn svg(screen: &vt100::Screen) -> String {
    let (width, height) = (f32::from(COLUMNS) * CELL.0 + 24.0, f32::from(ROWS) * CELL.1 + 24.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#14171c\"/>\n"
    );
    for row in 0..ROWS {
        let mut column = 0;
        while column < COLUMNS {
            let first = screen.cell(row, column).unwrap();
            let wide = first.is_wide();
            let (mut text, begun) = (String::new(), column);
            while let Some(cell) =
                screen.cell(row, column).filter(|cell| look(cell) == look(first) && cell.is_wide() == wide)
            {
                text.push_str(if cell.has_contents() { cell.contents() } else { " " });
                column += 1 + u16::from(cell.is_wide());
                if column >= COLUMNS || wide {
                    break;
                }
            }
            run(&mut out, &text, (begun, row, column - begun), first);
        }
    }
    out + "</svg>\n"
}

fn look(cell: &vt100::Cell) -> (vt100::Color, vt100::Color, bool, bool, bool, bool) {
    (cell.fgcolor(), cell.bgcolor(), cell.bold(), cell.dim(), cell.inverse(), cell.underline())
}

fn run(out: &mut String, text: &str, (column, row, columns): (u16, u16, u16), cell: &vt100::Cell) {
    let (x, y) = (12.0 + f32::from(column) * CELL.0, 12.0 + f32::from(row) * CELL.1);
    let length = f32::from(columns) * CELL.0;
    let (mut ink, mut ground) = (colour(cell.fgcolor(), "#d7dae0"), colour(cell.bgcolor(), ""));
    if cell.inverse() {
        (ink, ground) = ("#14171c", if ink.is_empty() { "#d7dae0" } else { ink });
    }
    if !ground.is_empty() {
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{}\" fill=\"{ground}\"/>",
            CELL.1
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
    let faint = if cell.dim() { " opacity=\"0.62\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" fill=\"{ink}\"{weight}{faint}>{escaped}</text>",
        y + 13.5
    );
}

fn colour(colour: vt100::Color, otherwise: &'static str) -> &'static str {
    const SIXTEEN: [&str; 16] = [
        "#2a2f38", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0", "#5c6370", "#e88388",
        "#a8cc8c", "#f0d399", "#7fc1ff", "#d7a1e7", "#79d4de", "#ffffff",
    ];
    match colour {
        vt100::Color::Idx(place) => SIXTEEN.get(usize::from(place)).copied().unwrap_or(otherwise),
        vt100::Color::Default | vt100::Color::Rgb(..) => otherwise,
    }
}
