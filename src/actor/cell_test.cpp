// Every pair of states: which may follow which.

#include "actor/cell.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include <gtest/gtest.h>

#include "troupe/status.hpp"

namespace troupe {
namespace {

TEST(Cell, GoesFromStateToStateAsTheTableSays) {
  // A row a state, a column what may follow it, both in the order of `actor_states`.
  constexpr std::array<std::string_view, actor_states.size()> table{
      // creating, starting, ready, stopping, ended, failed
      ".x..xx",  // creating: it may end before a life of it has begun.
      "..x.xx",  // starting
      "...xxx",  // ready: it may end by itself.
      "..x.xx",  // stopping: it goes on where it would not save its state.
      ".x..xx",  // ended: again while the next life is on its way.
      ".x..xx",  // failed
  };
  for (std::size_t before = 0; before < table.size(); ++before) {
    for (std::size_t next = 0; next < table.size(); ++next) {
      EXPECT_EQ(may_follow(actor_states.at(before), actor_states.at(next)),
                table.at(before).at(next) == 'x')
          << to_string(actor_states.at(before)) << ", then " << to_string(actor_states.at(next));
    }
  }
}

}  // namespace
}  // namespace troupe
