# Builds the documentation page in WORK from SOURCE and writes OUT, a .cc that holds its three files.
# Packages are installed again only when the lock file has changed.
file(MAKE_DIRECTORY ${WORK})
file(REMOVE_RECURSE ${WORK}/src)
foreach(name src index.html build.mjs package.json package-lock.json .npmrc tsconfig.json)
  file(COPY ${SOURCE}/${name} DESTINATION ${WORK})
endforeach()

file(SHA256 ${WORK}/package-lock.json lock)
set(stamp ${WORK}/installed)
set(installed "")
if(EXISTS ${stamp})
  file(READ ${stamp} installed)
endif()
if(NOT installed STREQUAL lock)
  execute_process(COMMAND ${NPM} ci --no-fund --no-audit WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY
                  OUTPUT_QUIET)
  file(WRITE ${stamp} ${lock})
endif()
execute_process(COMMAND ${NODE} build.mjs WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)

set(code "#include \"docs/page.h\"\n\nnamespace weft::docs {\nnamespace {\n\n")
foreach(file index.html app.css app.js)
  string(REPLACE "." "_" name ${file})
  file(READ ${WORK}/dist/${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REPEAT "0x..," 16 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(APPEND code "const unsigned char ${name}[] = {\n${bytes}};\n\n")
endforeach()
string(APPEND code "std::string_view text(const unsigned char* bytes, size_t size) {\n"
       "  return {reinterpret_cast<const char*>(bytes), size};\n}\n\n}  // namespace\n\n"
       "std::string_view page_html() { return text(index_html, sizeof index_html); }\n"
       "std::string_view page_style() { return text(app_css, sizeof app_css); }\n"
       "std::string_view page_program() { return text(app_js, sizeof app_js); }\n\n}  // namespace weft::docs\n")
file(WRITE ${OUT} "${code}")
