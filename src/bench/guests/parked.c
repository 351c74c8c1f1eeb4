// Waits for nothing, and answers who asks.

#include "nursery.h"

TROUPE_HANDLE(message) {
  (void)message;
  if (troupe_answer_owed()) return troupe_answer(troupe_str("1"));
  const troupe_address asker = troupe_sender();
  if (asker.handle == 0) return troupe_done();
  const troupe_outcome outcome = nursery_say(asker, (nursery_word){nursery_done, 1});
  troupe_drop(asker);
  return outcome;
}
