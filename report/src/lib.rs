//! Reports of work on the accelerator: pages, plots, machine forms, and the places that they are written to.
//!
//! | module | content |
//! |---|---|
//! | [`run`] | one run of a model: `run.json`, `report.html`, `layers.csv`, `trace.json` |
//! | [`training`] | the page of a training |
//! | [`beside`] | the same work on other hardware, in words |
//! | [`document`] | the head of every machine form: format, kind, provenance |
//! | [`plot`] | plots as SVG files |
//! | [`text`] | numbers, energies and configurations in words |
//! | [`place`] | files and folders of results, checked before the work |
//! | [`places`] | inputs and results of one command, none of which replaces another |
//! | [`lossy`] | paths in machine forms |
//! | [`printer`] | standard output of a command |
#![forbid(unsafe_code)]

pub mod beside;
pub mod document;
mod error;
pub mod lossy;
pub mod place;
pub mod places;
pub mod plot;
pub mod printer;
pub mod run;
pub mod text;
pub mod training;

pub use error::Error;
