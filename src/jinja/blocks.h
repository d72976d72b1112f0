// find_blocks: the top-level blocks of a file of macros, snapshots or docs, without compiling it.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "diag/source.h"
#include "jinja/error.h"
#include "jinja/template.h"

namespace weft::jinja {

struct FoundBlocks {
  std::vector<Block> blocks;
  /// Text, expressions and other statements outside of the blocks that are more than white space
  /// and comments; dbt warns about them.
  std::vector<diag::Span> strays;
};

/// Blocks that open with one of `words` and close with "end" + the word. Comments, raw blocks and
/// strings inside tags are skipped as the lexer skips them. An unclosed block is an error.
std::variant<FoundBlocks, Error> find_blocks(diag::SourceId source, const diag::Sources& sources,
                                             std::span<const std::string> words);

}  // namespace weft::jinja
