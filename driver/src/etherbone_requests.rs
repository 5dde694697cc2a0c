//! Requests of Etherbone over UDP, which are sent until their answer comes.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::num::NonZeroU16;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::etherbone_packet::{self as packet, PACKET};
use crate::{Error, TransportError};

/// Port of Etherbone where nothing else is said, as LiteX has it.
const PORT: u16 = 1234;

/// Times that a request is sent before its failure.
pub(crate) const TRIES: u32 = 8;

/// A socket whose other end answers reads.
#[derive(Debug)]
pub(crate) struct Requests {
    socket: UdpSocket,
    place: String,
    /// Number of the last read.
    number: u32,
    /// Longest time of an answer.
    pub(crate) patience: Duration,
}

impl Requests {
    /// A socket to the device at `place`, which has answered a probe.
    ///
    /// # Errors
    /// As [`Etherbone::open`](crate::Etherbone::open).
    pub(crate) fn open(place: &str, patience: Duration) -> Result<Self, Error> {
        let failed = |problem: String| Error::Network { place: place.to_owned(), problem };
        let address = address(place).map_err(failed)?;
        // findings/liteeth-etherbone-answers.sh
        let own = if address.ip().is_loopback() { 0 } else { address.port() };
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, own)).map_err(|error| {
            let taken = "LiteEth answers to that port only; is another program using it?";
            failed(format!("UDP port {own} of this machine: {error}; {taken}"))
        })?;
        socket.connect(address).map_err(|error| failed(error.to_string()))?;
        // Answers to whoever used the port before have other numbers.
        let number = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.subsec_nanos());
        let mut opened = Self { socket, place: place.to_owned(), number, patience };
        opened.probe().map_err(failed)?;
        Ok(opened)
    }

    /// Asks whether somebody is there.
    pub(crate) fn probe(&mut self) -> Result<(), String> {
        let mut last = None;
        for _ in 0..TRIES {
            match self.exchange(&[&packet::probe()], self.patience, &mut packet::is_probed) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => last = Some(error),
            }
        }
        Err(match last {
            Some(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                "no program has that port; does its server run?".to_owned()
            }
            Some(error) => format!("{error}; is this machine in the device's network?"),
            None => format!(
                "nobody answered {TRIES} probes; is the board on and in this network, is this its address, and has its SoC Etherbone?"
            ),
        })
    }

    /// Sends packets and waits for one that `takes` accepts; false if none comes within `wait`.
    fn exchange(
        &mut self,
        packets: &[&[u8]],
        wait: Duration,
        takes: &mut dyn FnMut(&[u8]) -> bool,
    ) -> io::Result<bool> {
        let end = Instant::now() + wait;
        let outcome = self.attempt(packets, end, takes);
        if outcome.is_err() {
            // Whoever is away may come back in the meantime.
            thread::sleep(end.saturating_duration_since(Instant::now()));
        }
        outcome
    }

    fn attempt(&mut self, packets: &[&[u8]], end: Instant, takes: &mut dyn FnMut(&[u8]) -> bool) -> io::Result<bool> {
        for packet in packets {
            self.socket.send(packet)?;
        }
        let mut bytes = [0; PACKET];
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            self.socket.set_read_timeout(Some(left))?;
            match self.socket.recv(&mut bytes) {
                Ok(count) if takes(&bytes[..count]) => return Ok(true),
                Err(error) if !passes(&error) => return Err(error),
                _ => {}
            }
        }
    }

    /// Reads at most a record of words at `address`, behind `write` if there is one; true if the answer came within `wait`.
    pub(crate) fn ask(
        &mut self,
        write: Option<&[u8]>,
        address: u32,
        words: &mut [u32],
        wait: Duration,
    ) -> io::Result<bool> {
        self.number = self.number.wrapping_add(1);
        let (number, read) = (self.number, packet::read(self.number, address, words.len()));
        let packets: Vec<&[u8]> = write.into_iter().chain([&read[..]]).collect();
        self.exchange(&packets, wait, &mut |packet| packet::answer(packet, number, words))
    }

    /// The same for words whose reading changes nothing, until the answer comes; `write` is sent once.
    pub(crate) fn ask_again(
        &mut self,
        mut write: Option<&[u8]>,
        address: u32,
        words: &mut [u32],
    ) -> Result<(), TransportError> {
        let mut last = None;
        for _ in 0..TRIES {
            match self.ask(write.take(), address, words, self.patience) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => last = Some(error),
            }
        }
        let why = last.map_or_else(|| "is it still on and connected?".to_owned(), |error| error.to_string());
        Err(self.failed(&format!("no answer to {TRIES} reads at {address:#010x}: {why}")))
    }

    /// Lets what is under way arrive, and drops it. Then somebody must be there.
    ///
    /// # Errors
    /// [`TransportError::Failed`] when nobody answers a probe.
    pub(crate) fn settle(&mut self) -> Result<(), TransportError> {
        // What fails here fails the probe, too.
        let _ = self.exchange(&[], self.patience, &mut |_| false);
        self.probe().map_err(|problem| self.failed(&problem))
    }

    /// The error of a call, with the place of the device.
    pub(crate) fn failed(&self, problem: &str) -> TransportError {
        TransportError::Failed(format!("Etherbone at {}: {problem}", self.place))
    }
}

/// The address that `place` names.
fn address(place: &str) -> Result<SocketAddr, String> {
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => {
            let port = port.parse::<NonZeroU16>();
            (host, port.map_err(|_| "it is HOST or HOST:PORT, with a port of UDP from 1 to 65535".to_owned())?.get())
        }
        None => (place, PORT),
    };
    let all = (host, port).to_socket_addrs().map_err(|error| format!("{error}; is that its name or address?"))?;
    // LiteEth's core has no other addresses.
    all.into_iter().find(SocketAddr::is_ipv4).ok_or_else(|| "it has no IPv4 address".into())
}

/// True if waiting goes on after an error.
fn passes(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
