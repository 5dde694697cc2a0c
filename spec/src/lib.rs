//! Configuration, register map and bit layouts of the Trine accelerator.
