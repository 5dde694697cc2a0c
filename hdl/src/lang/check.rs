//! [`Module::build`] and its checks: types, drivers, loops.

use super::decl::Kind;
use super::error::{Error, Errors};
use super::expr::{Expr, Node, lit};
use super::module::Module;
use super::names::usable;
use super::stmt::Stmt;
use super::ty::BIT;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

impl Module {
    /// Checks the module and makes it shareable.
    ///
    /// # Errors
    /// Everything wrong with it: types, names, drivers, loops.
    pub fn build(mut self) -> Result<Arc<Module>, Errors> {
        self.close();
        let errors = check(&mut self);
        if errors.is_empty() { Ok(Arc::new(self)) } else { Err(Errors { module: self.name, errors }) }
    }
}

/// Everything wrong with `m`; as a by-product notes which outputs depend on which inputs within a cycle.
fn check(m: &mut Module) -> Vec<Error> {
    let mut c = Checker { m, drivers: vec![0; m.decls.len()], seen: HashSet::new(), errors: m.errors.clone() };
    m.comb.iter().for_each(|s| c.statement(s, false));
    m.seq.iter().for_each(|s| c.statement(s, true));
    m.unused.iter().for_each(|e| c.value(e));
    for i in &m.instances {
        i.inputs.iter().for_each(|(_, e)| c.value(e));
        i.outputs.iter().filter_map(|(_, e)| e.target()).for_each(|n| c.drivers[n] += 1);
    }
    let (drivers, mut errors) = (c.drivers, c.errors);
    if m.cell_model.is_some() && m.clocked() {
        return errors;
    }
    if m.cell_model.is_some() {
        let ports = |kind| (0..m.decls.len()).filter(|n| m.decls[*n].kind == kind).collect::<Vec<_>>();
        let inputs = ports(Kind::Input);
        m.paths = ports(Kind::Output).into_iter().map(|n| (n, inputs.clone())).collect();
        return errors;
    }
    if !usable(&m.name) {
        errors.push(Error::Name(m.name.clone()));
    }
    for (d, n) in m.decls.iter().zip(drivers) {
        match (d.kind, n) {
            (Kind::Output | Kind::Wire | Kind::Reg, 0) => errors.push(Error::Undriven(d.name.clone())),
            (Kind::Output | Kind::Wire, 2..) => errors.push(Error::DrivenTwice(d.name.clone())),
            _ => {}
        }
    }
    if errors.is_empty() {
        match paths(m) {
            Ok(found) => m.paths = found,
            Err(e) => errors.push(e),
        }
    }
    errors
}

struct Checker<'a> {
    m: &'a Module,
    drivers: Vec<usize>,
    /// Shared subtrees already looked at.
    seen: HashSet<*const Node>,
    errors: Vec<Error>,
}

impl Checker<'_> {
    fn value(&mut self, e: &Expr) {
        if !self.seen.insert(Arc::as_ptr(&e.node)) {
            return;
        }
        match &*e.node {
            Node::Bad(error) => self.errors.push(error.clone()),
            Node::Net(module, _) | Node::Pin(module, ..) if *module != self.m.id => self.errors.push(Error::Foreign),
            Node::Pin(..) => self.errors.push(Error::NotReadable(self.m.place_of(e))),
            _ => e.children().into_iter().for_each(|c| self.value(c)),
        }
    }

    fn statement(&mut self, s: &Stmt, clocked: bool) {
        match s {
            Stmt::Set(target, value) => self.assignment(target, value, clocked),
            Stmt::If(condition, then, otherwise) => {
                self.value(condition);
                if condition.ty != BIT {
                    self.errors.push(Error::Condition(condition.ty));
                }
                then.iter().chain(otherwise).for_each(|s| self.statement(s, clocked));
            }
            Stmt::Case(on, arms, default) => {
                self.value(on);
                self.errors.extend(arms.iter().filter_map(|(value, _)| match &*lit(*value, on.ty).node {
                    Node::Bad(error) => Some(error.clone()),
                    _ => None,
                }));
                arms.iter().flat_map(|(_, arm)| arm).chain(default).for_each(|s| self.statement(s, clocked));
            }
            Stmt::Note(_) => {}
        }
    }

    fn assignment(&mut self, target: &Expr, value: &Expr, clocked: bool) {
        self.value(target);
        self.value(value);
        let Some(number) = target.target().filter(|n| *n < self.m.decls.len()) else {
            return self.errors.push(Error::NotANet);
        };
        let d = &self.m.decls[number];
        if matches!(d.kind, Kind::Reg | Kind::Memory(..)) != clocked || d.kind == Kind::Input {
            self.errors.push(Error::NotDrivable(d.name.clone()));
        }
        let fits = target.ty.width >= value.ty.width
            && (target.ty.signed == value.ty.signed || target.ty.width == value.ty.width);
        if !fits {
            self.errors.push(Error::Fit { net: d.name.clone(), ty: target.ty, value: value.ty });
        }
        self.drivers[number] += 1;
    }
}

/// Signals read by `e`.
fn reads(e: &Expr, out: &mut Vec<usize>) {
    if let Node::Net(_, n) = *e.node {
        out.push(n);
    }
    e.children().into_iter().for_each(|c| reads(c, out));
}

/// For each output, the inputs that reach it without a register in between; fails on a loop.
fn paths(m: &Module) -> Result<HashMap<usize, Vec<usize>>, Error> {
    let mut sources: HashMap<usize, Vec<usize>> = HashMap::new();
    for s in &m.comb {
        if let Stmt::Set(target, value) = s {
            let entry = sources.entry(target.target().unwrap_or_default()).or_default();
            reads(value, entry);
        }
    }
    for i in &m.instances {
        for (output, wire) in &i.outputs {
            let entry = sources.entry(wire.target().unwrap_or_default()).or_default();
            for input in i.module.paths.get(output).into_iter().flatten() {
                i.inputs.iter().filter(|(n, _)| n == input).for_each(|(_, e)| reads(e, entry));
            }
        }
    }
    let mut walk = Walk { m, sources: &sources, reached: HashMap::new(), open: vec![] };
    let mut found = HashMap::new();
    for (n, d) in m.decls.iter().enumerate() {
        match d.kind {
            Kind::Output => {
                let mut inputs: Vec<usize> = walk.inputs(n)?.iter().copied().collect();
                inputs.sort_unstable();
                found.insert(n, inputs);
            }
            Kind::Wire => {
                walk.inputs(n)?;
            }
            _ => {}
        }
    }
    Ok(found)
}

struct Walk<'a> {
    m: &'a Module,
    sources: &'a HashMap<usize, Vec<usize>>,
    reached: HashMap<usize, std::rc::Rc<HashSet<usize>>>,
    open: Vec<usize>,
}

impl Walk<'_> {
    fn inputs(&mut self, net: usize) -> Result<std::rc::Rc<HashSet<usize>>, Error> {
        if let Some(done) = self.reached.get(&net) {
            return Ok(done.clone());
        }
        if let Some(at) = self.open.iter().position(|n| *n == net) {
            return Err(Error::Loop(self.open[at..].iter().map(|n| self.m.decls[*n].name.clone()).collect()));
        }
        self.open.push(net);
        let mut all = HashSet::new();
        if self.m.decls[net].kind == Kind::Input {
            all.insert(net);
        }
        for n in self.sources.get(&net).into_iter().flatten() {
            all.extend(self.inputs(*n)?.iter());
        }
        self.open.pop();
        let all = std::rc::Rc::new(all);
        self.reached.insert(net, all.clone());
        Ok(all)
    }
}
