//! Bit-exact golden model of BitNet language models.
