// The part of zlib that the waveform writer uses, provided by the host program: no system library is needed.
#pragma once

typedef unsigned char Bytef;
typedef unsigned long uLong;
typedef unsigned long uLongf;

constexpr int Z_OK = 0;
constexpr int Z_BUF_ERROR = -5;

extern "C" uLong compressBound(uLong source_size);
extern "C" int compress2(Bytef* target, uLongf* target_size, const Bytef* source, uLong source_size, int level);
