# Warnings are errors in every build; release binaries are hardened.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
                    -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives for these inside its own standard library.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer)
endif()

set(WEFT_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
set(WEFT_SANITIZE_LEVEL "-O1" CACHE STRING "How much builds with sanitizers are optimised")
if(WEFT_SANITIZE)
  add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
                      ${WEFT_SANITIZE_LEVEL})
  add_link_options(-fsanitize=${WEFT_SANITIZE})
endif()

option(WEFT_FUZZ "Build the fuzz targets for libFuzzer; needs Clang" OFF)
if(WEFT_FUZZ)
  # Clang warns of other things than GCC, for which the code is written.
  add_compile_options(-fsanitize=fuzzer-no-link -Wno-error)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fcf-protection)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()
