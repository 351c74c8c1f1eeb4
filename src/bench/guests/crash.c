// Traps at each message.

#include "troupe.h"

TROUPE_HANDLE(message) {
  (void)message;
  __builtin_trap();
}
