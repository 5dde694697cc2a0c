//! Units with a ring, of all proportions of lanes and bus.

use trine_hdl::design::unit;
use trine_hdl::lang::verilog;
use trine_spec::{Config, Weights};

#[test]
fn lanes_and_bus_may_have_any_proportion() {
    for (lanes, columns, bus) in
        [(8, 8, 64), (5, 8, 64), (64, 20, 512), (40, 8, 128), (1, 40, 64), (256, 4, 32), (64, 1, 64)]
    {
        let sized = Config::sized(lanes, columns).weight_bus(bus).weights(Weights::Memory).ring(true);
        let config = sized.max_depth(100).max_tokens(5).build().unwrap();
        let unit = unit(&config).unwrap_or_else(|errors| panic!("{lanes} x {columns}, {bus} bits: {errors}"));
        let files = verilog(&unit).unwrap().files;
        assert!(files.iter().any(|file| file.text.contains("m_axi_awaddr")));
    }
}
