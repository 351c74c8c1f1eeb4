#pragma once
// How a thread in the middle of a step lets another thread go on with what it drives.

namespace troupe {

// Thread: the one that is inside step() of the driven object.
class Handover {
 public:
  Handover() = default;
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;

  // A thread that will go on, and waits. False: the machine has none to give.
  virtual bool prepare_successor() = 0;
  // Lets it go on: from here on the driven object is the successor's, and the caller's step ends
  // with StepResult::left as soon as it can. REQUIRES: prepare_successor() has just said true.
  virtual void release_successor() = 0;

 protected:
  ~Handover() = default;
};

}  // namespace troupe
