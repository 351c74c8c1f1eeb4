// `sieve 1000` answers with the checksum of that kernel. The kernels are exported as well, for who
// calls them without a host.

#include "kernels.h"
#include "troupe.h"

TROUPE_HANDLE(message) {
  const troupe_bytes kernel = troupe_word(&message);
  int64_t amount = 0;
  if (!troupe_parse(message, &amount)) return troupe_error(troupe_str("usage: KERNEL AMOUNT"));
  const uint32_t n = (uint32_t)amount;
  uint32_t checksum = 0;
  if (troupe_equals(kernel, "sieve")) {
    checksum = kernel_sieve(n);
  } else if (troupe_equals(kernel, "hash")) {
    checksum = kernel_hash(n);
  } else if (troupe_equals(kernel, "matmul")) {
    checksum = kernel_matmul(n);
  } else if (troupe_equals(kernel, "crc")) {
    checksum = kernel_crc(n);
  } else if (troupe_equals(kernel, "fib")) {
    checksum = kernel_fib(n);
  } else {
    return troupe_error(troupe_str("kernels are sieve, hash, matmul, crc, fib"));
  }
  uint64_t* const answer = troupe_alloc(sizeof(uint64_t));
  *answer = checksum;
  return troupe_answer(troupe_view(answer, sizeof(uint64_t)));
}
