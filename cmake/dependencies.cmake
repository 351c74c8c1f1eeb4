# Third-party libraries, all from the distribution (tools/packages.txt). A module names what it
# uses under PRIVATE, so that none leaks upward; fmt is the one that everybody has.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS context)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(GTest REQUIRED)
find_package(rapidcheck QUIET)
include(GoogleTest)

target_link_libraries(troupe_options INTERFACE fmt::fmt Threads::Threads)
