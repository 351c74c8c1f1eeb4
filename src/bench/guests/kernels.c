#include "kernels.h"

#ifdef __wasm__
#define EXPORTED(name) __attribute__((export_name(#name), noinline))
#else
#define EXPORTED(name)
#endif

enum { sieve_bytes = 200000, hash_slots = 1 << 14, side = 96 };

static uint8_t sieve[sieve_bytes];

EXPORTED(kernel_sieve) uint32_t kernel_sieve(uint32_t below) {
  uint32_t primes = 0;
  for (uint32_t i = 2; i < below; ++i) sieve[i] = 1;
  for (uint32_t i = 2; i < below; ++i) {
    if (!sieve[i]) continue;
    ++primes;
    for (uint32_t multiple = i * 2; multiple < below; multiple += i) sieve[multiple] = 0;
  }
  return primes;
}

static uint32_t slots[hash_slots];

EXPORTED(kernel_hash) uint32_t kernel_hash(uint32_t rounds) {
  uint32_t state = 1;
  for (uint32_t i = 0; i < hash_slots; ++i) slots[i] = 0;
  for (uint32_t i = 0; i < rounds; ++i) {
    state = state * 1664525u + 1013904223u;
    const uint32_t slot = (state >> 8) & (hash_slots - 1);
    slots[slot] += state;
    state ^= slots[(slot * 7) & (hash_slots - 1)];
  }
  return state;
}

static double left[side][side], right[side][side], product[side][side];

EXPORTED(kernel_matmul) uint32_t kernel_matmul(uint32_t times) {
  double sum = 0;
  for (uint32_t time = 0; time < times; ++time) {
    for (int i = 0; i < side; ++i) {
      for (int j = 0; j < side; ++j) {
        left[i][j] = i + j;
        right[i][j] = i - j;
        product[i][j] = 0;
      }
    }
    for (int i = 0; i < side; ++i) {
      for (int k = 0; k < side; ++k) {
        const double factor = left[i][k];
        for (int j = 0; j < side; ++j) product[i][j] += factor * right[k][j];
      }
    }
    sum += product[7][5];
  }
  return (uint32_t)(int64_t)sum;
}

static uint32_t crc_table[256];

EXPORTED(kernel_crc) uint32_t kernel_crc(uint32_t times) {
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
    crc_table[byte] = crc;
  }
  for (uint32_t i = 0; i < sieve_bytes; ++i) sieve[i] = (uint8_t)(i * 31);
  uint32_t crc = ~0u;
  for (uint32_t time = 0; time < times; ++time) {
    for (uint32_t i = 0; i < sieve_bytes; ++i) {
      crc = crc_table[(crc ^ sieve[i]) & 255] ^ (crc >> 8);
    }
  }
  return ~crc;
}

// Through a pointer, so that no compiler turns the calls into a loop.
static uint32_t fib(uint32_t n);
static uint32_t (*volatile fib_pointer)(uint32_t) = fib;
static __attribute__((noinline)) uint32_t fib(uint32_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
EXPORTED(kernel_fib) uint32_t kernel_fib(uint32_t n) { return fib_pointer(n); }
