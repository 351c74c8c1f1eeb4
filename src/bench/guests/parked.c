// Waits for nothing, and answers who asks.

#include "nursery.h"

TROUPE_HANDLE(message) {
  (void)message;
  const troupe_address asker = troupe_sender();
  if (asker.handle == 0) return troupe_done();
  const troupe_outcome outcome = nursery_say(asker, (nursery_word){nursery_done, 1});
  troupe_drop(asker);
  return outcome;
}
