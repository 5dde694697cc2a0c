//! Pins of the unit, with the names of AXI.

use crate::interface;
use crate::lang::{BIT, bits};
use trine_spec::Config;
use trine_spec::registers::{MEMORY_SPACE, SPACE};

/// Bits of a byte address in the register space.
pub(super) const ADDRESS_BITS: usize = SPACE.trailing_zeros() as usize;

interface! {
    /// Pins of the unit; those of streams only without windows and ring.
    pub(super) struct UnitPins(c: Config, weight_bits: usize) {
        /// Reset, synchronous, active low.
        input resetn as "aresetn": BIT,
        /// Registers
        sink axil as "s_axil": AxiLite::of() => AxiLite,
        /// Activations
        sink act as "s_axis_act": (!c.windows() && !c.ring()).then(|| AxiStream::of(c.act_bus())) => Option<AxiStream>,
        /// Weights
        sink wgt as "s_axis_wgt": (!c.windows() && !c.memory()).then(|| AxiStream::of(weight_bits)) => Option<AxiStream>,
        /// Results
        source res as "m_axis_res": (!c.windows() && !c.ring()).then(|| AxiStream::of(32 * c.columns())) => Option<AxiStream>,
        /// Memory of the weights
        source memory as "m_axi_wgt": vec![AxiRead::of(c.port_bus()); if c.memory() { c.weight_ports() } else { 0 }] => Vec<AxiRead>,
        /// Memory of jobs and activations
        source ring_read as "m_axi": c.ring().then(|| AxiRead::of(c.ring_bus())) => Option<AxiRead>,
        /// Memory of results
        source ring_write as "m_axi": c.ring().then(|| AxiWrite::of(c.ring_bus())) => Option<AxiWrite>,
        /// Interrupt: high while an enabled one is pending.
        output irq: BIT,
    }
}

interface! {
    /// AXI4-Lite of the unit.
    pub(super) struct AxiLite() {
        /// Write address in bytes.
        output awaddr: bits(ADDRESS_BITS),
        /// Protection of the write; not looked at.
        output awprot: bits(3),
        /// A write address is offered.
        output awvalid: BIT,
        /// The write address is taken.
        input awready: BIT,
        /// Word to write.
        output wdata: bits(32),
        /// Bytes of the word to write.
        output wstrb: bits(4),
        /// A word to write is offered.
        output wvalid: BIT,
        /// The word to write is taken.
        input wready: BIT,
        /// Answer to the write: OKAY or SLVERR.
        input bresp: bits(2),
        /// A write is answered.
        input bvalid: BIT,
        /// The answer to a write is taken.
        output bready: BIT,
        /// Read address in bytes.
        output araddr: bits(ADDRESS_BITS),
        /// Protection of the read; not looked at.
        output arprot: bits(3),
        /// A read address is offered.
        output arvalid: BIT,
        /// The read address is taken.
        input arready: BIT,
        /// Word read.
        input rdata: bits(32),
        /// Answer to the read: OKAY or SLVERR.
        input rresp: bits(2),
        /// A read is answered.
        input rvalid: BIT,
        /// The word read is taken.
        output rready: BIT,
    }
}

interface! {
    /// Read channels of AXI4, `width` bits wide; reads are answered in order.
    pub(super) struct AxiRead(width: usize) {
        /// Address of the first byte of a burst.
        output araddr: bits(MEMORY_SPACE.ilog2() as usize),
        /// Beats of the burst minus one.
        output arlen: bits(8),
        /// Bytes of a beat, as a power of two.
        output arsize: bits(3),
        /// Addresses of the burst: 1, they increase.
        output arburst: bits(2),
        /// Memory type: 3, normal, not cached.
        output arcache: bits(4),
        /// Protection: 0, unprivileged, secure data.
        output arprot: bits(3),
        /// A burst is asked for.
        output arvalid: BIT,
        /// The request is taken.
        input arready: BIT,
        /// The beat.
        input rdata: bits(width),
        /// Answer: OKAY, or why the beat is not what the memory holds.
        input rresp: bits(2),
        /// The beat is the last one of its burst.
        input rlast: BIT,
        /// A beat is offered.
        input rvalid: BIT,
        /// The beat is taken.
        output rready: BIT,
    }
}

interface! {
    /// Write channels of AXI4, `width` bits wide.
    pub(super) struct AxiWrite(width: usize) {
        /// Address of the first byte of a burst.
        output awaddr: bits(MEMORY_SPACE.ilog2() as usize),
        /// Beats of the burst minus one.
        output awlen: bits(8),
        /// Bytes of a beat, as a power of two.
        output awsize: bits(3),
        /// Addresses of the burst: 1, they increase.
        output awburst: bits(2),
        /// Memory type: 3, normal, not cached.
        output awcache: bits(4),
        /// Protection: 0, unprivileged, secure data.
        output awprot: bits(3),
        /// A burst is to be written.
        output awvalid: BIT,
        /// The request is taken.
        input awready: BIT,
        /// The beat.
        output wdata: bits(width),
        /// Bytes of the beat that are written.
        output wstrb: bits(width / 8),
        /// The beat is the last one of its burst.
        output wlast: BIT,
        /// A beat is offered; it holds until it is taken.
        output wvalid: BIT,
        /// The beat is taken.
        input wready: BIT,
        /// Answer: OKAY, or why the burst was not written.
        input bresp: bits(2),
        /// A burst is answered.
        input bvalid: BIT,
        /// The answer is taken.
        output bready: BIT,
    }
}

interface! {
    /// AXI4-Stream of `width` bits.
    pub(super) struct AxiStream(width: usize) {
        /// The beat.
        output tdata: bits(width),
        /// Bytes of the beat that count.
        output tkeep: bits(width / 8),
        /// The beat is the last one.
        output tlast: BIT,
        /// A beat is offered; it holds until it is taken.
        output tvalid: BIT,
        /// The beat is taken.
        input tready: BIT,
    }
}
