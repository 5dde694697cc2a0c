//! Open synthesis flows for generated designs.
