//! Ports of the register file.

use crate::interface;
use crate::lang::{At, BIT, Expr, Flow, Interface, Signal, bits};
use std::collections::BTreeMap;
use trine_spec::Config;
use trine_spec::registers::{Access, Field, Register, every};

/// Name of a field's port on the register file; `end` is `i`, `o` or `set_i`.
pub(super) fn port(register: &Register, field: &Field, end: &str) -> String {
    format!("{}_{}_{end}", register.name.to_lowercase(), field.name)
}

interface! {
    /// Ports of the register file.
    pub(in crate::design) struct RegisterPorts(address: usize) {
        /// Register bus
        source request as "": BusRequest::of(address) => BusRequest,
        /// Windows
        source answers as "": None => Option<WindowAnswers>,
        /// Windows
        source windows as "": None => Option<WindowRequests>,
        /// Fields
        source fields as "": () => Fields,
        /// The watchdog's limit is written.
        output watchdog_written: BIT,
        /// Register bus
        source answer as "": BusAnswer::of() => BusAnswer,
    }
}

interface! {
    /// Requests of the master on the register bus.
    pub(in crate::design) struct BusRequest(address: usize) {
        /// Synchronous reset.
        input rst: BIT,
        /// Write address in bytes.
        input awaddr: bits(address),
        /// A write address is offered.
        input awvalid: BIT,
        /// Word to write.
        input wdata: bits(32),
        /// Bytes of the word to write.
        input wstrb: bits(4),
        /// A word to write is offered.
        input wvalid: BIT,
        /// The answer to a write is taken.
        input bready: BIT,
        /// Read address in bytes.
        input araddr: bits(address),
        /// A read address is offered.
        input arvalid: BIT,
        /// The word read is taken.
        input rready: BIT,
    }
}

interface! {
    /// Answers of the register file to the master.
    pub(in crate::design) struct BusAnswer() {
        /// The write address is taken.
        output awready: BIT,
        /// The word to write is taken.
        output wready: BIT,
        /// A write is answered.
        output bvalid: BIT,
        /// Answer to the write: OKAY or SLVERR.
        output bresp: bits(2),
        /// The read address is taken.
        output arready: BIT,
        /// A read is answered.
        output rvalid: BIT,
        /// Answer to the read: OKAY or SLVERR.
        output rresp: bits(2),
        /// Word read.
        output rdata: bits(32),
    }
}

interface! {
    /// Answers of [the windows](crate::design::windows()).
    pub(in crate::design) struct WindowAnswers() {
        /// The write to a window waits.
        input write_wait: BIT,
        /// The write to a window is served.
        input write_ok: BIT,
        /// The read of a window waits.
        input read_wait: BIT,
        /// The read of a window is served.
        input read_ok: BIT,
        /// Word read from a window.
        input read_data: bits(32),
    }
}

interface! {
    /// Requests for [the windows](crate::design::windows()).
    pub(in crate::design) struct WindowRequests(c: Config) {
        /// A word is written to the window of activations.
        output write_act: BIT,
        /// A word is written to the window of weights.
        output write_wgt: (!c.memory()).then_some(BIT) => Option<Expr>,
        /// Word that is written.
        output wdata: bits(32),
        /// A word is read from the window of results.
        output read_res: BIT,
    }
}

/// Ports of the fields of all registers, by port name without suffix; [`super::file`] declares them.
#[derive(Clone, Debug)]
pub(in crate::design) struct Fields {
    inputs: BTreeMap<String, Expr>,
    outputs: BTreeMap<String, Expr>,
}

impl Fields {
    /// Output `<register>_<field>`.
    pub(in crate::design) fn output(&self, name: &str) -> &Expr {
        self.outputs.get(name).unwrap_or_else(|| panic!("no register output {name}"))
    }

    /// Inputs as [`Fields::input_names`] orders them.
    pub(in crate::design) fn input(&self, name: &str) -> &Expr {
        self.inputs.get(name).unwrap_or_else(|| panic!("no register input {name}"))
    }

    /// Names and fields of the inputs for `registers`, in their order.
    pub(in crate::design) fn input_names(
        registers: impl Iterator<Item = &'static Register>,
    ) -> impl Iterator<Item = (String, &'static Field)> {
        let fields = registers.flat_map(|r| r.fields.iter().map(move |f| (r, f)));
        fields.filter_map(|(r, f)| {
            let end = match f.access {
                Access::ReadOnly => "",
                Access::WriteOneClears => "_set",
                _ => return None,
            };
            Some((format!("{}_{}{end}", r.name.to_lowercase(), f.name), f))
        })
    }
}

impl Interface for Fields {
    type Shape = ();

    fn signals((): (), _: &At, _: &mut Vec<Signal>) {}

    fn find(at: &At, look: &mut dyn FnMut(&str) -> Option<Expr>) -> Option<Fields> {
        let mut found = |name: String, flow: Flow| {
            let port = <Expr as Interface>::find(&at.part(&name, &[], flow), look)?;
            Some((name, port))
        };
        let inputs = Fields::input_names(every()).filter_map(|(name, _)| found(name, Flow::In)).collect();
        let names = every().flat_map(|r| r.fields.iter().map(|f| port(r, f, "o")));
        let names = names.map(|name| name.trim_end_matches("_o").to_string());
        let outputs = names.filter_map(|name| found(name, Flow::Out)).collect();
        Some(Fields { inputs, outputs })
    }

    fn leaves(&self, _: &At, _: &mut Vec<(String, Flow, Expr)>) {}
}
