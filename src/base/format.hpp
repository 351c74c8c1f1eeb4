#pragma once
// The one include of fmt: g++ 12 has no std::format, and the day it does, this file changes.

#include <fmt/format.h>
