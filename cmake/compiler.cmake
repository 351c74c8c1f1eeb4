# How every C++ file of the project is compiled.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "g++ 12 or newer is needed, this is ${CMAKE_CXX_COMPILER_VERSION}")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 22)
  message(FATAL_ERROR "clang 22 or newer is needed, this is ${CMAKE_CXX_COMPILER_VERSION}")
endif()

# A compiler cache halves the second build and makes that of a fresh clone nearly free.
find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${TROUPE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TROUPE_CCACHE})
endif()

add_library(troupe_options INTERFACE)
target_include_directories(troupe_options INTERFACE
  ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(troupe_options INTERFACE
  TROUPE_HAS_WASMTIME=$<BOOL:${TROUPE_WASMTIME}>
  TROUPE_VERSION="${PROJECT_VERSION}")
if(TROUPE_MUTATIONS)
  target_compile_definitions(troupe_options INTERFACE TROUPE_MUTATIONS)
endif()
target_compile_options(troupe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wnon-virtual-dtor
  -Woverloaded-virtual -Werror
  -march=x86-64-v2 -fno-omit-frame-pointer -ffunction-sections -fdata-sections)
target_link_options(troupe_options INTERFACE -Wl,--gc-sections)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # std::stable_sort of libstdc++ 12 uses what that library itself calls deprecated.
  target_compile_options(troupe_options INTERFACE -Wthread-safety -Wno-deprecated-declarations)
  target_link_options(troupe_options INTERFACE -fuse-ld=lld)
else()
  # [[clang::...]] attributes are for the other compiler, which also takes for granted that nobody
  # replaces functions of a static library one by one: without that, none of them is inlined.
  target_compile_options(troupe_options INTERFACE
    -Wno-attributes=clang:: -fno-semantic-interposition)
endif()

if(TROUPE_SANITIZE)
  target_compile_definitions(troupe_options INTERFACE _GLIBCXX_ASSERTIONS)
  target_compile_options(troupe_options INTERFACE
    -fsanitize=${TROUPE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(troupe_options INTERFACE
    -fsanitize=${TROUPE_SANITIZE} -fno-sanitize-recover=all)
endif()
# What a test's process finds in its environment: a sanitizer's finding ends it, with names.
set(TROUPE_TEST_ENVIRONMENT
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1
  UBSAN_OPTIONS=print_stacktrace=1
  TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1)

if(TROUPE_LIBFUZZER)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "TROUPE_LIBFUZZER needs clang; without it the fuzz targets run under "
      "tests/support/fuzz_main.cpp")
  endif()
  target_compile_options(troupe_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
