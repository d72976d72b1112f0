# Writes OUTPUT, a C++ file that holds every macro file under FOLDER as text.
# usage: cmake -DFOLDER=… -DOUTPUT=… -P embed_macros.cmake
file(GLOB_RECURSE paths RELATIVE ${FOLDER} ${FOLDER}/*.sql)
list(SORT paths)
set(rows "")
foreach(path ${paths})
  file(READ ${FOLDER}/${path} text)
  string(FIND "${path}" "/" slash)
  string(SUBSTRING "${path}" 0 ${slash} package)
  math(EXPR after "${slash} + 1")
  string(SUBSTRING "${path}" ${after} -1 relative)
  string(APPEND rows
    "    {\"${package}\", \"macros/${relative}\", R\"weft_macro(${text})weft_macro\"},\n")
endforeach()
file(WRITE ${OUTPUT}.new "#include \"parse/builtin_files.h\"\n\nnamespace weft::parse {\nnamespace {\n\nconstexpr BuiltinFile kFiles[] = {\n${rows}};\n\n}  // namespace\n\nstd::span<const BuiltinFile> builtin_files() { return kFiles; }\n\n}  // namespace weft::parse\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUTPUT}.new ${OUTPUT})
