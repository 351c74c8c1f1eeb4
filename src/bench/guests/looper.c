// Never comes back from a message.

#include "troupe.h"

TROUPE_HANDLE(message) {
  volatile size_t rounds = message.len;
  while (true) ++rounds;
}
