//! Hand-written designs for tests, and the way to generated ones.

use trine_driver::{Transport, WindowTransport};
use trine_hdl::{Direction, Port, SourceFile, Verilog};
use trine_sim::{BuildOptions, Dut, Library, SimOptions, SimRegisters, SimTransport};
use trine_spec::Config;

/// A design of one module; its port table is read off the header, one `input` or `output` a line.
pub fn verilog(clock: &str, text: &str) -> Verilog {
    let top = text.split_whitespace().nth(1).and_then(|name| name.split('(').next()).expect("module name").to_owned();
    let ports = text.lines().filter_map(port).collect();
    let files = vec![SourceFile { name: format!("{top}.v"), text: text.to_owned() }];
    Verilog { top, clock: clock.to_owned(), files, cells: vec![], ports }
}

fn port(line: &str) -> Option<Port> {
    let mut words = line.trim().trim_end_matches([',', ';', ')']).split_whitespace();
    let direction = match words.next()? {
        "input" => Direction::Input,
        "output" => Direction::Output,
        _ => return None,
    };
    let words: Vec<&str> = words.filter(|word| *word != "reg").collect();
    let width = words.iter().find_map(|word| word.strip_prefix('[')?.split(':').next()?.parse().ok());
    let signed = words.contains(&"signed");
    let name = (*words.last()?).to_owned();
    Some(Port { name, direction, width: width.map_or(1, |top: usize| top + 1), signed })
}

pub fn build(clock: &str, text: &str) -> Library {
    trine_sim::build(&verilog(clock, text), &BuildOptions::default()).unwrap()
}

pub fn dut(clock: &str, text: &str) -> Dut {
    Dut::new(&build(clock, text)).unwrap()
}

/// A generated unit of configuration `c`, through streams or windows.
pub fn unit(c: &Config, options: &SimOptions) -> Box<dyn Transport + Send> {
    let library = library(c);
    match c.windows() {
        true => Box::new(WindowTransport::new(SimRegisters::new(&library, options).unwrap(), c.clone())),
        false => Box::new(SimTransport::new(&library, options).unwrap()),
    }
}

pub fn library(c: &Config) -> Library {
    let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(c).unwrap()).unwrap();
    trine_sim::build(&verilog, &BuildOptions::default()).unwrap()
}
