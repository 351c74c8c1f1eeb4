// Brings eight bytes back to whoever sent or asked, and traps at anything else.

#include "troupe.h"

TROUPE_HANDLE(message) {
  if (message.len != sizeof(uint64_t)) __builtin_trap();
  if (troupe_answer_owed()) return troupe_answer(message);
  const troupe_address sender = troupe_sender();
  if (sender.handle == 0) return troupe_done();
  const troupe_refusal refusal = troupe_send(sender, message);
  troupe_drop(sender);
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}
