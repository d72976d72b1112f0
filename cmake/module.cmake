# weft_module(name [USES module...] [LINK library...])
#
# Makes the static library weft_<name> of the .cc files in the current folder and its sub-folders, and
# the test program weft_<name>_test of the *_test.cc beside them. USES names modules above this one in
# src/layers.txt; scripts/layers.py checks that the includes agree.
function(weft_module name)
  cmake_parse_arguments(ARG "" "" "USES;LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  add_library(weft_${name} STATIC ${sources})
  target_include_directories(weft_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(weft_${name} PUBLIC fmt::fmt Threads::Threads)
  foreach(module ${ARG_USES})
    target_link_libraries(weft_${name} PUBLIC weft_${module})
  endforeach()
  if(ARG_LINK)
    target_link_libraries(weft_${name} PRIVATE ${ARG_LINK})
  endif()
  if(tests)
    add_executable(weft_${name}_test ${tests})
    target_link_libraries(weft_${name}_test PRIVATE weft_${name} weft_test_support ${ARG_LINK})
    target_compile_definitions(weft_${name}_test PRIVATE
      WEFT_TESTDATA="${CMAKE_CURRENT_SOURCE_DIR}/testdata")
    add_test(NAME ${name} COMMAND weft_${name}_test)
  endif()
endfunction()
