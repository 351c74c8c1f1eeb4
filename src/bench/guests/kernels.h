// Five small computations, compiled for guests and for this machine from the same text. Each takes
// how much to do and returns a checksum.

#include <stdint.h>

uint32_t kernel_sieve(uint32_t below);   // Primes below, at most 200,000: bytes, strides.
uint32_t kernel_hash(uint32_t rounds);   // Random reads and writes of 64 KiB.
uint32_t kernel_matmul(uint32_t times);  // 96 x 96 doubles.
uint32_t kernel_crc(uint32_t times);     // CRC-32 of 200,000 bytes, by table.
uint32_t kernel_fib(uint32_t n);         // Calls.
