//! Clean hierarchical Verilog-2005, but for counts of ones, which are SystemVerilog: every module once, registers in one `always @(posedge clock)`.
//!
//! Verilog's implicit extensions are spelled out, so that the text means the same under every width rule, and no linter
//! finds anything to say.

use super::decl::{Decl, Kind};
use super::error::{Error, Errors};
use super::expr::{Expr, Node, Op, lit};
use super::hierarchy::library;
use super::module::Module;
use super::stmt::Stmt;
use crate::emitted::{Direction, Port, SourceFile, Verilog};
use std::cell::RefCell;
use std::fmt::Write;
use std::sync::Arc;

/// Emits `top` and everything below it.
///
/// # Errors
/// Two different modules of one name.
pub fn verilog(top: &Arc<Module>) -> Result<Verilog, Errors> {
    let (mut files, mut cells) = (vec![], vec![]);
    for m in library(top)? {
        if let Some(model) = m.cell_model {
            cells.push(SourceFile { name: format!("{}.v", m.name), text: model.into() });
            continue;
        }
        let printer = Printer { m: &m, errors: RefCell::default() };
        let text = printer.module();
        let errors = printer.errors.into_inner();
        if !errors.is_empty() {
            return Err(Errors { module: m.name.clone(), errors });
        }
        files.push(SourceFile { name: format!("{}.v", m.name), text });
    }
    let port = |d: &Decl| {
        let direction = match d.kind {
            Kind::Input => Direction::Input,
            Kind::Output => Direction::Output,
            _ => return None,
        };
        Some(Port { name: d.name.clone(), direction, width: d.ty.width, signed: d.ty.signed })
    };
    let mut ports: Vec<Port> = top.decls.iter().filter_map(port).collect();
    let clock = if top.clocked() { top.clock.clone() } else { String::new() };
    if top.clocked() {
        ports.insert(0, Port { name: clock.clone(), direction: Direction::Input, width: 1, signed: false });
    }
    Ok(Verilog { top: top.name.clone(), clock, files, cells, ports })
}

/// An expression of module `m` by itself.
pub(super) fn text(m: &Module, e: &Expr) -> String {
    Printer { m, errors: RefCell::default() }.own(e)
}

/// Comment above every clock port.
const CLOCK: &str = "Clock; registers change at its rising edge.";

struct Printer<'a> {
    m: &'a Module,
    errors: RefCell<Vec<Error>>,
}

/// Writing to a `String` cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { let _ = writeln!($out, $($arg)*); };
}

fn declaration(d: &Decl) -> String {
    let sign = if d.ty.signed { "signed " } else { "" };
    let range = if d.ty.width == 1 { String::new() } else { format!("[{}:0] ", d.ty.width - 1) };
    format!("{sign}{range}{}", d.name)
}

impl Printer<'_> {
    fn module(&self) -> String {
        let (m, mut o) = (self.m, String::new());
        m.doc.lines().for_each(|l| {
            put!(o, "// {l}");
        });
        let mut ports = vec![];
        if m.clocked() {
            ports.push(format!("  // {CLOCK}\n{}  input  wire {}", self.attributes(&m.clock), m.clock));
        }
        for d in &m.decls {
            match d.kind {
                Kind::Input => ports.push(format!("{}  input  wire {}", self.above(d), declaration(d))),
                Kind::Output => ports.push(format!("{}  output wire {}", self.above(d), declaration(d))),
                _ => {}
            }
        }
        put!(o, "module {} (\n{}\n);", m.name, ports.join(",\n"));
        for d in &m.decls {
            match d.kind {
                Kind::Wire => {
                    put!(o, "  wire {};", declaration(d));
                }
                Kind::Reg => {
                    put!(o, "  reg {};", declaration(d));
                }
                Kind::Memory(depth, style) => {
                    put!(o, "  {}reg {} [0:{}];", style.attribute(), declaration(d), depth - 1);
                }
                Kind::Input | Kind::Output => {}
            }
        }
        for s in &m.comb {
            match s {
                Stmt::Set(target, value) => {
                    put!(o, "  assign {} = {};", self.own(target), self.right(target, value));
                }
                Stmt::Note(text) => {
                    put!(o, "\n  // {text}");
                }
                // `assign` is the only way to add to this list
                Stmt::If(..) | Stmt::Case(..) => unreachable!("combinational logic is assignments"),
            }
        }
        self.instances(&mut o);
        if !m.unused.is_empty() {
            let signals: Vec<String> = m.unused.iter().map(|e| self.own(e)).collect();
            put!(o, "\n  wire unused_ok = &{{1'b0, {}}};", signals.join(", "));
        }
        if !m.seq.is_empty() {
            let kept = if m.kept { "(* keep *) " } else { "" };
            put!(o, "\n  {kept}always @(posedge {}) begin", m.clock);
            self.block(&m.seq, 2, &mut o);
            put!(o, "  end");
        }
        o + "endmodule\n"
    }

    /// Comment and attributes above the declaration of a port.
    fn above(&self, d: &Decl) -> String {
        let doc: String = d.doc.lines().map(|line| format!("  // {line}\n")).collect();
        doc + &self.attributes(&d.name)
    }

    /// Attributes of a port, on a line of their own.
    fn attributes(&self, port: &str) -> String {
        let of_port = self.m.attributes.iter().filter(|(of, ..)| of == port);
        let texts: Vec<String> = of_port.map(|(_, name, text)| format!("{name} = \"{text}\"")).collect();
        if texts.is_empty() { String::new() } else { format!("  (* {} *)\n", texts.join(", ")) }
    }

    fn instances(&self, o: &mut String) {
        for i in &self.m.instances {
            let mut pins: Vec<String> =
                i.module.clock_pins().iter().map(|pin| format!("    .{pin}({})", self.m.clock)).collect();
            for (n, e) in i.inputs.iter().chain(&i.outputs) {
                pins.push(format!("    .{}({})", i.module.decls[*n].name, self.pin(e)));
            }
            let values: Vec<String> = i.parameters.iter().map(|(p, v)| format!(".{p}({v})")).collect();
            let values = if values.is_empty() { String::new() } else { format!("#({}) ", values.join(", ")) };
            put!(o, "\n  {} {values}{} (\n{}\n  );", i.module.name, i.name, pins.join(",\n"));
        }
    }

    fn block(&self, block: &[Stmt], indent: usize, o: &mut String) {
        let pad = "  ".repeat(indent);
        for s in block {
            match s {
                Stmt::Set(target, value) => {
                    put!(o, "{pad}{} <= {};", self.own(target), self.right(target, value));
                }
                Stmt::Note(text) => {
                    put!(o, "{pad}// {text}");
                }
                Stmt::If(condition, then, otherwise) => {
                    put!(o, "{pad}if ({}) begin", self.own(condition));
                    self.block(then, indent + 1, o);
                    if !otherwise.is_empty() {
                        put!(o, "{pad}end else begin");
                        self.block(otherwise, indent + 1, o);
                    }
                    put!(o, "{pad}end");
                }
                Stmt::Case(on, arms, default) => {
                    put!(o, "{pad}case ({})", self.own(on));
                    for (value, arm) in arms {
                        put!(o, "{pad}  {}: begin", self.own(&lit(*value, on.ty)));
                        self.block(arm, indent + 2, o);
                        put!(o, "{pad}  end");
                    }
                    put!(o, "{pad}  default: begin");
                    self.block(default, indent + 2, o);
                    put!(o, "{pad}  end\n{pad}endcase");
                }
            }
        }
    }

    /// On a port of the same width, where signs mean nothing.
    fn pin(&self, e: &Expr) -> String {
        match &*e.node {
            Node::Cast(x) if x.ty.width == e.ty.width => self.pin(x),
            _ => self.own(e),
        }
    }

    /// At the value's own width.
    fn own(&self, e: &Expr) -> String {
        self.expr(e, e.ty.width)
    }

    fn right(&self, target: &Expr, value: &Expr) -> String {
        // A sum of two signals assigned at its full width needs no extension: the target's width reaches the operands.
        if let Node::Binary(Op::Add | Op::Sub, a, b) = &*value.node
            && let (Node::Net(..), Node::Net(..)) = (&*a.node, &*b.node)
            && a.ty == b.ty
            && target.ty.width == a.ty.width + 1
        {
            let op = if matches!(&*value.node, Node::Binary(Op::Add, ..)) { "+" } else { "-" };
            return format!("{} {op} {}", self.own(a), self.own(b));
        }
        self.expr(value, target.ty.width)
    }

    fn paren(&self, e: &Expr, width: usize) -> String {
        let text = self.expr(e, width);
        let operator = match &*e.node {
            Node::Binary(..) | Node::Mux(..) | Node::Any(_) | Node::All(_) => true,
            Node::Cast(x) if x.ty == e.ty => return self.paren(x, width),
            Node::Cast(x) => x.ty.width != e.ty.width,
            _ => false,
        };
        if operator { format!("({text})") } else { text }
    }

    /// The sign bit of a value, which Verilog can only pick out of a signal.
    fn sign(&self, e: &Expr) -> String {
        match &*e.node {
            Node::Net(_, n) => bit_of(&self.m.decls[*n].name, e.ty.width, e.ty.width - 1),
            Node::Slice(x, low) => bit_of(&self.own(x), x.ty.width, low + e.ty.width - 1),
            Node::Cast(x) if x.ty.width == e.ty.width => self.sign(x),
            Node::Cat(parts) if !parts.is_empty() => self.sign(&parts[parts.len() - 1]),
            _ => {
                self.errors.borrow_mut().push(Error::Widen(e.ty));
                String::new()
            }
        }
    }

    /// In a context of `width` bits, with Verilog's implicit extensions spelled out.
    fn expr(&self, e: &Expr, width: usize) -> String {
        let extend = |text: String| match width - e.ty.width {
            0 => text,
            n if e.ty.signed => format!("$signed({{{{{n}{{{}}}}}, {text}}})", self.sign(e)),
            n => format!("{{{n}'d0, {text}}}"),
        };
        match &*e.node {
            Node::Net(_, n) => extend(self.m.decls[*n].name.clone()),
            Node::Lit(v) if e.ty.signed => {
                format!("{}{width}'sd{}", if *v < 0 { "-" } else { "" }, v.unsigned_abs())
            }
            Node::Lit(v) => format!("{width}'d{v}"),
            Node::Not(a) => extend(format!("~{}", self.paren(a, e.ty.width))),
            Node::Mux(c, a, b) => {
                format!("{} ? {} : {}", self.paren(c, 1), self.paren(a, width), self.paren(b, width))
            }
            Node::Cat(parts) => {
                let parts: Vec<String> = parts.iter().rev().map(|e| self.own(e)).collect();
                extend(if parts.len() == 1 { parts.concat() } else { format!("{{{}}}", parts.join(", ")) })
            }
            Node::Repeat(a, count) => extend(format!("{{{count}{{{}}}}}", self.own(a))),
            Node::Any(a) => extend(format!("|{}", self.paren(a, a.ty.width))),
            Node::All(a) => extend(format!("&{}", self.paren(a, a.ty.width))),
            // Without the conversion Verilator takes the function's int for a number without a size.
            Node::Count(a, _) => extend(format!("$unsigned($countones({}))", self.own(a))),
            Node::Slice(x, low) => extend(match (x.ty.width, e.ty.width) {
                (1, _) => self.own(x),
                (_, 1) => format!("{}[{low}]", self.own(x)),
                (_, n) => format!("{}[{}:{low}]", self.own(x), low + n - 1),
            }),
            Node::Word(memory, address) => extend(format!("{}[{}]", self.own(memory), self.own(address))),
            Node::Cast(x) if x.ty == e.ty => self.expr(x, width),
            Node::Cast(x) if x.ty.width == e.ty.width => {
                extend(format!("{}({})", if e.ty.signed { "$signed" } else { "$unsigned" }, self.own(x)))
            }
            Node::Cast(x) => match &*x.node {
                Node::Binary(op, a, b) if width == e.ty.width => {
                    format!("{} {} {}", self.paren(a, width), symbol(*op), self.paren(b, width))
                }
                _ => extend(self.own(e)),
            },
            // An unsigned difference below zero wraps at its own width, not at the context's
            Node::Binary(Op::Sub, ..) if !e.ty.signed && width > e.ty.width => extend(self.own(e)),
            Node::Binary(op, a, b) => {
                let inner = if matches!(op, Op::Eq | Op::Lt) { a.ty.width.max(b.ty.width) } else { width };
                let text = format!("{} {} {}", self.paren(a, inner), symbol(*op), self.paren(b, inner));
                if matches!(op, Op::Eq | Op::Lt) && width > 1 { extend(format!("({text})")) } else { text }
            }
            Node::Pin(..) | Node::Bad(_) => unreachable!("checked by build"),
        }
    }
}

fn bit_of(name: &str, width: usize, index: usize) -> String {
    if width == 1 { name.into() } else { format!("{name}[{index}]") }
}

fn symbol(op: Op) -> &'static str {
    match op {
        Op::Add => "+",
        Op::Sub => "-",
        Op::And => "&",
        Op::Or => "|",
        Op::Xor => "^",
        Op::Eq => "==",
        Op::Lt => "<",
    }
}
