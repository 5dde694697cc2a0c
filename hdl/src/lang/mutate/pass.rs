//! The walk over a design that puts mutants into it.

use super::super::error::Errors;
use super::super::expr::{Expr, Node, expr};
use super::super::module::{Instance, Module};
use super::super::stmt::{Stmt, set};
use super::super::ty::{Ty, bits};
use super::super::verilog::text;
use super::change::{changes, conditions, operands, stuck, with};
use super::{Mutant, Operator, SELECTOR, SELECTOR_BITS};
use std::collections::HashMap;
use std::sync::Arc;

/// Longest text of an expression in a mutant's description.
const LONGEST: usize = 90;

/// Rebuilds `top` and all below it; `found` gets the mutants that are in it.
///
/// With `selectable` they wait for the selector; otherwise there is none and each is in effect.
pub(super) fn run(
    top: &Arc<Module>,
    selectable: bool,
    wanted: &dyn Fn(&Mutant) -> bool,
    found: &mut Vec<Mutant>,
) -> Result<Arc<Module>, Errors> {
    let mut count = Count { next: 1, selectable, wanted, found };
    let mut made: HashMap<*const Module, Arc<Module>> = HashMap::new();
    for m in super::super::library(top)? {
        let done = if m.cell_model.is_some() { m.clone() } else { Pass::new(&m, &mut count).module(&made)? };
        made.insert(Arc::as_ptr(&m), done);
    }
    Ok(made[&Arc::as_ptr(top)].clone())
}

/// Numbers all mutants and keeps those that are wanted.
struct Count<'a> {
    next: u32,
    selectable: bool,
    wanted: &'a dyn Fn(&Mutant) -> bool,
    found: &'a mut Vec<Mutant>,
}

struct Pass<'a, 'b> {
    from: &'a Module,
    to: Module,
    selector: Option<Expr>,
    place: String,
    count: &'a mut Count<'b>,
    /// Shared nodes are changed once.
    seen: HashMap<(*const Node, usize, bool), Expr>,
    wires: usize,
    /// True if anything here looks at the selector.
    selected: bool,
}

impl<'a, 'b> Pass<'a, 'b> {
    fn new(from: &'a Module, count: &'a mut Count<'b>) -> Self {
        // The same identity and numbers: what is not changed needs no copy.
        let mut to = Module {
            id: from.id,
            clock: from.clock.clone(),
            decls: from.decls.clone(),
            names: from.names.clone(),
            attributes: from.attributes.clone(),
            unused: from.unused.clone(),
            ..Module::new(&from.name, &from.doc)
        };
        let selector = count.selectable.then(|| to.input(SELECTOR, bits(SELECTOR_BITS)));
        Pass { from, to, selector, place: String::new(), count, seen: HashMap::new(), wires: 0, selected: false }
    }

    fn module(mut self, made: &HashMap<*const Module, Arc<Module>>) -> Result<Arc<Module>, Errors> {
        let from = self.from;
        for s in &from.comb {
            let done = self.assignment(s);
            self.to.comb.push(done);
        }
        for i in &from.instances {
            // Cells are not changed, and one of them may be made more than once.
            let module = if i.module.cell_model.is_some() { &i.module } else { &made[&Arc::as_ptr(&i.module)] };
            let done = self.instance(i, module);
            self.to.instances.push(Arc::new(done));
        }
        self.to.seq = self.block(&from.seq);
        if self.to.instances.is_empty() && !self.selected {
            self.to.unused.extend(self.selector.clone());
        }
        self.to.build()
    }

    /// A statement of the combinational part: an assignment or a comment.
    fn assignment(&mut self, s: &Stmt) -> Stmt {
        let Stmt::Set(target, value) = s else { return s.clone() };
        self.at(target);
        Stmt::Set(target.clone(), self.assigned(value))
    }

    fn block(&mut self, block: &[Stmt]) -> Vec<Stmt> {
        let mut done = vec![];
        for s in block {
            match s {
                Stmt::Note(_) => done.push(s.clone()),
                Stmt::Set(target, value) => {
                    self.at(target);
                    let set = Stmt::Set(target.clone(), self.assigned(value));
                    let what = format!("{} <= {} is left out", self.text(target), self.text_of_assigned(s));
                    done.push(match self.mutant(Operator::Dropped, what).map(|id| self.selects(id)) {
                        Some(Some(on)) => Stmt::If(!on, vec![set], vec![]),
                        Some(None) => Stmt::Set(target.clone(), target.clone()),
                        None => set,
                    });
                }
                Stmt::If(condition, then, otherwise) => {
                    self.at_block(then);
                    let condition = self.condition(condition);
                    let (then, otherwise) = (self.block(then), self.block(otherwise));
                    done.push(Stmt::If(condition, then, otherwise));
                }
                Stmt::Case(on, arms, default) => {
                    let arms = arms.iter().map(|(value, arm)| (*value, self.block(arm))).collect();
                    done.push(Stmt::Case(on.clone(), arms, self.block(default)));
                }
            }
        }
        done
    }

    fn instance(&mut self, i: &Instance, module: &Arc<Module>) -> Instance {
        let mut inputs = vec![];
        for (port, e) in &i.inputs {
            self.place = format!("{}.{}", i.name, i.module.decls[*port].name);
            inputs.push((*port, self.assigned(e)));
        }
        if let Some(selector) = self.selector.as_ref().filter(|_| module.cell_model.is_none()) {
            inputs.push((module.names[SELECTOR], selector.clone()));
        }
        Instance {
            name: i.name.clone(),
            module: module.clone(),
            inputs,
            outputs: i.outputs.clone(),
            parameters: i.parameters.clone(),
        }
    }

    /// The value with all changes inside it.
    fn value(&mut self, e: &Expr) -> Expr {
        if matches!(&*e.node, Node::Net(..) | Node::Bad(_)) {
            return e.clone();
        }
        let key = (Arc::as_ptr(&e.node), e.ty.width, e.ty.signed);
        if let Some(done) = self.seen.get(&key) {
            return done.clone();
        }
        let plain = operands(e);
        let inner: Vec<Expr> = plain.iter().map(|operand| self.value(operand)).collect();
        let told = changes(e, &plain);
        let all = changes(e, &inner).into_iter().zip(told).map(|((operator, changed), (_, told))| {
            let what = format!("{} becomes {}", self.text(e), self.text(&told));
            (operator, changed, what)
        });
        let all: Vec<_> = all.collect();
        let done = self.choice(with(e, inner), all);
        self.seen.insert(key, done.clone());
        done
    }

    /// A condition of statements.
    fn condition(&mut self, c: &Expr) -> Expr {
        let inner = self.value(c);
        let told =
            conditions(c).into_iter().map(|told| format!("if ({}) becomes if ({})", self.text(c), self.text(&told)));
        let told: Vec<String> = told.collect();
        let all = conditions(&inner).into_iter().zip(told).map(|(changed, what)| (Operator::Condition, changed, what));
        self.choice(inner.clone(), all.collect())
    }

    /// The assigned value, with all changes inside it and with stuck bits. A constant has its neighbours already.
    fn assigned(&mut self, plain: &Expr) -> Expr {
        let value = self.value(plain);
        if matches!(*plain.node, Node::Lit(_)) {
            return value;
        }
        let ends: &[&str] = if value.ty.width == 1 { &["the bit"] } else { &["the lowest bit", "the highest bit"] };
        let told = ends.iter().flat_map(|end| [0, 1].map(|at| format!("{end} is stuck at {at}")));
        let wanted: Vec<Option<u32>> = told.map(|what| self.mutant(Operator::Stuck, what)).collect();
        if wanted.iter().all(Option::is_none) {
            return value;
        }
        let net = match *value.node {
            Node::Net(..) => value,
            _ => self.wire(value.ty, value),
        };
        let all = wanted.into_iter().zip(stuck(&net)).filter_map(|(id, changed)| Some((id?, changed))).collect();
        self.selected(net, all)
    }

    /// `original` unless one of the changes is selected.
    fn choice(&mut self, original: Expr, all: Vec<(Operator, Expr, String)>) -> Expr {
        let number = |(operator, changed, what)| Some((self.mutant(operator, what)?, changed));
        let all: Vec<(u32, Expr)> = all.into_iter().filter_map(number).collect();
        self.selected(original, all)
    }

    fn selected(&mut self, original: Expr, all: Vec<(u32, Expr)>) -> Expr {
        if all.is_empty() {
            return original;
        }
        let ty = original.ty;
        let mut value = original;
        for (id, changed) in all {
            value = match self.selects(id) {
                Some(on) => expr(Node::Mux(on, changed, value), ty),
                None => changed,
            };
        }
        self.wire(ty, value)
    }

    /// The condition under which mutant `id` is in effect; none where it always is.
    fn selects(&mut self, id: u32) -> Option<Expr> {
        self.selected = true;
        self.selector.as_ref().map(|selector| selector.is(i64::from(id)))
    }

    /// Gives a value a name, because Verilog can do more with names.
    fn wire(&mut self, ty: Ty, value: Expr) -> Expr {
        let wire = self.to.wire(&format!("mutated_{}", self.wires), ty);
        self.wires += 1;
        self.to.comb.push(set(&wire, value));
        wire
    }

    /// The number of the next mutant, if it is wanted.
    fn mutant(&mut self, operator: Operator, change: String) -> Option<u32> {
        let id = self.count.next;
        self.count.next += 1;
        let mutant = Mutant { id, module: self.from.name.clone(), place: self.place.clone(), operator, change };
        (self.count.wanted)(&mutant).then(|| self.count.found.push(mutant)).map(|()| id)
    }

    fn at(&mut self, target: &Expr) {
        let name = |n: usize| self.from.decls[n].name.clone();
        self.place = target.target().map_or_else(String::new, name);
    }

    /// Conditions are placed at the first thing that depends on them.
    fn at_block(&mut self, block: &[Stmt]) {
        match block.iter().find(|s| !matches!(s, Stmt::Note(_))) {
            Some(Stmt::Set(target, _)) => self.at(target),
            Some(Stmt::If(_, then, _)) => self.at_block(then),
            _ => {}
        }
    }

    fn text_of_assigned(&self, s: &Stmt) -> String {
        match s {
            Stmt::Set(_, value) => self.text(value),
            _ => String::new(),
        }
    }

    fn text(&self, e: &Expr) -> String {
        let text = text(self.from, e);
        match text.char_indices().nth(LONGEST) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text,
        }
    }
}
