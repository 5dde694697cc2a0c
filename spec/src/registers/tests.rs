use super::*;
use crate::{Config, Weights};

#[test]
fn registers_lie_side_by_side_and_fields_do_not_overlap() {
    let words = (0..).map(|word| 4 * word);
    let first = RING_REGISTERS[0].offset;
    let before = REGISTERS.iter().chain(MEMORY_REGISTERS).chain(STRIDE_REGISTERS);
    let places = words.clone().zip(before).chain((first..).step_by(4).zip(RING_REGISTERS));
    for (offset, r) in places.chain(words.zip(DESCRIPTOR)) {
        assert_eq!(r.offset, offset, "{}", r.name);
        let mut used = 0u32;
        for f in r.fields {
            assert!(f.lsb + f.width <= 32 && used & f.mask() == 0, "{}.{}", r.name, f.name);
            assert!(!f.doc.is_empty() && !r.doc.is_empty());
            used |= f.mask();
        }
    }
}

#[test]
fn constants_describe_the_configuration() {
    let c = Config::preset("odd").unwrap();
    let caps = constant(&CAPS0, &c);
    assert_eq!((CAPS0_LANES.of(caps) + 1, CAPS0_COLUMNS.of(caps) + 1), (7, 3));
    assert_eq!((CAPS0_ACT_BITS.of(caps), CAPS0_ACC_BITS.of(caps), CAPS0_WEIGHT_CODE.of(caps)), (8, 16, 1));
    let caps = constant(&CAPS1, &c);
    assert_eq!((CAPS1_MAX_DEPTH.of(caps), CAPS1_MAX_TOKENS.of(caps)), (100, 5));
    assert_eq!(CAPS2_WEIGHT_BYTES.of(constant(&CAPS2, &c)), 2);
    let memory =
        Config::sized(8, 8).weights(Weights::Memory).strides(true).weight_ports(4).burst_beats(16).build().unwrap();
    let caps = constant(&CAPS2, &memory);
    assert_eq!((CAPS2_STRIDES.of(caps), CAPS2_PORTS.of(caps), CAPS2_BURST.of(caps)), (1, 2, 2));
    assert_eq!(CAPS2_GROUP.of(caps), 0);
    assert_eq!(CAPS2_GROUP.of(constant(&CAPS2, &Config::sized(8, 8).group(3).build().unwrap())), 3);
    assert_eq!(constant(&ID, &c).to_be_bytes(), *b"TRIN");
}

#[test]
fn exactly_the_registers_with_constant_fields_have_a_constant() {
    let c = Config::preset("odd").unwrap();
    for r in every() {
        let constants = r.fields.iter().filter(|f| f.access == Access::Constant);
        let mask = constants.fold(0, |mask, f| mask | f.mask());
        assert_eq!(constant(r, &c) & !mask, 0, "{}", r.name);
        assert_eq!(constant(r, &c) != 0, mask != 0, "{}", r.name);
    }
}

#[test]
fn every_bit_of_a_counter_has_its_place_in_the_registers() {
    for (name, width) in COUNTERS {
        let words = ["", "_LO", "_HI"].map(|end| format!("{}{end}", name.to_uppercase()));
        let fields = REGISTERS.iter().filter(|r| words.iter().any(|word| word == r.name)).flat_map(|r| r.fields);
        assert_eq!(fields.map(|f| f.width).sum::<usize>(), width, "{name}");
    }
}

#[test]
fn windows_lie_behind_the_registers_side_by_side() {
    let registers = every().map(|r| r.offset + 4).max().unwrap();
    let ends = WINDOWS.map(|w| w.offset + WINDOW_BYTES);
    assert!(registers <= WINDOWS[0].offset);
    assert_eq!([ends[0], ends[1], ends[2]], [WINDOWS[1].offset, WINDOWS[2].offset, SPACE]);
    assert_eq!(WINDOWS.map(|w| w.index()), [1, 2, 3]);
}

#[test]
fn weights_from_memory_have_no_window() {
    let names =
        |c: crate::config::Builder| windows(&c.weight_bus(64).build().unwrap()).map(|w| w.name).collect::<Vec<_>>();
    let sized = || Config::sized(10, 8);
    assert_eq!(names(sized().windows(true)), ["ACT_WINDOW", "WGT_WINDOW", "RES_WINDOW"]);
    assert_eq!(names(sized().windows(true).weights(Weights::Memory)), ["ACT_WINDOW", "RES_WINDOW"]);
    assert_eq!(names(sized()), [""; 0]);
}

#[test]
fn error_codes_round_trip() {
    assert_eq!(ErrorCode::from_code(6), Some(ErrorCode::IllegalTrit));
    assert_eq!(ErrorCode::from_code(11), None);
}
