//! Devices that misbehave: every fault is named, tried once more, and never hidden.

use trine_driver::{Device, Error, Offload, OnFailure, OnMismatch, Options, Remedy, Scope, Transport, TransportError};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix, reference};
use trine_soft_unit::{Fault, SoftUnit};
use trine_spec::config::Builder;
use trine_spec::registers::{self as regs, ErrorCode};
use trine_spec::{Config, WeightCode};

const UP: LinearId = LinearId { layer: 3, kind: LinearKind::Up };

fn open(config: &Config, change: impl FnOnce(&mut SoftUnit)) -> Result<Device<SoftUnit>, Error> {
    let mut unit = SoftUnit::new(config);
    change(&mut unit);
    Device::open(unit, config.clone())
}

/// One matmul on a device with these faults: the outcome, whether `y` is right, and the engine.
fn with_faults(faults: &[Fault], on_failure: OnFailure) -> (Result<(), String>, bool, Offload<SoftUnit>) {
    let config = Config::sized(4, 4).build().unwrap();
    let device = open(&config, |unit| unit.faults.extend(faults)).unwrap();
    let mut engine = Offload::new(device, Options { scope: Scope::Ffn, on_failure, ..Options::default() });
    let w = TernaryMatrix::from_trits(5, 6, &[1; 30]).unwrap();
    let (x, mut y, mut expected) = ([3; 12], [0; 10], [0; 10]);
    reference(&w, &x, 2, &mut expected);
    let outcome = engine.matmul(UP, &w, &x, 2, &mut y).map_err(|e| e.to_string());
    (outcome, y == expected, engine)
}

#[test]
fn strangers_are_not_opened() {
    let config = Config::preset("odd").unwrap();
    let set = |offset, value| move |unit: &mut SoftUnit| unit.constants.extend([(offset, value)]);
    let error = open(&config, set(regs::ID.offset, 0xFFFF_FFFF)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no Trine unit answers: register ID reads 0xffffffff; check the device and its base address"
    );
    let error = open(&config, set(regs::VERSION.offset, regs::VERSION_MAJOR.at(9))).unwrap_err();
    assert!(matches!(error, Error::VersionMismatch { device: 9, driver: 0 }), "{error}");
}

#[test]
fn every_difference_in_configuration_is_named() {
    let built = Config::preset("odd").unwrap();
    let named = |given: Builder| match Device::open(SoftUnit::new(&built), given.or(&built).build().unwrap()) {
        Err(Error::ConfigMismatch { field, found, expected, .. }) => (field, found, expected),
        other => panic!("{other:?}"),
    };
    let changed = Config::builder;
    assert_eq!(named(changed().lanes(8).weight_bus(16)), ("lanes_minus_1", 6, 7));
    assert_eq!(named(changed().columns(4).weight_bus(16)), ("columns_minus_1", 2, 3));
    assert_eq!(named(changed().act_bits(7)), ("act_bits", 8, 7));
    assert_eq!(named(changed().weight_code(WeightCode::Base3).weight_bus(16)), ("weight_code", 1, 0));
    assert_eq!(named(changed().max_depth(101)), ("max_depth", 100, 101));
    assert_eq!(named(changed().max_tokens(6)), ("max_tokens", 5, 6));
    assert_eq!(named(changed().weight_bus(24)), ("weight_bytes", 2, 3));
}

#[test]
fn a_newer_minor_version_is_welcome() {
    let newer = regs::VERSION_VALUE | regs::VERSION_MINOR.at(7);
    assert!(open(&Config::default(), |unit| unit.constants.extend([(regs::VERSION.offset, newer)])).is_ok());
}

#[test]
fn a_passing_fault_is_tried_again_after_a_reset_and_recorded() {
    let faults = [Fault::Stall, Fault::Drop(ErrorCode::IllegalTrit as u32), Fault::NeverDone, Fault::WrongTag];
    let says = ["stalled", "error 6 (illegal trit code on the weight stream)", "STATUS is 0x0", "DONE_TAG 0"];
    for (fault, says) in faults.into_iter().zip(says) {
        let (outcome, right, mut engine) = with_faults(&[fault], OnFailure::Stop);
        assert_eq!((outcome, right), (Ok(()), true), "{fault:?}");
        let incidents = &engine.ledger().incidents;
        assert_eq!(
            (incidents.len(), incidents[0].remedy, incidents[0].layer.as_str()),
            (1, Remedy::Retry, "layers.3.mlp.up_proj")
        );
        assert!(incidents[0].error.contains(says), "{}", incidents[0].error);
        assert!(incidents[0].error.starts_with("job 1 (m = 2, k = 6, n = 5)"));
        assert_eq!((engine.ledger().fallbacks(), engine.device_mut().transport().resets), (0, 1));
    }
}

#[test]
fn a_lasting_fault_stops_the_matmul() {
    for fault in [Fault::Stall, Fault::Drop(ErrorCode::Watchdog as u32), Fault::Drop(15), Fault::NeverDone] {
        let (outcome, _, engine) = with_faults(&[fault, fault], OnFailure::Stop);
        assert!(outcome.unwrap_err().starts_with("job 2 (m = 2, k = 6, n = 5)"));
        assert_eq!((engine.ledger().incidents.len(), engine.ledger().macs), (1, 0), "{fault:?}");
    }
    let (outcome, ..) = with_faults(&[Fault::Drop(15), Fault::Drop(15)], OnFailure::Stop);
    assert!(outcome.unwrap_err().contains("reports error 15, which the register map does not list"));
}

#[test]
fn the_golden_model_steps_in_only_when_allowed_and_never_silently() {
    let (outcome, right, mut engine) = with_faults(&[Fault::Stall, Fault::Stall], OnFailure::Golden);
    assert_eq!((outcome, right), (Ok(()), true));
    let ledger = engine.ledger();
    assert_eq!((ledger.fallbacks(), ledger.macs, ledger.host_macs), (1, 0, 60));
    assert_eq!(ledger.incidents.iter().map(|i| i.remedy).collect::<Vec<_>>(), [Remedy::Retry, Remedy::Golden]);

    // The next matmul finds the unit reset and runs on it again.
    let w = TernaryMatrix::from_trits(1, 1, &[1]).unwrap();
    let mut y = [0];
    engine.matmul(UP, &w, &[5], 1, &mut y).unwrap();
    assert_eq!((y, engine.ledger().macs, engine.ledger().fallbacks()), ([5], 1, 1));
}

/// The first job of two is compared before the second fails for good.
#[test]
fn what_was_compared_counts_although_the_matmul_fails_later() {
    let config = Config::sized(4, 4).max_tokens(1).build().unwrap();
    let device = open(&config, |unit| unit.faults.extend([Fault::Flip { beat: 0, column: 1 }, Fault::Hang])).unwrap();
    let options = Options { check: Some(OnMismatch::Count), on_failure: OnFailure::Golden, ..Options::default() };
    let mut engine = Offload::new(device, options);
    let w = TernaryMatrix::from_trits(4, 4, &[1; 16]).unwrap();
    engine.matmul(UP, &w, &[3; 8], 2, &mut [0; 8]).unwrap();
    let ledger = engine.ledger();
    assert_eq!((ledger.mismatches, ledger.checked_macs, ledger.macs, ledger.host_macs), (1, 16, 0, 32));
}

#[test]
fn a_unit_that_no_reset_helps_is_reported() {
    let (outcome, ..) = with_faults(&[Fault::Hang], OnFailure::Stop);
    assert_eq!(outcome.unwrap_err(), "the unit stays busy after abort and soft reset");
}

#[test]
fn the_unit_refuses_streams_that_do_not_fit_the_job() {
    let config = Config::sized(4, 4).build().unwrap();
    let mut device = open(&config, |_| {}).unwrap();
    let shape = trine_driver::MatmulShape { m: 1, k: 4, n: 4 };
    let (acts, weights) = ([0; 4], [0; 4]);
    let mut code = |acts: &[u8], weights: &[u8]| match device.run(shape, acts, weights, &mut [0; 16]) {
        Err(Error::Device { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(&acts[..0], &weights), ErrorCode::ActivationsEarly);
    assert_eq!(code(&[0; 8], &weights), ErrorCode::ActivationsLate);
    assert_eq!(code(&acts, &weights[..3]), ErrorCode::WeightsEarly);
    assert_eq!(code(&acts, &[0; 8]), ErrorCode::WeightsLate);
    assert_eq!(code(&acts, &[0xFF; 4]), ErrorCode::IllegalTrit);
    let too_long = trine_driver::MatmulShape { m: 17, k: 4, n: 4 };
    let refused = device.run(too_long, &acts, &weights, &mut [0; 16]);
    assert!(matches!(refused, Err(Error::Device { code: ErrorCode::Shape, .. })));
    assert!(device.run(shape, &acts, &weights, &mut [0; 16]).is_ok(), "the next job is fine");
}

#[test]
fn every_job_sets_the_watchdog_to_its_cycles_and_the_hosts_pause() {
    let config = Config::sized(4, 4).build().unwrap();
    let shape = trine_driver::MatmulShape { m: 2, k: 4, n: 4 };
    let watchdog = |device: Device<SoftUnit>| {
        let mut device = device;
        device.run(shape, &[0; 8], &[0; 4], &mut [0; 32]).unwrap();
        device.transport_mut().read(regs::WATCHDOG.offset).unwrap()
    };
    let device = || open(&config, |_| {}).unwrap();
    assert_eq!(watchdog(device().with_pause(1000)), 1000 + shape.cycles(&config) as u32);
    assert_eq!(watchdog(device().with_pause(u32::MAX)), u32::MAX, "as far as the register goes");
    assert!(watchdog(device()) > 100_000_000, "a slow link is no fault");
}

/// A link that is down.
struct Dead;

impl Transport for Dead {
    fn read(&mut self, _: u32) -> Result<u32, TransportError> {
        Err(TransportError::Failed("no answer".into()))
    }

    fn write(&mut self, _: u32, _: u32) -> Result<(), TransportError> {
        Err(TransportError::Failed("no answer".into()))
    }

    fn exchange(&mut self, _: trine_driver::Exchange<'_>) -> Result<(), TransportError> {
        Err(TransportError::Failed("no answer".into()))
    }
}

/// A unit whose link breaks in its first job and stays broken.
struct Broken(SoftUnit);

impl Transport for Broken {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.0.read(offset)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.0.write(offset, value)
    }

    fn exchange(&mut self, _: trine_driver::Exchange<'_>) -> Result<(), TransportError> {
        Err(TransportError::Failed("no answer".into()))
    }

    fn recover(&mut self) -> Result<(), TransportError> {
        Err(TransportError::Failed("serial line: its other end is closed".into()))
    }
}

#[test]
fn a_link_that_stays_broken_is_no_access_to_a_register() {
    let config = Config::sized(4, 4).build().unwrap();
    let mut device = Device::open(Broken(SoftUnit::new(&config)), config).unwrap();
    let shape = trine_driver::MatmulShape { m: 1, k: 4, n: 4 };
    let mut run = || device.run(shape, &[0; 4], &[0; 4], &mut [0; 16]).unwrap_err();
    assert!(run().to_string().starts_with("job 1 (m = 1, k = 4, n = 4): "));
    let error = run();
    assert_eq!(error.to_string(), "the link does not come back in order: serial line: its other end is closed");
    assert!(error.is_transient(), "another unit or attempt may do it");
}

#[test]
fn a_dead_link_names_the_register() {
    let error = Device::open(Dead, Config::default()).err().unwrap();
    assert_eq!(error.to_string(), "register ID at 0x000: no answer");
}
