//! Every structural mistake is found by `build` or by the emitter, and says where it is.

use trine_hdl::interface;
use trine_hdl::lang::{BIT, Error, Module, Stream, bits, case, cat, int, lit, mux, set, set_to, verilog, when};

/// The errors of a module whose only purpose is to be wrong.
fn errors(make: impl FnOnce(&mut Module)) -> Vec<Error> {
    let mut m = Module::new("wrong", "");
    make(&mut m);
    m.build().expect_err("must not build").errors
}

#[test]
fn operands_of_different_sign() {
    let found = errors(|m| {
        let (a, b) = (m.input("a_i", int(4)), m.input("b_i", bits(4)));
        m.drive("sum_o", &a + &b);
    });
    assert_eq!(found, [Error::MixedSign(int(4), bits(4))]);
}

#[test]
fn literals_slices_and_conditions_out_of_range() {
    let found = errors(|m| {
        let a = m.input("a_i", bits(4));
        m.drive("x_o", lit(16, bits(4)));
        m.drive("y_o", lit(-9, int(4)));
        m.drive("z_o", a.slice(2, 3));
        m.drive("w_o", mux(&a, lit(0, BIT), lit(1, BIT)));
    });
    let of = bits(4);
    assert_eq!(
        found,
        [
            Error::Literal(16, of),
            Error::Literal(-9, int(4)),
            Error::Slice { low: 2, width: 3, of },
            Error::Condition(of)
        ]
    );
}

#[test]
fn labels_out_of_range() {
    let found = errors(|m| {
        let a = m.input("a_i", int(2));
        let q = m.reg("q_q", BIT);
        m.on_clock([case(&a, vec![(1, vec![set_to(&q, 1)]), (2, vec![])], vec![set_to(&q, 0)])]);
    });
    assert_eq!(found, [Error::Literal(2, int(2))]);
}

#[test]
fn only_signals_are_sliced() {
    let found = errors(|m| {
        let a = m.input("a_i", bits(4));
        m.drive("x_o", (!&a).slice(0, 2));
    });
    assert_eq!(found, [Error::NotANet]);
}

#[test]
fn values_that_do_not_fit() {
    let found = errors(|m| {
        let a = m.input("a_i", bits(4));
        let x = m.output("x_o", bits(4));
        m.assign(&x, a.clone() + &a);
    });
    assert_eq!(found, [Error::Fit { net: "x_o".into(), ty: bits(4), value: bits(5) }]);
}

#[test]
fn drivers() {
    let found = errors(|m| {
        let a = m.input("a_i", BIT);
        let twice = m.output("twice_o", BIT);
        m.assign(&twice, &a);
        m.assign(&twice, !&a);
        m.output("never_o", BIT);
        let q = m.reg("q", BIT);
        m.assign(&q, &a);
        m.on_clock([set(&a, lit(0, BIT))]);
    });
    assert_eq!(
        found,
        [
            Error::NotDrivable("q".into()),
            Error::NotDrivable("a_i".into()),
            Error::DrivenTwice("twice_o".into()),
            Error::Undriven("never_o".into())
        ]
    );
}

#[test]
fn names() {
    let found = errors(|m| {
        m.input("a_i", BIT);
        m.input("a_i", BIT);
        m.input("wire", BIT);
        m.input("1st", BIT);
        m.input("none", bits(0));
    });
    let name = |n: &str| Error::Name(n.into());
    assert_eq!(found, [name("a_i"), name("wire"), name("1st"), Error::Empty("none".into())]);
    assert_eq!(Module::new("case", "A word of Verilog.").build().unwrap_err().errors, [name("case")]);
}

#[test]
fn instances() {
    let mut inner = Module::new("inner", "");
    let a = inner.input("a_i", bits(2));
    inner.drive("x_o", &a);
    let inner = inner.build().unwrap();
    let found = errors(|m| {
        let b = m.input("b_i", bits(3));
        m.instance("open", &inner, &[]);
        m.instance("wide", &inner, &[("a_i", &b), ("c_i", &b)]);
    });
    let port = |instance: &str, port: &str| Error::Port { instance: instance.into(), port: port.into() };
    assert_eq!(
        found,
        [port("open", "a_i"), Error::Fit { net: "wide.a_i".into(), ty: bits(2), value: bits(3) }, port("wide", "c_i")]
    );
}

#[test]
fn signals_of_another_module() {
    let mut other = Module::new("other", "");
    let stranger = other.input("a_i", BIT);
    let found = errors(|m| {
        m.drive("x_o", !&stranger);
    });
    assert_eq!(found, [Error::Foreign]);
}

#[test]
fn loops_inside_and_through_instances() {
    let found = errors(|m| {
        let (a, b) = (m.wire("a", BIT), m.wire("b", BIT));
        m.assign(&a, !&b);
        m.assign(&b, &a);
        m.drive("x_o", &a);
    });
    assert_eq!(found, [Error::Loop(vec!["a".into(), "b".into()])]);

    let mut through = Module::new("through", "");
    let a = through.input("a_i", BIT);
    through.drive("x_o", !&a);
    let mut registered = Module::new("registered", "");
    let a = registered.input("a_i", BIT);
    let q = registered.register("a_q", &a);
    registered.drive("x_o", &q);
    let ring = |inner: Module| {
        let mut m = Module::new("ring", "");
        let back = m.wire("back", BIT);
        let i = m.instance("u", &inner.build().unwrap(), &[("a_i", &back)]);
        m.assign(&back, &i["x_o"]);
        m.drive("x_o", &back);
        m.build()
    };
    assert!(ring(registered).is_ok(), "a register breaks the loop");
    let errors = ring(through).unwrap_err();
    assert!(matches!(&errors.errors[..], [Error::Loop(_)]), "{errors}");
    assert_eq!(errors.to_string(), "module ring: combinational loop through back, u_x_o");
}

#[test]
fn two_modules_of_one_name() {
    let inner = |width| {
        let mut m = Module::new("inner", "");
        let a = m.input("a_i", bits(width));
        m.drive("x_o", &a);
        m.build().unwrap()
    };
    let mut m = Module::new("outer", "");
    let (a, b) = (m.input("a_i", bits(1)), m.input("b_i", bits(2)));
    let i = m.instance("one", &inner(1), &[("a_i", &a)]);
    let j = m.instance("two", &inner(2), &[("a_i", &b)]);
    m.drive("x_o", cat([i["x_o"].clone(), j["x_o"].clone()]));
    let errors = verilog(&m.build().unwrap()).unwrap_err();
    assert_eq!(errors.errors, [Error::DuplicateModule("inner".into())]);
}

#[test]
fn widening_a_nameless_signed_value() {
    let mut m = Module::new("wide", "");
    let a = m.input("a_i", int(4));
    let x = m.output("x_o", int(6));
    m.assign(&x, !&a);
    let errors = verilog(&m.build().unwrap()).unwrap_err();
    assert_eq!(errors.errors, [Error::Widen(int(4))]);
}

#[test]
fn conditions_of_statements() {
    let found = errors(|m| {
        let a = m.input("a_i", bits(2));
        let q = m.reg("q", BIT);
        m.on_clock([when(&a, [set(&q, lit(1, BIT))])]);
    });
    assert_eq!(found, [Error::Condition(bits(2))]);
}

#[test]
fn interfaces() {
    let stage = |width: usize| {
        let mut m = Module::new(format!("stage_{width}"), "A stream that is handed on.");
        let input: Stream = m.sink("in", "Beats", Stream::of(bits(width)));
        let output: Stream = m.source("out", "The same beats", Stream::of(bits(width)));
        m.connect(&input, &output);
        m.build().unwrap()
    };
    interface! {
        /// Ports of a stage.
        struct Stage(width: usize) {
            /// Beats
            sink input as "in": Stream::of(bits(width)) => Stream,
            /// The same beats
            source output as "out": Stream::of(bits(width)) => Stream,
        }
    }
    let port = |instance: &str, port: &str| Error::Port { instance: instance.into(), port: port.into() };

    // Two stages that fit are a stage; without the second there are open ports, with another width there is no fit.
    let chain = |widths: [usize; 2], join: bool| {
        let mut m = Module::new("chain", "");
        let input: Stream = m.sink("in", "Beats", Stream::of(bits(8)));
        let output: Stream = m.source("out", "Beats", Stream::of(bits(8)));
        let (a, b): (Stage, Stage) = (m.place("a", &stage(widths[0])), m.place("b", &stage(widths[1])));
        m.connect(&input, &a.input);
        if join {
            m.connect(&a.output, &b.input);
        }
        m.connect(&b.output, &output);
        m.build().map_or_else(|e| e.errors, |_| vec![])
    };
    assert_eq!(chain([8, 8], true), []);
    assert_eq!(chain([8, 8], false), [port("a", "out_ready_i"), port("b", "in_valid_i"), port("b", "in_data_i")]);
    let narrow = chain([8, 7], true);
    assert!(narrow.contains(&Error::Fit { net: "b.in_data_i".into(), ty: bits(7), value: bits(8) }), "{narrow:?}");
    assert!(narrow.contains(&Error::Fit { net: "out_data_o".into(), ty: bits(8), value: bits(7) }), "{narrow:?}");

    // A sink without ready.
    let found = errors(|m| {
        let input: Stream = m.sink("in", "Beats", Stream::of(bits(8)));
        m.unused([input.valid, input.data]);
    });
    assert_eq!(found, [Error::Undriven("in_ready_o".into())]);

    // The wrong way round: the sides are sink and source of this module.
    let found = errors(|m| {
        let input: Stream = m.sink("in", "Beats", Stream::of(bits(8)));
        let output: Stream = m.source("out", "Beats", Stream::of(bits(8)));
        m.connect(&output, &input);
    });
    assert_eq!(found[..2], [Error::NotDrivable("in_valid_i".into()), Error::NotDrivable("in_data_i".into())]);

    // Two sources, a signal that one side lacks, and an input driven twice.
    let found = errors(|m| {
        let a: Stage = m.place("a", &stage(8));
        let input: Stream = m.sink("in", "Beats", Stream::of(bits(8)).with_last());
        m.connect(&a.input, &a.input);
        m.connect(&input, &a.input);
        m.assign(&a.output.ready, lit(1, BIT));
        m.assign(&a.output.ready, lit(0, BIT));
        m.assign(&input.ready, lit(1, BIT));
    });
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "no `last` on both sides of in_valid_i, in_data_i, in_last_i, in_ready_o and a.in_valid_i, a.in_data_i, a_in_ready_o",
            "`a.out_ready_i` has several drivers",
            "`a.in_valid_i` is an input of an instance and has no value here",
            "`a.in_data_i` is an input of an instance and has no value here",
            "`a_in_ready_o` has several drivers",
        ]
    );
}
