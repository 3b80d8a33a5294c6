//! What is typed while `test --watch` waits: single keys on a terminal, lines from anything else.

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr},
    unistd,
};
use std::{
    collections::VecDeque,
    io::{IsTerminal as _, Stdin, stdin},
    os::fd::AsFd as _,
    thread,
    time::Duration,
};

/// What somebody wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Everything is to run.
    All,
    /// What failed is to run.
    Failed,
    /// It is to end.
    End,
    /// Ctrl-C, which a terminal that gives single keys does not turn into a signal.
    Interrupt,
    /// It means nothing.
    Other(String),
}

/// See the module's text.
pub(super) struct Keys {
    input: Stdin,
    pub(super) is_terminal: bool,
    is_closed: bool,
    typed: VecDeque<u8>,
}

impl Keys {
    pub(super) fn new() -> Self {
        let input = stdin();
        Self { is_terminal: input.is_terminal(), input, is_closed: false, typed: VecDeque::new() }
    }

    /// Lets the terminal give single keys, without showing them, until what this returns is dropped.
    pub(super) fn single(&self) -> Option<Single> {
        let before = tcgetattr(&self.input).ok().filter(|_| self.is_terminal)?;
        let mut single = before.clone();
        single.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG);
        tcsetattr(&self.input, SetArg::TCSANOW, &single).ok()?;
        Some(Single { before })
    }

    /// The next key, if one comes within `pause`.
    pub(super) fn wait(&mut self, pause: Duration) -> Option<Key> {
        if let Some(key) = self.next() {
            return Some(key);
        }
        if self.is_closed {
            thread::sleep(pause);
            return None;
        }
        let mut polled = [PollFd::new(self.input.as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(pause).unwrap_or(PollTimeout::ZERO);
        if poll(&mut polled, timeout).ok()? > 0 {
            self.read();
        }
        self.next()
    }

    fn read(&mut self) {
        let mut bytes = [0; 256];
        match unistd::read(&self.input, &mut bytes) {
            Ok(0) => self.is_closed = true,
            Ok(count) => self.typed.extend(&bytes[..count]),
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            Err(_) => self.is_closed = true,
        }
    }

    fn next(&mut self) -> Option<Key> {
        if self.is_terminal {
            skip_escapes(&mut self.typed);
        }
        let end = if self.is_terminal { 0 } else { self.typed.iter().position(|byte| *byte == b'\n')? };
        let bytes: Vec<u8> = self.typed.drain(..(end + 1).min(self.typed.len())).collect();
        (!bytes.is_empty()).then(|| key(&bytes))
    }
}

/// Arrows and the like come as several bytes behind an escape; they are no keys of ours.
fn skip_escapes(typed: &mut VecDeque<u8>) {
    while typed.front() == Some(&0x1b) {
        let opens = typed.get(1).is_some_and(|byte| matches!(byte, b'[' | b'O'));
        let end = typed.iter().skip(2).position(|byte| (0x40..0x7f).contains(byte));
        let length = if opens { end.map_or(typed.len(), |at| at + 3) } else { 1 };
        typed.drain(..length);
    }
}

fn key(bytes: &[u8]) -> Key {
    match String::from_utf8_lossy(bytes).trim_matches([' ', '\t', '\r', '\n']) {
        "" | "a" => Key::All,
        "f" => Key::Failed,
        "q" | "\u{4}" => Key::End,
        "\u{3}" => Key::Interrupt,
        other => Key::Other(other.escape_default().to_string()),
    }
}

/// Puts the terminal back when it is dropped.
pub(super) struct Single {
    before: Termios,
}

impl Drop for Single {
    fn drop(&mut self) {
        // Where this fails there is no terminal any more.
        let _ = tcsetattr(stdin(), SetArg::TCSANOW, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"\n", Key::All)]
    #[case(b"a\r\n", Key::All)]
    #[case(b"f", Key::Failed)]
    #[case(b" q \n", Key::End)]
    #[case(b"\x04", Key::End)]
    #[case(b"\x03", Key::Interrupt)]
    #[case(b"\x1a", Key::Other("\\u{1a}".to_owned()))]
    #[case(b"quit\n", Key::Other("quit".to_owned()))]
    fn keys_mean(#[case] bytes: &[u8], #[case] expected: Key) {
        assert_eq!(key(bytes), expected);
    }

    #[rstest]
    #[case(b"\x1b[Aq", b"q")]
    #[case(b"\x1bOP\x1b[15~f", b"f")]
    #[case(b"\x1b", b"")]
    #[case(b"\x1b[1;", b"")]
    #[case(b"f\x1b[A", b"f\x1b[A")]
    fn escapes_are_skipped(#[case] typed: &[u8], #[case] left: &[u8]) {
        let mut typed = VecDeque::from(typed.to_vec());
        skip_escapes(&mut typed);
        assert_eq!(typed, left);
    }
}
