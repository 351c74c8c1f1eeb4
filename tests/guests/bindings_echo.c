// The echo once more, on the bindings that wit-bindgen generates for C: memory by malloc and free,
// freed by cabi_post_. What a guest costs that does not use our SDK.

#include "actor.h"

bool exports_troupe_actor_guest_start(actor_list_u8_t* config, actor_string_t* error) {
  (void)error;
  actor_list_u8_free(config);
  return true;
}

bool exports_troupe_actor_guest_handle(actor_list_u8_t* payload, actor_option_list_u8_t* answer,
                                       actor_string_t* error) {
  (void)error;
  answer->is_some = true;
  answer->val = *payload;  // The bytes change hands; cabi_post_ frees them.
  return true;
}
