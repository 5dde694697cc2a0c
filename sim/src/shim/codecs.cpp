// The compressors that the waveform writer calls, handed over by the host program.

#include <cstddef>
#include <cstdint>

#include "codecs/lz4.h"
#include "codecs/zlib.h"

namespace {

// Each returns the compressed size, or 0 when the target is too small; the layout is shared with the host program.
struct Codecs {
    size_t (*lz4)(const uint8_t* source, size_t source_size, uint8_t* target, size_t capacity);
    size_t (*lz4_bound)(size_t source_size);
    size_t (*zlib)(const uint8_t* source, size_t source_size, uint8_t* target, size_t capacity, int32_t level);
};
Codecs codecs;

const uint8_t* bytes(const char* text) { return reinterpret_cast<const uint8_t*>(text); }

}  // namespace

extern "C" __attribute__((visibility("default"))) void trine_codecs(const Codecs* host) { codecs = *host; }

extern "C" int LZ4_compressBound(int input_size) { return static_cast<int>(codecs.lz4_bound(input_size)); }

extern "C" int LZ4_compress_default(const char* source, char* target, int source_size, int target_capacity) {
    auto* const to = reinterpret_cast<uint8_t*>(target);
    return static_cast<int>(codecs.lz4(bytes(source), source_size, to, target_capacity));
}

// Generous: incompressible data grows by less than one part in 128.
extern "C" uLong compressBound(uLong source_size) { return source_size + source_size / 128 + 1024; }

extern "C" int compress2(Bytef* target, uLongf* target_size, const Bytef* source, uLong source_size, int level) {
    const size_t size = codecs.zlib(source, source_size, target, *target_size, level);
    if (size == 0) return Z_BUF_ERROR;
    *target_size = size;
    return Z_OK;
}
