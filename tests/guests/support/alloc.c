// malloc and free for guests without a C library and without our SDK: powers of two, a list of
// free blocks for each, memory that grows when all are taken. Works with any page size.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef TROUPE_PAGE_BYTES
#define TROUPE_PAGE_BYTES 1
#endif

enum { smallest = 4, classes = 32, step_bytes = 4096 };

// In front of each block; 8 bytes, so that blocks are aligned to 8.
typedef struct {
  uint32_t class;
  uint32_t unused;
} header;

typedef struct free_block {
  struct free_block* next;
} free_block;

extern uint8_t __heap_base;
static free_block* free_blocks[classes];
static uintptr_t unused_begin;
static uintptr_t unused_end;

static uint32_t class_of(size_t size) {
  uint32_t class = smallest;
  while (((size_t)1 << class) < size) ++class;
  return class;
}

static void* take(size_t size) {
  if (unused_begin == 0) {
    unused_begin = ((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7;
    unused_end = (uintptr_t)__builtin_wasm_memory_size(0) * TROUPE_PAGE_BYTES;
  }
  if (unused_begin + size > unused_end) {
    const size_t missing = unused_begin + size - unused_end;
    const size_t wanted = missing < step_bytes ? step_bytes : missing;
    const size_t pages = (wanted + TROUPE_PAGE_BYTES - 1) / TROUPE_PAGE_BYTES;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) return NULL;
    unused_end += pages * TROUPE_PAGE_BYTES;
  }
  void* const block = (void*)unused_begin;
  unused_begin += size;
  return block;
}

void* malloc(size_t size) {
  if (size > (size_t)1 << 30) return NULL;
  const uint32_t class = class_of(size + sizeof(header));
  header* block = (header*)free_blocks[class];
  if (block != NULL) {
    free_blocks[class] = ((free_block*)block)->next;
  } else {
    block = take((size_t)1 << class);
    if (block == NULL) return NULL;
  }
  block->class = class;
  return block + 1;
}

void free(void* block) {
  if (block == NULL) return;
  header* const begin = (header*)block - 1;
  const uint32_t class = begin->class;
  ((free_block*)begin)->next = free_blocks[class];
  free_blocks[class] = (free_block*)begin;
}

void* realloc(void* block, size_t size) {
  if (block == NULL) return malloc(size);
  const size_t room = ((size_t)1 << ((header*)block - 1)->class) - sizeof(header);
  if (size <= room) return block;
  void* const larger = malloc(size);
  if (larger == NULL) return NULL;
  memcpy(larger, block, room);
  free(block);
  return larger;
}

_Noreturn void abort(void) { __builtin_trap(); }

void* memcpy(void* restrict to, const void* restrict from, size_t size) {
  return __builtin_memcpy(to, from, size);  // One instruction, not a call of itself.
}
void* memset(void* to, int byte, size_t size) { return __builtin_memset(to, byte, size); }

__attribute__((no_builtin)) size_t strlen(const char* text) {
  size_t size = 0;
  while (text[size] != '\0') ++size;
  return size;
}
