//! Every memory of the records, simulated: reading in order reaches the share of the peak that the record says.

use trine_hdl::{Direction, Port, SourceFile, Verilog};
use trine_sim::{BuildOptions, Dut, MemoryOptions, Timing};
use trine_verify::memory::timing;

/// Reads all memory in bursts of 4 KiB (or 256 beats), and never waits.
fn reader(bits: usize) -> Verilog {
    let bus = bits / 8;
    let beats = (4096 / bus).min(256);
    let (size, last, bytes) = (bus.trailing_zeros(), beats - 1, beats * bus);
    let text = format!(
        "module reader(input clk, input aresetn, output reg [37:0] m_axi_araddr, output [7:0] m_axi_arlen,
    output [2:0] m_axi_arsize, output [1:0] m_axi_arburst, output m_axi_arvalid, input m_axi_arready,
    input [{top}:0] m_axi_rdata, input [1:0] m_axi_rresp, input m_axi_rlast, input m_axi_rvalid, output m_axi_rready);
    assign {{m_axi_arlen, m_axi_arsize, m_axi_arburst}} = {{8'd{last}, 3'd{size}, 2'd1}};
    assign {{m_axi_arvalid, m_axi_rready}} = {{aresetn, aresetn}};
    always @(posedge clk)
        if (!aresetn) m_axi_araddr <= 0;
        else if (m_axi_arready) m_axi_araddr <= m_axi_araddr + 38'd{bytes};
endmodule
",
        top = bits - 1
    );
    let port = |(name, direction, width): (&str, _, _)| {
        let name = if name.len() > 7 || name == "clk" { name.to_owned() } else { format!("m_axi_{name}") };
        Port { name, direction, width, signed: false }
    };
    use Direction::{Input, Output};
    let ports = [
        ("clk", Input, 1),
        ("m_axi_araddr", Output, 38),
        ("arlen", Output, 8),
        ("arsize", Output, 3),
        ("arburst", Output, 2),
        ("arvalid", Output, 1),
        ("arready", Input, 1),
        ("rdata", Input, bits),
        ("rresp", Input, 2),
        ("rlast", Input, 1),
        ("rvalid", Input, 1),
        ("rready", Output, 1),
    ];
    let mut ports: Vec<Port> = ports.into_iter().map(port).collect();
    ports.insert(1, Port { name: "aresetn".into(), direction: Input, width: 1, signed: false });
    Verilog {
        top: "reader".into(),
        clock: "clk".into(),
        files: vec![SourceFile { name: "reader.v".into(), text }],
        cells: vec![],
        ports,
    }
}

#[test]
fn reading_in_order_reaches_what_the_record_says() {
    const CYCLES: u64 = 60_000;
    const WARM: u64 = 2_000;
    // The last two are what LiteDRAM reaches (make dram-check).
    for name in ["lpddr4-4266", "ddr3-1600", "ddr4-2400", "hbm2", "sdram-143", "ulx3s", "orangecrab"] {
        let memory = trine_perf::memory::named(name).unwrap();
        let dram = memory.dram.unwrap();
        // A bus as wide as an access, and a unit that is as fast as the peak.
        let bits = (dram.access_bytes as usize * 8).min(1024);
        let beats_a_second = dram.bytes_per_second() / (bits as f64 / 8.0);
        let timing = timing(&dram, beats_a_second);
        let library = trine_sim::build(&reader(bits), &BuildOptions::default()).unwrap();
        let mut dut = Dut::new(&library).unwrap();
        let options = MemoryOptions { timing: Timing::Dram(timing), ..MemoryOptions::new(1 << 30) };
        let port = dut.attach_memory("m_axi", &options).unwrap();
        dut.tick().unwrap();
        dut.poke("aresetn", true).unwrap();
        (0..WARM).for_each(|_| dut.tick().unwrap());
        let before = dut.memory_statistics(port).unwrap().beats;
        (0..CYCLES).for_each(|_| dut.tick().unwrap());
        let beats = dut.memory_statistics(port).unwrap().beats - before;
        let share = beats as f64 / CYCLES as f64;
        println!("{name}: {:.1} %, {:.3e} bytes a second", 100.0 * share, share * memory.bytes_per_second);
        let recorded = dram.in_order.unwrap();
        assert!((share - recorded).abs() <= 0.0005, "{name}: {share:.4} and not {recorded}");
    }
}
