# The rules that a script checks, as tests like any other.

find_package(Python3 3.9 COMPONENTS Interpreter)
if(BUILD_TESTING AND Python3_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/tools/tidy.py)
  add_test(NAME tidy.self_test
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/tidy.py --self-test)
  add_test(NAME tidy
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/tidy.py
            --modules ${CMAKE_BINARY_DIR}/modules.txt)
endif()

if(BUILD_TESTING AND Python3_FOUND)
  add_test(NAME links.self_test
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/check_links.py --self-test)
  add_test(NAME links
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/check_links.py)
endif()

if(BUILD_TESTING AND Python3_FOUND)
  add_test(NAME instructions.self_test
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/instructions.py --self-test)
endif()

if(BUILD_TESTING)
  add_test(NAME layers
    COMMAND ${CMAKE_COMMAND} -DWORK=${CMAKE_BINARY_DIR}/module_test
            -P ${CMAKE_CURRENT_LIST_DIR}/module_test.cmake)
endif()
