//! The session at the terminal that the program was started on: one queue, fed by the terminal and the desk's bell.

use super::{Event, Look, Session, files::Folders};
use crate::{
    desk::{
        Desk, News,
        page::{Denied, Viewer},
    },
    tui::{
        ansi,
        ask::{Effect, Msg},
        terminal::{Input, Screen},
    },
};
use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
};

/// Why a session ended otherwise than by quitting.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The desk did not let the viewer in, or could not be read.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The terminal failed.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
}

/// What comes through the queue.
enum Arrival {
    Rang(News),
    Input(Input),
}

/// Runs the messenger until it is left; the terminal is as it was afterwards, whatever happened. `editor` is the program
/// that `Ctrl-O` opens, with its arguments; `None` where there is none. Files are sent from and saved to `folders`. The size in `look` is the terminal's.
///
/// # Errors
/// The viewer was not let in, or the terminal could not be read or written.
pub fn run(
    desk: &Desk,
    viewer: &Viewer,
    mut look: Look,
    editor: Option<&[String]>,
    folders: Folders,
) -> Result<(), Failure> {
    look.size = Screen::size()?;
    // Read before the terminal changes: who is not let in reads why on the screen as it was.
    let mut session = Session::new(desk.clone(), viewer.clone(), look)?;
    session.has_files(folders);
    let (send, queue) = channel();
    let bell = send.clone();
    let mut screen = Screen::enter(move |input| send.send(Arrival::Input(input)).is_ok())?;
    paint(&mut session, &mut screen)?;
    let me = viewer.id;
    desk.listen(Box::new(move |news| !news.concerns(me) || bell.send(Arrival::Rang(news)).is_ok()));
    let left = serve(&mut session, &mut screen, &queue, editor);
    // Drafts are kept on every way out, also where the terminal went first.
    session.keep_drafts();
    left.and_then(|()| screen.leave())?;
    Ok(())
}

/// Takes what arrives and paints, until the session is left.
fn serve(
    session: &mut Session,
    screen: &mut Screen,
    queue: &Receiver<Arrival>,
    editor: Option<&[String]>,
) -> io::Result<()> {
    while let Some(arrived) = next(queue, session) {
        let mut events = Vec::new();
        let (mut end, mut suspend, mut typed) = (false, false, false);
        for arrival in arrived {
            match arrival {
                Arrival::Rang(news) => events.push(Event::Rang(news)),
                Arrival::Input(Input::Msg(msg)) => events.push(Event::Input(msg)),
                Arrival::Input(Input::Read) => typed = true,
                Arrival::Input(Input::Resized) => events.push(resized()?),
                Arrival::Input(Input::Suspend) => suspend = true,
                Arrival::Input(Input::Resumed) => {
                    if screen.resume()? {
                        session.forget();
                        events.push(resized()?);
                    }
                }
                Arrival::Input(Input::End) => end = true,
            }
        }
        let effects = session.take(events);
        if end || effects.contains(&Effect::Quit) {
            break;
        }
        outside(effects, session, screen, editor)?;
        if suspend {
            screen.suspend()?;
            session.forget();
            session.take([resized()?]);
        }
        paint(session, screen)?;
        let mut effects = Vec::new();
        if session.catch_up(&mut effects) {
            outside(effects, session, screen, editor)?;
            paint(session, screen)?;
        }
        if typed {
            screen.go_on_reading();
        }
    }
    Ok(())
}

fn resized() -> io::Result<Event> {
    let (columns, rows) = Screen::size()?;
    Ok(Event::Input(Msg::Resize(columns, rows)))
}

fn paint(session: &mut Session, screen: &mut Screen) -> io::Result<()> {
    match session.frame() {
        Some(bytes) => screen.write(&bytes),
        None => Ok(()),
    }
}

/// Waits for something to arrive or to be due, and gives everything that waits; `None` where nothing can come any more.
fn next(queue: &Receiver<Arrival>, session: &Session) -> Option<Vec<Arrival>> {
    let first = match session.deadline() {
        None => Some(queue.recv().ok()?),
        Some(at) => {
            let wait = (at - session.now()).to_std().unwrap_or_default();
            match queue.recv_timeout(wait) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    };
    Some(first.into_iter().chain(queue.try_iter()).collect())
}

/// What is to be done at the terminal.
fn outside(
    effects: Vec<Effect>,
    session: &mut Session,
    screen: &mut Screen,
    editor: Option<&[String]>,
) -> io::Result<()> {
    for effect in effects {
        match effect {
            Effect::Copy(text) => screen.write(&ansi::copy(&text))?,
            Effect::Bell => screen.write(ansi::BELL)?,
            Effect::Mouse(on) => screen.mouse(on)?,
            Effect::Repaint => {
                screen.write(ansi::CLEAR)?;
                session.forget();
            }
            Effect::OpenEditor(text) => {
                let Some(editor) = editor else {
                    let words = "No editor is set. Set $VISUAL or $EDITOR, then start deskline again.";
                    session.take([Event::Input(Msg::Trouble(words.to_owned()))]);
                    continue;
                };
                let edited = screen.edit(editor, &text)?;
                session.forget();
                session.take([resized()?, Event::Input(Msg::Edited(edited))]);
            }
            Effect::Suspend => {
                screen.suspend()?;
                session.forget();
                session.take([resized()?]);
            }
            Effect::Ask(_) | Effect::Quit => {}
        }
    }
    Ok(())
}
