# The Rust half of src/engine: a static library made by cargo, once for all builds of this user,
# since the engine takes minutes and is the same for every preset.

set(TROUPE_RUST_MINIMUM 1.95)
set(TROUPE_SHIM_DIR ${PROJECT_SOURCE_DIR}/src/engine/shim)

set(TROUPE_CARGO_TARGET "${TROUPE_CACHE}/cargo" CACHE PATH "Where cargo keeps what it compiled")

# The first cargo that is new enough: cargo says its version and compiles with the rustc beside it.
function(find_cargo)
  set(seen)
  find_program(cargo_in_path cargo NO_CACHE)
  foreach(candidate IN ITEMS
      "$ENV{CARGO}" "${cargo_in_path}" "$ENV{HOME}/.cargo/bin/cargo" /usr/bin/cargo)
    if(NOT EXISTS "${candidate}")
      continue()
    endif()
    execute_process(COMMAND ${candidate} --version
      OUTPUT_VARIABLE answer ERROR_QUIET RESULT_VARIABLE status)
    if(status EQUAL 0 AND answer MATCHES "cargo ([0-9]+\\.[0-9]+\\.[0-9]+)")
      if(CMAKE_MATCH_1 VERSION_GREATER_EQUAL TROUPE_RUST_MINIMUM)
        message(STATUS "Found cargo ${CMAKE_MATCH_1}: ${candidate}")
        set(TROUPE_CARGO ${candidate} CACHE FILEPATH "cargo ${TROUPE_RUST_MINIMUM} or newer" FORCE)
        return()
      endif()
      string(APPEND seen " ${candidate} is ${CMAKE_MATCH_1}.")
    endif()
  endforeach()
  message(FATAL_ERROR "The engine needs cargo ${TROUPE_RUST_MINIMUM} or newer.${seen} "
    "./dev setup installs it (Debian: rustc-web and cargo-web), CARGO=/path/to/cargo names one, "
    "-DTROUPE_WASMTIME=OFF builds without the engine.")
endfunction()

if(NOT TROUPE_CARGO)
  find_cargo()
endif()

file(GLOB_RECURSE shim_sources CONFIGURE_DEPENDS ${TROUPE_SHIM_DIR}/src/*)
set(shim_library ${CMAKE_BINARY_DIR}/lib/libtroupe_engine_shim.a)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
add_custom_command(OUTPUT ${shim_library}
  COMMAND ${PROJECT_SOURCE_DIR}/cmake/build_shim.sh ${TROUPE_CARGO} ${TROUPE_SHIM_DIR}
          ${TROUPE_CARGO_TARGET} ${shim_library}
  DEPENDS ${PROJECT_SOURCE_DIR}/cmake/build_shim.sh ${shim_sources}
          ${TROUPE_SHIM_DIR}/Cargo.toml ${TROUPE_SHIM_DIR}/Cargo.lock
  DEPFILE ${shim_library}.d
  COMMENT "Compiling the engine with cargo (2 to 5 minutes the first time, then seconds)"
  USES_TERMINAL
  VERBATIM)
add_custom_target(troupe_engine_shim_build DEPENDS ${shim_library})

add_library(troupe_engine_shim STATIC IMPORTED GLOBAL)
add_dependencies(troupe_engine_shim troupe_engine_shim_build)
set_target_properties(troupe_engine_shim PROPERTIES IMPORTED_LOCATION ${shim_library})
target_link_libraries(troupe_engine_shim INTERFACE Threads::Threads dl m gcc_s)
