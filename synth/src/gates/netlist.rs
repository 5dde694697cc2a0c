//! A flat netlist of library cells, read from the JSON that Yosys writes.

use crate::error::Error;
use crate::liberty::{Cell, Library, Memory, Pin, truth_table};
use crate::yosys::json::{self, Bit, Direction};
use std::collections::BTreeMap;

/// A net, by number; 0 and 1 are the constants.
pub type NetId = usize;

/// Number of constant nets.
const CONSTANTS: usize = 2;

/// A netlist of one module.
#[derive(Debug)]
pub struct Netlist<'a> {
    /// Name of the module.
    pub name: String,
    /// Supply, V.
    pub volts: f64,
    /// Name of every net, the shortest where there are several.
    pub nets: Vec<String>,
    /// Input ports but the clock, lowest bit first.
    pub inputs: BTreeMap<String, Vec<NetId>>,
    /// Output ports, lowest bit first.
    pub outputs: BTreeMap<String, Vec<NetId>>,
    /// The clock; `None` for a combinational module.
    pub clock: Option<NetId>,
    /// Combinational cells, each after those that drive it.
    pub gates: Vec<Gate<'a>>,
    /// Flip-flops.
    pub flip_flops: Vec<FlipFlop<'a>>,
    /// Nets by their names in the design, among them several names of one net.
    pub names: BTreeMap<String, Vec<NetId>>,
}

/// A combinational cell.
#[derive(Debug)]
pub struct Gate<'a> {
    /// Instance name.
    pub name: String,
    /// Its kind.
    pub cell: &'a Cell,
    /// Input pins and their nets.
    pub inputs: Vec<(&'a Pin, NetId)>,
    /// Outputs in use.
    pub outputs: Vec<Output<'a>>,
}

/// An output of a gate.
#[derive(Debug)]
pub struct Output<'a> {
    /// The pin.
    pub pin: &'a Pin,
    /// The net it drives.
    pub net: NetId,
    /// Its value for each combination of inputs, in the order of [`Gate::inputs`].
    pub truth: u64,
}

/// A flip-flop that takes `data` when the clock rises.
#[derive(Debug)]
pub struct FlipFlop<'a> {
    /// Instance name.
    pub name: String,
    /// Its kind.
    pub cell: &'a Cell,
    /// Clock pin.
    pub clock: &'a Pin,
    /// Data pin.
    pub data_pin: &'a Pin,
    /// Net of the data.
    pub data: NetId,
    /// Outputs in use: pin, net, whether it is the complement.
    pub outputs: Vec<(&'a Pin, NetId, bool)>,
}

impl<'a> Netlist<'a> {
    /// Reads module `top`, whose clock is the input `clock`, in cells of `library`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] for text that is cut off, an undriven net or a loop; [`Error::UnsupportedCell`] for a cell that is not in
    /// the library or of a kind that is not simulated.
    pub fn parse(json: &str, top: &str, clock: &str, library: &'a Library) -> Result<Netlist<'a>, Error> {
        let wrong = |problem: String| Error::unreadable(&format!("the netlist of {top}"), problem);
        let module = json::Netlist::parse(json, top)?;
        let mut nets = Nets::default();
        let mut netlist = Netlist {
            name: top.into(),
            volts: library.volts,
            nets: vec![],
            inputs: BTreeMap::new(),
            outputs: BTreeMap::new(),
            clock: None,
            gates: vec![],
            flip_flops: vec![],
            names: BTreeMap::new(),
        };
        for (name, port) in module.ports {
            let bits = nets.all(&port.bits).map_err(&wrong)?;
            match (port.direction, name == clock) {
                (Direction::Input, true) => netlist.clock = bits.first().copied(),
                (Direction::Input, false) => drop(netlist.inputs.insert(name, bits)),
                (Direction::Output, _) => drop(netlist.outputs.insert(name, bits)),
                (Direction::Inout, _) => return Err(wrong(format!("port {name} is an inout"))),
            }
        }
        for (name, instance) in module.cells {
            netlist.place(name, &instance, library, &mut nets, &wrong)?;
        }
        for (name, net) in module.netnames {
            // A name may cover nets that are gone
            netlist.names.insert(name, net.bits.iter().filter_map(|bit| nets.known(bit)).collect());
        }
        netlist.nets = netlist.name_nets(nets.count());
        netlist.order().map_err(&wrong)?;
        Ok(netlist)
    }

    /// Number of nets, the constants among them.
    pub fn net_count(&self) -> usize {
        self.nets.len()
    }

    /// Area of all cells.
    pub fn area(&self) -> f64 {
        self.cells().map(|cell| cell.area).sum()
    }

    /// Leakage of all cells, nW.
    pub fn leakage(&self) -> f64 {
        self.cells().map(|cell| cell.leakage).sum()
    }

    /// The kinds of all cells.
    pub fn cells(&self) -> impl Iterator<Item = &'a Cell> {
        self.gates.iter().map(|g| g.cell).chain(self.flip_flops.iter().map(|f| f.cell))
    }

    fn place(
        &mut self,
        name: String,
        instance: &json::Cell,
        library: &'a Library,
        nets: &mut Nets,
        wrong: &impl Fn(String) -> Error,
    ) -> Result<(), Error> {
        let unsupported =
            |problem: String| Error::UnsupportedCell { cell: instance.kind.clone(), instance: name.clone(), problem };
        let cell = library
            .cell(&instance.kind)
            .ok_or_else(|| unsupported(format!("the library {} has no such cell", library.name)))?;
        let mut connected = |pin: &Pin| match instance.connections.get(&pin.name).map(Vec::as_slice) {
            Some([bit]) => nets.one(bit).map(Some).map_err(wrong),
            None | Some([]) => Ok(None),
            Some(_) => Err(wrong(format!("pin {} of {name} is several bits wide", pin.name))),
        };
        let mut inputs = vec![];
        for pin in cell.inputs() {
            let net = connected(pin)?.ok_or_else(|| unsupported(format!("its input {} is open", pin.name)))?;
            inputs.push((pin, net));
        }
        let mut outputs = vec![];
        for pin in cell.outputs() {
            if let Some(net) = connected(pin)? {
                let function = pin.function.as_deref().filter(|_| !pin.three_state);
                let function = function.ok_or_else(|| {
                    unsupported(format!("its output {} has no function, or can be disconnected", pin.name))
                })?;
                outputs.push((pin, net, function));
            }
        }
        match &cell.memory {
            Memory::None => {
                let names: Vec<&str> = inputs.iter().map(|(pin, _)| pin.name.as_str()).collect();
                let output = |(pin, net, function)| {
                    Ok(Output { pin, net, truth: truth_table(function, &names).map_err(&unsupported)? })
                };
                let outputs = outputs.into_iter().map(output).collect::<Result<_, Error>>()?;
                self.gates.push(Gate { name, cell, inputs, outputs });
            }
            Memory::FlipFlop { state, next, clock } => {
                let pin = |wanted: &str| inputs.iter().find(|(pin, _)| pin.name == wanted).copied();
                let (Some((data_pin, data)), Some((clock, clock_net))) = (pin(next), pin(clock)) else {
                    let problem = format!("its next state `{next}` or its clock `{clock}` is no mere pin");
                    return Err(unsupported(problem));
                };
                if Some(clock_net) != self.clock {
                    return Err(unsupported("its clock is not the module's".into()));
                }
                let output = |(pin, net, function): (_, _, &str)| match state.iter().position(|s| s == function) {
                    Some(which) => Ok((pin, net, which == 1)),
                    None => Err(unsupported(format!("its output function `{function}` is not its state"))),
                };
                let outputs = outputs.into_iter().map(output).collect::<Result<_, _>>()?;
                self.flip_flops.push(FlipFlop { name, cell, clock, data_pin, data, outputs });
            }
            Memory::Other(kind) => {
                return Err(unsupported(format!(
                    "it is a {kind}; combinational cells and plain rising-edge flip-flops are simulated"
                )));
            }
        }
        Ok(())
    }

    fn name_nets(&self, count: usize) -> Vec<String> {
        let mut names = vec![String::new(); count];
        (names[0], names[1]) = ("0".into(), "1".into());
        for (name, bits) in &self.names {
            for (i, net) in bits.iter().enumerate().filter(|(_, net)| **net >= CONSTANTS) {
                let full = if bits.len() == 1 { name.clone() } else { format!("{name}[{i}]") };
                if names[*net].is_empty() || full.len() < names[*net].len() {
                    names[*net] = full;
                }
            }
        }
        names
    }

    /// Sorts the gates; every net must have one driver.
    fn order(&mut self) -> Result<(), String> {
        let mut driven = vec![false; self.net_count()];
        let mut drive = |net: NetId| match std::mem::replace(&mut driven[net], true) {
            true => Err(format!("net {} is driven twice", self.nets[net])),
            false => Ok(()),
        };
        [0, 1].into_iter().chain(self.inputs.values().flatten().copied()).chain(self.clock).try_for_each(&mut drive)?;
        self.flip_flops.iter().flat_map(|f| &f.outputs).try_for_each(|(_, net, _)| drive(*net))?;
        let mut known = driven.clone();
        let mut drive = |net: NetId| match std::mem::replace(&mut driven[net], true) {
            true => Err(format!("net {} is driven twice", self.nets[net])),
            false => Ok(()),
        };
        self.gates.iter().flat_map(|g| &g.outputs).try_for_each(|o| drive(o.net))?;
        let read = self.gates.iter().flat_map(|g| g.inputs.iter().map(|(_, net)| *net));
        let read = read.chain(self.flip_flops.iter().map(|f| f.data)).chain(self.outputs.values().flatten().copied());
        if let Some(net) = read.into_iter().find(|net| !driven[*net]) {
            return Err(format!("net {} has no driver", self.nets[net]));
        }

        let mut waiting = std::mem::take(&mut self.gates);
        while !waiting.is_empty() {
            let (ready, rest): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|gate| gate.inputs.iter().all(|(_, net)| known[*net]));
            if ready.is_empty() {
                return Err(format!("cell {} is in a loop", rest[0].name));
            }
            ready.iter().flat_map(|gate| &gate.outputs).for_each(|output| known[output.net] = true);
            self.gates.extend(ready);
            waiting = rest;
        }
        Ok(())
    }
}

/// The file's numbers of nets in ours.
#[derive(Default)]
struct Nets(BTreeMap<u64, NetId>);

impl Nets {
    fn count(&self) -> usize {
        CONSTANTS + self.0.len()
    }

    fn one(&mut self, bit: &Bit) -> Result<NetId, String> {
        let next = self.count();
        match bit {
            Bit::Net(number) => Ok(*self.0.entry(*number).or_insert(next)),
            Bit::Constant(_) => self.known(bit).ok_or("a pin is connected to an undefined value".to_string()),
        }
    }

    fn all(&mut self, bits: &[Bit]) -> Result<Vec<NetId>, String> {
        bits.iter().map(|bit| self.one(bit)).collect()
    }

    fn known(&self, bit: &Bit) -> Option<NetId> {
        match bit {
            Bit::Net(number) => self.0.get(number).copied(),
            Bit::Constant(value) => ["0", "1"].iter().position(|constant| constant == value),
        }
    }
}
