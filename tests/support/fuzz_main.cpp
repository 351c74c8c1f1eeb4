// Runs a fuzz target where libFuzzer is missing: the inputs named on the command line, or seeded
// random ones. It takes libFuzzer's -runs, -seed, -max_len and -max_total_time.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

#include <fmt/format.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

struct Flags {
  std::uint64_t runs = 20'000;
  std::uint64_t seed = 1;
  std::uint64_t max_len = 4'096;
  std::uint64_t max_total_time = 20;  // Seconds.
  std::vector<const char*> files;
};

bool take(std::string_view argument, std::string_view name, std::uint64_t& value) {
  if (!argument.starts_with(name)) return false;
  value = std::strtoull(argument.substr(name.size()).data(), nullptr, 10);
  return true;
}

Flags parse(int count, char** arguments) {
  Flags flags;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (take(argument, "-runs=", flags.runs) || take(argument, "-seed=", flags.seed) ||
        take(argument, "-max_len=", flags.max_len) ||
        take(argument, "-max_total_time=", flags.max_total_time)) {
      continue;
    }
    if (!argument.starts_with("-")) flags.files.push_back(arguments[i]);
  }
  return flags;
}

// Half of the inputs are new, half an earlier one with a few bytes changed; printable characters
// are preferred, since most parsers end at the first byte that is none.
class Inputs {
 public:
  Inputs(std::uint64_t seed, std::uint64_t max_len) : random_(seed), max_len_(max_len) {}

  const Input& next() {
    if (pick(2) == 0 || last_.empty()) {
      last_.resize(pick(2) == 0 ? pick(32) : pick(max_len_ + 1));
      for (auto& byte : last_) byte = some_byte();
    } else {
      for (std::uint64_t i = pick(4) + 1; i > 0; --i) last_[pick(last_.size())] = some_byte();
      if (pick(4) == 0) last_.resize(pick(last_.size()) + 1);
    }
    return last_;
  }

 private:
  std::uint64_t pick(std::uint64_t bound) { return random_() % bound; }
  std::uint8_t some_byte() {
    return static_cast<std::uint8_t>(pick(4) == 0 ? pick(256) : 32 + pick(95));
  }

  std::mt19937_64 random_;
  std::uint64_t max_len_;
  Input last_;
};

int run_files(const std::vector<const char*>& files) {
  for (const char* file : files) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
      fmt::print(stderr, "cannot read {}\n", file);
      return 1;
    }
    const Input input{std::istreambuf_iterator<char>(stream), {}};
    fmt::print(stderr, "Running {} ({} bytes)\n", file, input.size());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const Flags flags = parse(count, arguments);
  if (!flags.files.empty()) return run_files(flags.files);
  fmt::print(stderr, "Seed: {} (again: {} -seed={} -runs={})\n", flags.seed, arguments[0],
             flags.seed, flags.runs);
  Inputs inputs(flags.seed, flags.max_len);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(flags.max_total_time);
  std::uint64_t run = 0;
  for (; run < flags.runs && std::chrono::steady_clock::now() < end; ++run) {
    const Input& input = inputs.next();
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  fmt::print(stderr, "Done {} runs\n", run);
  return 0;
}
