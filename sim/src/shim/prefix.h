// The headers that every file of a design needs, whatever the design is.
#include "hooks.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// Ones are counted by the processor: the runtime's own functions are made of a dozen steps.
#define VL_COUNTONES_I(value) static_cast<IData>(__builtin_popcount(value))
#define VL_COUNTONES_Q(value) static_cast<IData>(__builtin_popcountll(value))
