# A module is a folder of src/: one static library, one name (folder, include prefix and target).
#
#   add_module(mailbox
#     HEADERS mailbox.hpp        # each must stand alone (checked where header sets are verified)
#     SOURCES mailbox.cpp
#     USES base model            # modules of lower layers, visible to whoever uses this one
#     PRIVATE Boost::headers     # third-party targets, not visible to anybody else
#     TEST_USES io               # further modules of its tests, of any layer that is added before
#     TEST_PRIVATE rapidcheck    # further third-party targets of its tests
#     TEST_SOURCES fake.cpp      # further sources of its tests
#     TEST_GUESTS)               # its tests read guests: they are built first
#
# Every *_test.cpp of the folder goes into one program, <module>_test, one ctest entry per case.
# Every *_fuzz.cpp is a program of its own, <file>, with a short run as a ctest entry.

# layer(NUMBER folder...) adds those folders of src/ that have a CMakeLists.txt.
function(layer number)
  set(TROUPE_LAYER ${number})
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${PROJECT_SOURCE_DIR}/src/${folder}/CMakeLists.txt)
      add_subdirectory(${PROJECT_SOURCE_DIR}/src/${folder})
    endif()
  endforeach()
endfunction()

# add_folders(path...) adds those folders that have a CMakeLists.txt.
function(add_folders)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${PROJECT_SOURCE_DIR}/${folder})
    endif()
  endforeach()
endfunction()

# vocabulary(MODULE name...) gives include/troupe/<name>.hpp to a module.
function(vocabulary module)
  set_property(GLOBAL APPEND_STRING PROPERTY TROUPE_MODULES_TEXT
    "vocabulary ${module}")
  foreach(name IN LISTS ARGN)
    set_property(GLOBAL APPEND_STRING PROPERTY TROUPE_MODULES_TEXT " ${name}")
    set_property(GLOBAL APPEND PROPERTY TROUPE_VOCABULARY_${module}
      ${PROJECT_SOURCE_DIR}/include/troupe/${name}.hpp)
  endforeach()
  set_property(GLOBAL APPEND_STRING PROPERTY TROUPE_MODULES_TEXT "\n")
endfunction()

function(add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 M "TEST_GUESTS" ""
    "HEADERS;SOURCES;USES;PRIVATE;TEST_USES;TEST_PRIVATE;TEST_SOURCES")
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_module(${name}): unknown arguments: ${M_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT DEFINED TROUPE_LAYER)
    message(FATAL_ERROR "add_module(${name}): name its folder in a layer() line of the top "
      "CMakeLists.txt")
  endif()
  foreach(used IN LISTS M_USES)
    get_property(used_layer GLOBAL PROPERTY TROUPE_LAYER_${used})
    if("${used_layer}" STREQUAL "")
      message(FATAL_ERROR "module '${name}' (layer ${TROUPE_LAYER}) may not use '${used}': "
        "it is not below it. Layers are the layer() lines of the top CMakeLists.txt")
    elseif(NOT "${used_layer}" LESS "${TROUPE_LAYER}")
      message(FATAL_ERROR "module '${name}' may not use '${used}': both are in layer "
        "${TROUPE_LAYER}; a module uses lower layers only")
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY TROUPE_LAYER_${name} ${TROUPE_LAYER})
  string(JOIN " " line module ${name} ${TROUPE_LAYER} ${M_USES})
  string(JOIN " " tests tests ${name} ${M_TEST_USES})
  set_property(GLOBAL APPEND_STRING PROPERTY TROUPE_MODULES_TEXT "${line}\n${tests}\n")

  get_property(public_headers GLOBAL PROPERTY TROUPE_VOCABULARY_${name})
  set(kind STATIC)
  set(scope PUBLIC)
  if(NOT M_SOURCES)
    set(kind INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(${name} ${kind} ${M_SOURCES})
  add_library(troupe::${name} ALIAS ${name})
  target_sources(${name} ${scope} FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include
    FILES ${M_HEADERS} ${public_headers})
  target_link_libraries(${name} ${scope} troupe_options ${M_USES})
  if(M_SOURCES)
    set_target_properties(${name} PROPERTIES OUTPUT_NAME troupe_${name})
    target_link_libraries(${name} PRIVATE ${M_PRIVATE})
  endif()

  if(BUILD_TESTING)
    add_module_tests(${name})
    add_module_fuzzers(${name})
  endif()
endfunction()

# Reads the M_... variables of add_module.
function(add_module_tests name)
  file(GLOB sources CONFIGURE_DEPENDS *_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources} ${M_TEST_SOURCES})
  target_link_libraries(${name}_test PRIVATE
    ${name} ${M_TEST_USES} ${M_PRIVATE} ${M_TEST_PRIVATE} GTest::gtest_main)
  set_target_properties(${name}_test PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  use_paths(${name}_test)
  if(M_TEST_GUESTS)
    add_dependencies(${name}_test guests)
  endif()
  discover_tests(${name}_test)
endfunction()

# One ctest entry per case, named as in the source; the program is asked for its cases when ctest
# starts, so that a build never runs what it has just made.
function(discover_tests target)
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES TIMEOUT 300 ENVIRONMENT "${TROUPE_TEST_ENVIRONMENT}")
endfunction()

function(add_module_fuzzers name)
  file(GLOB sources CONFIGURE_DEPENDS *_fuzz.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(fuzzer ${source} NAME_WE)
    add_executable(${fuzzer} ${source})
    target_link_libraries(${fuzzer} PRIVATE ${name} ${M_TEST_USES} ${M_PRIVATE})
    set_target_properties(${fuzzer} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    use_paths(${fuzzer})
    # Both drivers take libFuzzer's flags; seed and file names are all one needs to run it again.
    set(arguments -runs=20000 -seed=1 -max_total_time=20)
    if(TROUPE_LIBFUZZER)
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      list(APPEND arguments -timeout=10 -rss_limit_mb=4096 -print_final_stats=1
        -artifact_prefix=${CMAKE_BINARY_DIR}/tests/${fuzzer}.)
    else()
      target_sources(${fuzzer} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/fuzz_main.cpp)
    endif()
    add_test(NAME fuzz.${name}.${fuzzer} COMMAND ${fuzzer} ${arguments})
    set_tests_properties(fuzz.${name}.${fuzzer} PROPERTIES
      LABELS fuzz TIMEOUT 120 ENVIRONMENT "${TROUPE_TEST_ENVIRONMENT}")
  endforeach()
endfunction()

# add_program(target [OUTPUT name] SOURCES ... USES modules PRIVATE third-party): a program that
# ends in the top of the build folder.
function(add_program target)
  cmake_parse_arguments(PARSE_ARGV 1 P "" "OUTPUT" "SOURCES;USES;PRIVATE")
  add_executable(${target} ${P_SOURCES})
  target_link_libraries(${target} PRIVATE ${P_USES} ${P_PRIVATE} troupe_options)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  if(P_OUTPUT)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${P_OUTPUT})
  endif()
endfunction()

# Writes what tools/tidy.py checks the includes against.
function(finish_modules)
  get_property(text GLOBAL PROPERTY TROUPE_MODULES_TEXT)
  file(WRITE ${CMAKE_BINARY_DIR}/modules.txt "${text}")
endfunction()
