// Included ahead of every translation unit: what a design prints and how it dies is caught by the shim instead of
// reaching the terminal or ending the process.
#pragma once

// The runtime calls these instead of its own, which abort.
#define VL_USER_FINISH
#define VL_USER_STOP
#define VL_USER_FATAL

#define VL_PRINTF trine_printf
extern "C" int trine_printf(const char* format, ...) __attribute__((format(printf, 1, 2)));
