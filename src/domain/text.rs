//! Text from outside made safe for a terminal.
