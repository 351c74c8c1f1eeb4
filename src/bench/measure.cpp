#include "bench/measure.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/format.hpp"
#include "base/suggest.hpp"
#include "bench/probe.hpp"
#include "bench/rows/rows.hpp"

namespace troupe::bench {
namespace {

class LineSink final : public RawSink {
 public:
  explicit LineSink(const std::function<void(std::string_view)>& print) : print_(print) {}
  void take(RawRow row) override { print_(to_line(row)); }

 private:
  const std::function<void(std::string_view)>& print_;
};

std::unexpected<Error> no_such_block(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Block* block : all_blocks()) names.push_back(block->name);
  const auto meant = nearest(name, names);
  return fail(
      ErrorCode::not_found,
      meant ? fmt::format("there is no block '{}'; did you mean '{}'?", name, *meant)
            : fmt::format("there is no block '{}'; there are {}", name, fmt::join(names, ", ")));
}

}  // namespace

Result<void> measure_block(std::string_view name, const Request& request,
                           const std::function<void(std::string_view)>& print) {
  const Block* block = find_block(name);
  if (block == nullptr) return no_such_block(name);
  const std::vector<RowInfo> rows = block->rows();
  for (const std::string& id : request.ids) {
    if (std::ranges::find(rows, id, &RowInfo::id) == rows.end()) {
      return fail(ErrorCode::not_found, fmt::format("the block '{}' has no row '{}'; `troupe bench "
                                                    "list` shows them",
                                                    name, id));
    }
  }
  std::vector<Leans> leans;
  for (const RowInfo& row : rows)
    if (request.wants(row.id)) leans.push_back(row.leans);
  LineSink sink(print);
  // A count of instructions is of the rows alone.
  if (request.effort.exactly != 0) {
    block->measure(request, sink);
    return {};
  }
  Probes probes(leans);
  print(to_line(probes.read("before")));
  block->measure(request, sink);
  print(to_line(probes.read("after")));
  return {};
}

}  // namespace troupe::bench
