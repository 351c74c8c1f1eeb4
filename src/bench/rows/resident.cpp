#include "bench/rows/resident.hpp"

#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace troupe::bench {

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double growth(double now, double before, std::uint64_t count) {
  return std::max(0.0, now - before) / static_cast<double>(count);
}

}  // namespace troupe::bench
