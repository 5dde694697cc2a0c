// The two LZ4 functions that the waveform writer calls, provided by the host program: no system library is needed.
#pragma once

extern "C" int LZ4_compressBound(int input_size);
extern "C" int LZ4_compress_default(const char* source, char* target, int source_size, int target_capacity);
