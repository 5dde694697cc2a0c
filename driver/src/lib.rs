//! Host driver: schedules BitNet matmuls onto the accelerator over one transport trait.
