// Orderings, one by one.

#include "weaken.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace troupe::systematic {
namespace {

struct Trial {
  Weakened weakened;
  std::vector<const Model*> models;
};

SetUp set_up_of(const Model& model) {
  return [&model](Execution& run) { model.set_up(run, model.random); };
}

std::vector<Trial> trials_of(std::span<const Model* const> models) {
  std::vector<Trial> trials;
  for (const Model* model : models) {
    for (const Checker::Site& site : Checker().sites(set_up_of(*model))) {
      for (const std::memory_order weaker : site.weaker) {
        auto known = std::ranges::find_if(trials, [&](const Trial& trial) {
          const Weakening& weakening = trial.weakened.weakening;
          return weakening.site == site.ordering->site && weakening.order == weaker;
        });
        if (known == trials.end()) {
          Weakened weakened{.weakening = {.site = site.ordering->site, .order = weaker},
                            .strong = site.ordering->order};
          known = trials.insert(known, {.weakened = std::move(weakened), .models = {}});
        }
        known->models.push_back(model);
        if (std::ranges::find(model->unseen, site.ordering->site) != model->unseen.end()) {
          known->weakened.is_unseen = true;
        }
      }
    }
  }
  return trials;
}

void run(Trial& trial, std::uint64_t schedules, std::uint64_t seed) {
  for (const Model* model : trial.models) {
    const Finding finding = Checker().sample(
        set_up_of(*model),
        {.schedules = schedules, .seed = seed, .weakening = trial.weakened.weakening});
    if (!finding.failure) continue;
    trial.weakened.found_by = model;
    trial.weakened.schedules = finding.schedules;
    trial.weakened.failure = finding.failure->what;
    return;
  }
}

}  // namespace

std::size_t weaken(std::span<const Model* const> models, std::uint64_t schedules,
                   std::uint64_t seed, const std::function<void(const Weakened&)>& tell) {
  std::vector<Trial> trials = trials_of(models);
  for (Trial& trial : trials) {
    run(trial, schedules, seed);
    tell(trial.weakened);
  }
  return trials.size();
}

}  // namespace troupe::systematic
