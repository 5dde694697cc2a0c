//! Small modules: every expression node alone, every statement kind, registers, memories and instances.

use std::sync::Arc;
use trine_hdl::lang::{
    BIT, Expr, Module, RamStyle, Ty, bits, case, cat, if_else, int, lit, mux, note, set, set_to, when,
};

/// Inputs of every module made here: two unsigned and two signed of unequal widths, single bits, wide ones.
pub const INPUTS: [(&str, Ty); 8] = [
    ("a_i", bits(5)),
    ("b_i", bits(3)),
    ("s_i", int(4)),
    ("t_i", int(6)),
    ("c_i", BIT),
    ("n_i", int(1)),
    ("v_i", bits(70)),
    ("w_i", int(67)),
];

/// The inputs, declared.
pub struct Inputs {
    pub a: Expr,
    pub b: Expr,
    pub s: Expr,
    pub t: Expr,
    pub c: Expr,
    pub n: Expr,
    pub v: Expr,
    pub w: Expr,
}

/// An empty module with the inputs; those a case leaves out are no mistake.
pub fn start(name: &str) -> (Module, Inputs) {
    let mut m = Module::new(format!("of_{name}"), "A case.");
    let [a, b, s, t, c, n, v, w] = INPUTS.map(|(name, ty)| m.input(name, ty));
    m.unused([&a, &b, &s, &t, &c, &n, &v, &w].map(Clone::clone));
    (m, Inputs { a, b, s, t, c, n, v, w })
}

type Value = fn(&Inputs) -> Expr;

/// Every expression node, with operands of one and of different widths, unsigned and signed.
pub const VALUES: [(&str, Value); 53] = [
    ("net", |i| i.a.clone()),
    ("add", |i| &i.a + &i.b),
    ("add_signed", |i| &i.s + &i.t),
    ("add_wide", |i| &i.v + &i.a),
    ("add_wide_signed", |i| &i.w + &i.s),
    ("add_single_bits", |i| &i.c + &i.c),
    ("add_three", |i| (&i.s + &i.t) + &i.w),
    ("sub", |i| &i.a - &i.b),
    ("sub_signed", |i| &i.s - &i.t),
    ("sub_below_zero", |i| &i.b - &i.a),
    ("wrapped_add", |i| (&i.a + &i.b).wrap()),
    ("wrapped_sub", |i| (&i.s - &i.t).wrap()),
    ("wrapped_inside", |i| (&i.a + &i.b).wrap() + &i.a),
    ("step", |i| i.a.step(1)),
    ("back", |i| i.a.back(1)),
    ("and", |i| &i.a & &i.b),
    ("and_signed", |i| &i.s & &i.t),
    ("or", |i| &i.a | &i.b),
    ("or_signed", |i| &i.s | &i.t),
    ("xor", |i| &i.a ^ &i.b),
    ("xor_signed", |i| &i.s ^ &i.t),
    ("not", |i| !&i.a),
    ("not_signed", |i| !&i.s),
    ("not_of_sum", |i| !(&i.a + &i.b)),
    ("not_extended", |i| (!&i.b) + &i.a),
    ("eq", |i| i.a.eq(&i.b)),
    ("eq_signed", |i| i.s.eq(&i.t)),
    ("is_negative_constant", |i| i.s.is(-3)),
    ("lt", |i| i.a.lt(&i.b)),
    ("lt_signed", |i| i.s.lt(&i.t)),
    ("lt_wide_signed", |i| i.s.lt(&i.w)),
    ("lt_counted", |i| i.a.lt(&i.b) + &i.a),
    ("mux", |i| mux(&i.c, &i.a, &i.b)),
    ("mux_signed", |i| mux(&i.c, &i.s, &i.t)),
    ("mux_nested", |i| mux(i.a.is(3), mux(&i.c, &i.s, &i.n), &i.t - &i.s)),
    ("cat", |i| cat([i.a.clone(), i.s.clone(), i.c.clone(), i.n.clone()])),
    ("cat_of_one", |i| cat([i.s.clone()])),
    ("cat_of_values", |i| cat([&i.a + &i.b, i.s.lt(&i.t)])),
    ("repeat", |i| i.b.repeat(3)),
    ("repeat_signed_bit", |i| i.n.repeat(4)),
    ("repeat_once", |i| i.s.repeat(1)),
    ("any", |i| i.a.any()),
    ("any_signed", |i| i.s.any()),
    ("all", |i| i.a.all()),
    ("all_signed", |i| i.t.all() & i.v.all()),
    ("count", |i| (&i.a ^ &i.b).count_ones()),
    ("count_signed", |i| i.s.count_ones() + i.c.count_ones()),
    ("count_of_odd_width", |i| i.v.slice(3, 13).count_ones()),
    ("slice", |i| i.v.slice(61, 7)),
    ("bit", |i| i.t.bit(5) & i.c.bit(0)),
    ("cast_to_signed", |i| i.a.clone().signed() + &i.s),
    ("cast_to_unsigned", |i| i.s.clone().unsigned() + &i.a),
    ("literals", |i| mux(&i.c, lit(-5, int(80)), lit(i64::MIN, int(64)) + lit(7, int(4)))),
];

/// A module whose output is `value`, at its own width and extended.
pub fn valued(name: &str, value: Value) -> Arc<Module> {
    let (mut m, i) = start(name);
    let value = value(&i);
    let wide = m.output("wide_o", Ty { width: value.ty.width + 3, ..value.ty });
    let named = m.drive("value_o", &value);
    // Only a signal may be widened by its sign
    m.assign(&wide, if value.ty.signed { named } else { value });
    m.build().unwrap()
}

type Body = fn(&mut Module, &Inputs);

/// Every kind of statement, of register and memory use, and of instance.
pub const BODIES: [(&str, Body); 15] = [
    ("register", |m, i| {
        let q = m.register("q_q", &i.s + &i.t);
        m.drive("q_o", q);
    }),
    ("extended_register", |m, i| {
        let q = m.reg("q_q", int(9));
        m.on_clock([set(&q, &i.s)]);
        m.drive("q_o", q);
    }),
    ("when", |m, i| {
        let q = m.reg("q_q", bits(5));
        m.on_clock([note("only sometimes"), when(&i.c, [set(&q, q.step(1))])]);
        m.drive("q_o", q);
    }),
    ("if_else", |m, i| {
        let (p, q) = (m.reg("p_q", bits(5)), m.reg("q_q", bits(3)));
        let inner = if_else(i.a.lt(&i.b), [set(&p, &i.a), set(&q, &i.b)], [set_to(&p, 9)]);
        m.on_clock([if_else(&i.c, [inner], [set(&q, q.back(1))])]);
        m.drive("p_o", p);
        m.drive("q_o", q);
    }),
    ("later_wins", |m, i| {
        let q = m.reg("q_q", bits(5));
        m.on_clock([set(&q, &i.a), when(&i.c, [set_to(&q, 0)]), when(i.b.is(7), [set_to(&q, 31)])]);
        m.drive("q_o", q);
    }),
    ("case", |m, i| {
        let q = m.reg("q_q", bits(3));
        let to = |state| vec![set_to(&q, state)];
        let arms = vec![(0, vec![when(&i.c, to(1))]), (1, to(5)), (5, vec![if_else(i.b.any(), to(0), to(7))])];
        m.on_clock([case(&q, arms, to(0))]);
        m.drive("q_o", &q);
    }),
    ("case_of_signed", |m, i| {
        let q = m.reg("q_q", bits(5));
        let arms = vec![(-8, vec![set_to(&q, 1)]), (-1, vec![set(&q, &i.a)]), (3, vec![set_to(&q, 3)])];
        m.on_clock([case(&i.s, arms, vec![])]);
        m.drive("q_o", q);
    }),
    ("wires_out_of_order", |m, i| {
        let (p, q) = (m.wire("p", int(7)), m.wire("q", int(8)));
        m.drive("q_o", &q);
        m.assign(&q, &p + &i.s);
        m.assign(&p, &i.t - &i.s);
    }),
    ("memory", |m, i| {
        let memory = m.memory("words", bits(5), 8, RamStyle::Block);
        let q = m.reg("word_q", bits(5));
        m.on_clock([set(&q, memory.at(&i.b)), when(&i.c, [set(&memory.at(&i.b), &i.a)])]);
        m.drive("word_o", q);
    }),
    ("memory_read_at_once", |m, i| {
        let memory = m.memory("words", int(6), 6, RamStyle::Auto);
        let address = m.register("address_q", &i.b);
        let (now, before) = (m.name("now", memory.at(&i.b)), m.name("before", memory.at(&address)));
        m.drive("sum_o", now + before);
        m.on_clock([set(&memory.at(&address), &i.t)]);
    }),
    ("memory_written_twice", |m, i| {
        let memory = m.memory("words", int(6), 8, RamStyle::Auto);
        let other = m.register("other_q", &i.b);
        m.on_clock([
            set(&memory.at(&i.b), &i.s),
            if_else(&i.c, [set(&memory.at(&other), &i.t)], [set(&memory.at(&i.b), !&i.t)]),
        ]);
        m.drive("word_o", memory.at(&other));
    }),
    ("two_memories", |m, i| {
        let p = m.memory("p", bits(5), 4, RamStyle::Auto);
        let q = m.memory("q", bits(5), 4, RamStyle::Block);
        let address = m.name("address", i.b.slice(0, 2));
        m.on_clock([when(&i.c, [set(&p.at(&address), q.at(&address)), set(&q.at(&address), &i.a)])]);
        m.drive("word_o", p.at(&address));
    }),
    ("instances", |m, i| {
        let adder = valued("leaf", |i| &i.s + &i.t);
        let given = [&i.a, &i.b, &i.s, &i.t, &i.c, &i.n, &i.v, &i.w];
        let pins: Vec<(&str, &Expr)> = INPUTS.iter().zip(given).map(|((name, _), e)| (*name, e)).collect();
        let one = m.instance("one", &adder, &pins);
        let low = one["value_o"].slice(0, 4).signed();
        let swapped = m.name("swapped", low);
        let pins: Vec<(&str, &Expr)> =
            pins.into_iter().map(|(n, e)| if n == "s_i" { (n, &swapped) } else { (n, e) }).collect();
        let two = m.instance("two", &adder, &pins);
        m.drive("sum_o", &one["wide_o"] - &two["value_o"]);
        m.unused([two["wide_o"].clone()]);
    }),
    ("clocked_instances", |m, i| {
        let mut inner = Module::new("delay", "One cycle later, and a memory.");
        let (d, at) = (inner.input("d_i", bits(5)), inner.input("at_i", bits(3)));
        let memory = inner.memory("words", bits(5), 8, RamStyle::Block);
        let q = inner.register("q_q", memory.at(&at));
        inner.on_clock([set(&memory.at(&at), &d)]);
        inner.drive("q_o", q);
        let inner = inner.build().unwrap();
        let one = m.instance("one", &inner, &[("d_i", &i.a), ("at_i", &i.b)]);
        let two = m.instance("two", &inner, &[("d_i", &one["q_o"]), ("at_i", &i.b)]);
        let q = m.register("late_q", &two["q_o"]);
        m.drive("late_o", &q + &one["q_o"]);
    }),
    ("shared_nodes", |m, i| {
        let sum = &i.a + &i.b;
        let twice = &sum + &sum;
        let fourfold = &twice + &twice;
        m.drive("sum_o", &fourfold - &twice);
        let q = m.register("q_q", fourfold);
        m.drive("q_o", q);
    }),
];

/// A module with the body of a case.
pub fn bodied(name: &str, body: Body) -> Arc<Module> {
    let (mut m, i) = start(name);
    body(&mut m, &i);
    m.build().unwrap()
}
