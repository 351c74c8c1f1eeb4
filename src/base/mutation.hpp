#pragma once
// One-line mistakes that a test build makes on purpose, one at a time, to show that the simulation
// notices each (tools/mutations.py). In every other build MUTATED(name, right, wrong) is `right`
// and nothing more.

#if defined(TROUPE_MUTATIONS)

#include <string_view>

namespace troupe {

// Set before anything runs; empty: none. Names say what is wrong.
inline std::string_view chosen_mutation;

}  // namespace troupe

#define MUTATED(name, right, wrong) (::troupe::chosen_mutation == #name ? (wrong) : (right))

#else

#define MUTATED(name, right, wrong) (right)

#endif
