//! Whole walks of the rules on the screen, with keys alone.

#![allow(clippy::unwrap_used)]

use crate::{desks::TestDesk, seats::Seat};

#[test]
fn explore() {
    let desk = TestDesk::new();
    let mut olga = Seat::new(&desk, "olga");
    olga.keys("A");
    println!("{}", olga.shown());
    olga.keys("Enter Down Space");
    println!("{}", olga.shown());
    olga.keys("Ctrl-S Esc Esc");
    println!("{}", olga.shown());
    let id = desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    let mut ben = Seat::new(&desk, "ben");
    let mut cleo = Seat::new(&desk, "cleo");
    olga.shown();
    olga.keys("P");
    println!("{}", olga.shown());
    println!("{}", cleo.shown());
    cleo.keys("a");
    println!("{}", cleo.shown());
    cleo.text("ana").keys("Enter");
    println!("{}", cleo.shown());
    println!("{}", ben.shown());
    ben.keys("b");
    println!("{}", ben.shown());
    ben.keys("Enter");
    println!("{}", ben.shown());
    println!("{}", ana.shown());
    ana.keys("Enter P");
    println!("{}", ana.shown());
    ana.keys("Esc m");
    println!("{}", ana.shown());
    olga.keys("P");
    println!("{}", olga.shown());
    olga.keys("y");
    println!("{}", olga.shown());
    println!("{}", ben.shown());
    ben.keys("Esc b");
    println!("{}", ben.shown());
    let _ = id;
}
