// Takes memory step by step: each message `BYTES` grows memory by that much and writes to every
// 4,096th byte of it. Answers `ok SIZE`, or `refused SIZE` when memory.grow says no. Linked to
// grow.

#include "troupe.h"

static troupe_bytes size_now(const char* word) {
  return troupe_join(troupe_str(word), troupe_decimal((int64_t)__builtin_wasm_memory_size(0)));
}

TROUPE_HANDLE(message) {
  int64_t bytes = 0;
  if (!troupe_parse(message, &bytes)) return troupe_error(troupe_str("usage: BYTES"));
  const size_t begin = __builtin_wasm_memory_grow(0, (size_t)bytes);
  if (begin == SIZE_MAX) return troupe_answer(size_now("refused "));
  const size_t end = __builtin_wasm_memory_size(0);
  for (size_t at = begin; at < end; at += 4096) *(volatile uint8_t*)at = 1;
  return troupe_answer(size_now("ok "));
}
