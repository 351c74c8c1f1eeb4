#pragma once
// The C ABI of src/engine/shim, written by hand. Each function that can fail says how in its
// comment; none throws, none aborts on bad input. A `shim_text` that comes back belongs to the
// caller.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct shim_text {
  char* data;
  size_t size;
} shim_text;
void shim_text_free(shim_text text);

typedef struct shim_view {
  const uint8_t* data;
  size_t size;
} shim_view;

// Text format to binary, for tests. Null data: `error`.
shim_text shim_wat_to_wasm(shim_view wat, shim_text* error);

// --- Engines.

// A linear memory. Whoever supplies it owns the structure; `size` is kept current by the engine.
typedef struct shim_memory {
  uint8_t* base;
  uint64_t size;
  uint64_t capacity;
} shim_memory;

// Called on any thread.
typedef struct shim_memory_source {
  void* context;
  // Zeroed memory of `min_bytes` that may grow in place to `max_bytes` (UINT64_MAX: not limited by
  // the module), or null if there is none.
  shim_memory* (*acquire)(void* context, uint64_t min_bytes, uint64_t max_bytes);
  void (*release)(void* context, shim_memory* memory);
} shim_memory_source;

typedef struct shim_engine_options {
  bool epochs;
  bool fuel;
  bool canonical_nans;
  uint32_t stack_bytes;
  uint32_t backtrace_frames;
  shim_memory_source memory;
} shim_engine_options;

typedef struct shim_engine shim_engine;
shim_engine* shim_engine_new(const shim_engine_options* options, shim_text* error);  // Or null.
void shim_engine_free(shim_engine* engine);
void shim_engine_tick(const shim_engine* engine);           // Any thread.
shim_text shim_engine_settings(const shim_engine* engine);  // `name = value` lines, read back.

// --- Scans: what a module is, without compiling it.

typedef enum shim_kind {
  shim_kind_function = 0,
  shim_kind_table = 1,
  shim_kind_memory = 2,
  shim_kind_global = 3,
  shim_kind_tag = 4,
} shim_kind;

// An import or export. Types as in engine/abi.hpp: a letter per value; empty for what is no
// function.
typedef struct shim_item {
  shim_view module;
  shim_view name;
  uint8_t kind;
  shim_view params;
  shim_view results;
} shim_item;

typedef struct shim_scan {
  const shim_item* imports;
  size_t import_count;
  const shim_item* exports;
  size_t export_count;
  uint64_t memory_min_bytes;
  uint64_t memory_max_bytes;  // UINT64_MAX: the module sets none.
  uint64_t memory_page_bytes;
  uint64_t table_elements;
  uint32_t memories;
  uint32_t tables;
  uint32_t functions;
  bool has_start;
  bool is_command;
  bool has_debug_info;
  // More follows that only the shim knows.
} shim_scan;

typedef enum shim_fault {
  shim_fault_none = 0,
  shim_fault_malformed = 1,    // `error`: the validator's text.
  shim_fault_unsupported = 2,  // `error`: the refused proposals, by name.
} shim_fault;

shim_scan* shim_scan_new(shim_view wasm, uint32_t* fault, shim_text* error);  // Or null.
void shim_scan_free(shim_scan* scan);

// --- Modules.

// A value of any type; the unused rest is ignored.
typedef union shim_value {
  uint32_t i32;
  uint64_t i64;
  uint64_t raw[2];
} shim_value;

typedef struct shim_caller shim_caller;

// A host function: arguments in `values`, its result in the first of them. Not 0 ends the guest.
typedef uint32_t (*shim_host_function)(void* context, shim_caller* caller, shim_value* values);

typedef struct shim_module shim_module;
// Compiles and links. `functions`: one for each import, in their order, of the import's type.
// `exports`: the names that calls will want, by number; an empty one is not there. Or null.
shim_module* shim_module_new(const shim_engine* engine, shim_view wasm,
                             const shim_host_function* functions, size_t function_count,
                             const shim_view* exports, size_t export_count, shim_text* error);
void shim_module_free(shim_module* module);  // Its guests are gone.

// --- Guests.

typedef enum shim_status {
  shim_returned = 0,
  shim_trapped = 1,   // shim_report.trap
  shim_stopped = 2,   // A host function ended it.
  shim_refused = 3,   // shim_report.message
  shim_panicked = 4,  // shim_report.message; the guest is not entered again.
} shim_status;

typedef struct shim_frame {
  uint32_t function_index;
  uint64_t module_offset;
} shim_frame;

// Written only where a call did not return.
typedef struct shim_report {
  uint32_t trap;  // A troupe::TrapKind.
  uint32_t frame_count;
  shim_frame frames[16];
  shim_text message;
} shim_report;

enum {  // What follows when a guest's ticks are over.
  shim_go_on = 0,     // One tick more, from now on.
  shim_deadline = 1,  // Trapped.
  shim_stop = 2,      // Stopped, as by a host function.
};

typedef struct shim_guest_limits {
  uint64_t memory_bytes;
  uint64_t table_elements;
  // Called with the guest's context when the ticks of its budget are over. It may wait.
  uint32_t (*overrun)(void* context);
} shim_guest_limits;

typedef struct shim_budget {
  uint64_t ticks;
  uint64_t fuel;
} shim_budget;

// A guest in memory of its owner, which does not move. Opaque.
typedef struct shim_guest {
  uint64_t opaque[54];
} shim_guest;
// False: `error`, and there is no guest.
bool shim_guest_make(shim_guest* guest, const shim_module* module, void* context,
                     const shim_guest_limits* limits, shim_text* error);
void shim_guest_drop(shim_guest* guest);
// For all that runs from here on, until it is set again. Nothing runs before it was set.
void shim_guest_set_budget(shim_guest* guest, shim_budget budget);
uint64_t shim_guest_fuel(const shim_guest* guest);
// Makes the instance. Once, before all calls.
uint32_t shim_guest_boot(shim_guest* guest, shim_report* report);
// `values`: the arguments, then the result.
uint32_t shim_guest_call(shim_guest* guest, uint32_t export_number, shim_value* values,
                         size_t value_count, shim_report* report);
// The same from inside a host function.
uint32_t shim_caller_call(const shim_guest* guest, shim_caller* caller, uint32_t export_number,
                          shim_value* values, size_t value_count, shim_report* report);

// --- Places in a module, for reports.

typedef struct shim_description {
  shim_text function;
  shim_text file;
  uint32_t line;
} shim_description;
// False: the module can't be read.
bool shim_describe(shim_view wasm, uint32_t function_index, uint64_t module_offset,
                   shim_description* description, shim_text* error);

#ifdef __cplusplus
}
#endif
