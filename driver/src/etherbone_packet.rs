//! Packets of Etherbone, version 1, as LiteEth's core takes and gives them.
//!
//! ```text
//! byte 0  4e 6f        magic
//!      2  10           version 1; bit 0: is somebody there, bit 1: yes
//!      3  44           addresses and words of 32 bits
//!      8  00 0f W R    the record: byte enables, words to write, words to read
//!     12  address      of the first of the W words, then the words, or
//!         return       chosen by who asks, then R addresses
//! ```
//! Every field has its highest byte first. The answer to a read is a write: its address is the return address of the request, and
//! its words are what was read.

/// Most words of a record. LiteX's `add_etherbone` gives the core a buffer of 16 words (`buffer_depth=16`, litex 2024.12) for a record and the
/// address in front of it, and a record leaves the buffer only when all of it is there.
pub(crate) const RECORD: usize = 15;

/// Most words of a write, and of the read that is sent behind it: both with their addresses fit into the buffer together. LiteX's buffer
/// counts a record twice that ends where it is full (findings/litex-packet-fifo-full.sh).
pub(crate) const PAIR: usize = 7;

/// Most bytes of a packet that is received.
pub(crate) const PACKET: usize = 2048;

const MAGIC: [u8; 2] = [0x4e, 0x6f];
const VERSION: u8 = 0x10;
const PROBE: u8 = 1;
const PROBED: u8 = 2;
const SIZES: u8 = 0x44;
const ENABLES: u8 = 0x0f;

/// Bytes in front of the words of an answer.
const FRONT: usize = 16;

fn packet(flags: u8) -> Vec<u8> {
    let [high, low] = MAGIC;
    vec![high, low, VERSION | flags, SIZES, 0, 0, 0, 0]
}

fn record(written: usize, read: usize, words: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let mut packet = packet(0);
    packet.extend([0, ENABLES, written as u8, read as u8]);
    packet.extend(words.into_iter().flat_map(u32::to_be_bytes));
    packet
}

/// The question whether somebody is there. LiteEth wants one word behind the header, no more and no less.
pub(crate) fn probe() -> Vec<u8> {
    let mut packet = packet(PROBE);
    packet.extend([0; 4]);
    packet
}

/// True if `packet` answers a probe.
pub(crate) fn is_probed(packet: &[u8]) -> bool {
    packet.len() >= 8 && packet[..2] == MAGIC && packet[2] == VERSION | PROBED
}

/// A write of at most [`PAIR`] words at rising addresses.
pub(crate) fn write(address: u32, words: &[u32]) -> Vec<u8> {
    record(words.len(), 0, [address].into_iter().chain(words.iter().copied()))
}

/// A read of at most [`RECORD`] words at rising addresses, whose answer carries `number`.
pub(crate) fn read(number: u32, address: u32, count: usize) -> Vec<u8> {
    let addresses = (0..count as u32).map(|i| address.wrapping_add(4 * i));
    record(0, count, [number].into_iter().chain(addresses))
}

/// Takes the words out of the answer to the read with that number; false if `packet` is none.
pub(crate) fn answer(packet: &[u8], number: u32, words: &mut [u32]) -> bool {
    let front = record(words.len(), 0, [number]);
    // LiteEth copies the byte enables; others need not.
    let alike =
        packet.len() >= FRONT + 4 * words.len() && packet[..8] == front[..8] && packet[10..FRONT] == front[10..];
    if alike {
        for (word, bytes) in words.iter_mut().zip(packet[FRONT..].as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
    }
    alike
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer of LiteEth 2024.12 in simulation to a read of 0x10 and 0x20, whose words are their own numbers.
    const ANSWER: [u8; 24] =
        [0x4e, 0x6f, 0x10, 0x44, 0, 0, 0, 0, 0, 0x0f, 2, 0, 0xde, 0xad, 0xbe, 0xef, 0xa0, 0, 0, 4, 0xa0, 0, 0, 8];

    #[test]
    fn packets_by_hand() {
        let front = [0x4e, 0x6f, 0x10, 0x44, 0, 0, 0, 0, 0, 0x0f];
        let written = [&front[..], &[2, 0], &[0x40, 0, 0, 8], &[1, 2, 3, 4], &[0, 0, 0, 5]].concat();
        assert_eq!(write(0x4000_0008, &[0x0102_0304, 5]), written);
        let read_two = [&front[..], &[0, 2], &[0xde, 0xad, 0xbe, 0xef], &[0, 0, 0, 0x10], &[0, 0, 0, 0x14]].concat();
        assert_eq!(read(0xdead_beef, 0x10, 2), read_two);
        assert_eq!(probe(), [0x4e, 0x6f, 0x11, 0x44, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn an_answer_is_that_of_its_request_only() {
        let mut words = [0; 2];
        assert!(answer(&ANSWER, 0xdead_beef, &mut words));
        assert_eq!(words, [0xa000_0004, 0xa000_0008]);
        assert!(!answer(&ANSWER, 0xdead_beee, &mut words), "another number");
        assert!(!answer(&ANSWER, 0xdead_beef, &mut [0]), "another length");
        for length in 0..ANSWER.len() {
            assert!(!answer(&ANSWER[..length], 0xdead_beef, &mut words), "{length} bytes");
        }
        for byte in (0..4).chain([10, 11]) {
            let mut other = ANSWER;
            other[byte] ^= 1;
            assert!(!answer(&other, 0xdead_beef, &mut words), "byte {byte}");
        }
    }

    #[test]
    fn who_answers_a_probe_says_so() {
        assert!(is_probed(&[0x4e, 0x6f, 0x12, 0x44, 0, 0, 0, 0, 0, 0, 0, 0]));
        for packet in [&probe()[..], &ANSWER, &[0x4e, 0x6f, 0x12], &[]] {
            assert!(!is_probed(packet));
        }
    }
}
