// Answers each request with its own bytes: the least that an actor can be.

#include "troupe.h"

TROUPE_HANDLE(message) { return troupe_answer(message); }
