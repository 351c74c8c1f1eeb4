#pragma once
// Runs models: all executions, or many at random, or with an ordering weakened.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "execution.hpp"
#include "search.hpp"

namespace troupe::systematic {

// How large an instance of a model is; what each means is the model's.
struct Bounds {
  unsigned threads = 2;  // Of the kind that there can be several of.
  unsigned each = 2;     // What each of them does.
};

// A protocol, its threads, and what must hold. models.cpp lists them.
struct Model {
  std::string_view name;
  std::string_view promise;  // What must hold.
  std::string_view unit;     // What Bounds count, as "producers x messages".
  void (*set_up)(Execution&, const Bounds&);
  Bounds random;                   // For random schedules.
  std::vector<Bounds> exhaustive;  // For all of them, from small to large.
  std::vector<Bounds> soak;        // Further ones, which take minutes.
  // Orders that are needed against load buffering alone, which Memory leaves out: weakening them
  // shows nothing.
  std::vector<std::string_view> unseen = {};
};

struct Failure {
  std::string what = {};
  std::uint64_t seed = 0;               // Of a random schedule.
  std::string schedule = {};            // Of a search.
  std::vector<std::string> steps = {};  // What the threads did.
};

struct Finding {
  std::uint64_t schedules = 0;
  std::uint64_t steps = 0;
  std::uint64_t states = 0;   // Of a search with reduction.
  bool is_exhausted = false;  // A search that left nothing out.
  std::optional<Failure> failure = {};
};

using SetUp = std::function<void(Execution&)>;

// Thread: one.
class Checker {
 public:
  struct SampleOptions {
    std::uint64_t schedules = 100'000;
    std::uint64_t seed = 1;  // Of the first; the next have the next.
    bool names_orders = true;
    Weakening weakening = {};
    std::function<void(std::uint64_t schedules)> progress = {};  // At every million.
  };
  // Random schedules under weak memory, until one fails.
  Finding sample(const SetUp& set_up, const SampleOptions& options);

  struct SearchOptions {
    std::uint64_t schedules_max = UINT64_MAX;
    Search::Reduction reduction = Search::Reduction::sleep_sets_and_states;
    bool is_weak = false;  // Only without reduction: states don't tell what may be read.
    bool names_orders = true;
    std::function<void(std::uint64_t schedules)> progress = {};  // At every million.
  };
  // All schedules, until one fails. A search that matches states finds every wrong state and every
  // deadlock, but not every race: those are for sample().
  Finding search(const SetUp& set_up, const SearchOptions& options);

  // One schedule that Search wrote, under sequential consistency.
  enum class Orders : std::uint8_t { have_names, may_be_unnamed };
  Finding replay(const SetUp& set_up, std::string_view schedule,
                 Orders orders = Orders::have_names);

  // The orderings that a model's protocol depends on, each with every weaker one.
  struct Site {
    const Ordering* ordering;
    std::vector<std::memory_order> weaker;
  };
  std::vector<Site> sites(const SetUp& set_up);

 private:
  Failure describe(const SetUp& set_up, Strategy& strategy, Execution::Mode mode);

  Execution execution_;
};

}  // namespace troupe::systematic
