# Guests: WebAssembly modules made from C or text, in ${CMAKE_BINARY_DIR}/guests.
#
#   add_c_guest(NAME account SOURCES account.c)   -> guests/account.wasm
#     DEBUG                      with DWARF, so that traps have files and lines
#     GROWABLE                   its memory may grow
#     PAGE_64K                   64 KiB pages, for what does without custom page sizes
#     BINDINGS                   on what wit-bindgen generates for C, without sdk/c/troupe.c
#     FLAGS -DX -Wl,--y          further flags of compiler and linker
#   add_wat_guest(NAME loop SOURCE loop.wat)      -> guests/loop.wat
#     The text is copied: the engine reads it, and the distribution's wat2wasm knows no custom
#     page sizes.
#
# `guests` builds them all. The flags are those of sdk/c/README.md.

set(TROUPE_GUEST_DIR ${CMAKE_BINARY_DIR}/guests)
file(MAKE_DIRECTORY ${TROUPE_GUEST_DIR})
add_custom_target(guests ALL)

find_program(TROUPE_GUEST_CLANG NAMES clang-22 clang
  DOC "clang with the wasm32 target and wasm-ld")

function(add_c_guest)
  cmake_parse_arguments(PARSE_ARGV 0 G "DEBUG;GROWABLE;PAGE_64K;BINDINGS" "NAME" "SOURCES;FLAGS")
  if(G_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_c_guest(${G_NAME}): unknown arguments: ${G_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TROUPE_GUEST_CLANG)
    message(FATAL_ERROR "C guests need clang 22 and lld 22: ./dev setup installs them")
  endif()
  set(sdk ${PROJECT_SOURCE_DIR}/sdk/c)
  set(flags --target=wasm32 -O2 -std=c17 -Wall -Wextra -Werror -nostdlib -I${sdk}
    -Wl,--no-entry,-z,stack-size=8192)
  if(G_DEBUG)
    # Files are named from the top of the sources, whatever the clone is called.
    list(APPEND flags -g -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -fdebug-compilation-dir=.)
  endif()
  if(NOT G_GROWABLE)
    list(APPEND flags -Wl,--no-growable-memory)
  endif()
  if(G_PAGE_64K)
    list(APPEND flags -DTROUPE_PAGE_BYTES=65536)
  else()
    list(APPEND flags -Wl,--page-size=1)
  endif()
  set(sources)
  foreach(source IN LISTS G_SOURCES)
    cmake_path(ABSOLUTE_PATH source)
    list(APPEND sources ${source})
  endforeach()
  if(G_BINDINGS)
    set(bindings ${PROJECT_SOURCE_DIR}/tests/guests)
    list(APPEND sources ${bindings}/generated/actor.c ${bindings}/support/alloc.c
      ${bindings}/generated/actor_component_type.o)
    list(APPEND flags -I ${bindings}/support -I ${bindings}/generated)
  else()
    list(APPEND sources ${sdk}/troupe.c)
  endif()
  file(GLOB headers CONFIGURE_DEPENDS ${sdk}/*.h *.h)
  set(output ${TROUPE_GUEST_DIR}/${G_NAME}.wasm)
  add_custom_command(OUTPUT ${output}
    COMMAND ${TROUPE_GUEST_CLANG} ${flags} ${G_FLAGS} ${sources} -o ${output}
    DEPENDS ${sources} ${headers}
    COMMENT "Compiling guest ${G_NAME}"
    VERBATIM)
  add_custom_target(guest_${G_NAME} DEPENDS ${output})
  add_dependencies(guests guest_${G_NAME})
endfunction()

function(add_wat_guest)
  cmake_parse_arguments(PARSE_ARGV 0 G "" "NAME;SOURCE" "")
  cmake_path(ABSOLUTE_PATH G_SOURCE OUTPUT_VARIABLE source)
  set(output ${TROUPE_GUEST_DIR}/${G_NAME}.wat)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -E copy ${source} ${output}
    DEPENDS ${source}
    VERBATIM)
  add_custom_target(guest_${G_NAME} DEPENDS ${output})
  add_dependencies(guests guest_${G_NAME})
endfunction()

# Tells a test where guests are, as TROUPE_GUEST_DIR, and where the sources begin, as
# TROUPE_SOURCE_DIR.
function(use_paths target)
  target_compile_definitions(${target} PRIVATE
    TROUPE_GUEST_DIR="${TROUPE_GUEST_DIR}"
    TROUPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()
