#include "engine/engine.hpp"

namespace troupe {

std::string_view to_string(TrapKind kind) {
  switch (kind) {
    case TrapKind::unreachable:
      return "unreachable";
    case TrapKind::memory_out_of_bounds:
      return "memory out of bounds";
    case TrapKind::table_out_of_bounds:
      return "table out of bounds";
    case TrapKind::indirect_call_to_null:
      return "indirect call to null";
    case TrapKind::bad_signature:
      return "bad signature";
    case TrapKind::integer_overflow:
      return "integer overflow";
    case TrapKind::integer_division_by_zero:
      return "integer division by zero";
    case TrapKind::bad_conversion_to_integer:
      return "bad conversion to integer";
    case TrapKind::stack_overflow:
      return "stack overflow";
    case TrapKind::deadline:
      return "deadline";
    case TrapKind::out_of_fuel:
      return "out of fuel";
    case TrapKind::other:
      return "other trap";
  }
  return "unknown trap";
}

}  // namespace troupe
