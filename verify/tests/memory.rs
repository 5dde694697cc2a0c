//! Every memory of the records, simulated: reading in order reaches the share of the peak that the record says.

use trine_sim::BuildOptions;
use trine_verify::memory::{in_order, reader};

#[test]
fn reading_in_order_reaches_what_the_record_says() {
    // LiteDRAM reaches what `ulx3s` and `orangecrab` do (make dram-check); `ecpix5` has the cycles of the latter's controller.
    for name in ["lpddr4-4266", "ddr3-1600", "ddr4-2400", "hbm2", "sdram-143", "ulx3s", "orangecrab", "ecpix5"] {
        let memory = trine_perf::memory::named(name).unwrap();
        let dram = memory.dram.unwrap();
        let library = trine_sim::build(&reader(&dram), &BuildOptions::default()).unwrap();
        let share = in_order(&dram, &library).unwrap();
        println!("{name}: {:.1} %, {:.3e} bytes a second", 100.0 * share, share * memory.bytes_per_second);
        assert_eq!(Some(share), dram.in_order, "{name}");
    }
}
