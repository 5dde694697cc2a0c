// What a design that counts its coverage has counted.

#include "verilated.h"
#include "verilated_cov.h"

extern "C" int32_t trine_settle(void* dut);

extern "C" __attribute__((visibility("default"))) void trine_coverage(void* dut, const char* path) {
    trine_settle(dut);  // makes its context the one that is asked
    Verilated::threadContextp()->coveragep()->write(path);
}
