#include "jinja/blocks.h"

#include <algorithm>

#include "jinja/lexer.h"
#include "jinja/text.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

/// Walks over the tags of a text and keeps the ones that open and close blocks of the wanted words.
class BlockFinder {
 public:
  BlockFinder(diag::SourceId source, std::string_view text, std::span<const std::string> words)
      : source_(source),
        text_(text),
        words_(words),
        rules_(options_with_newline()),
        lexer_(rules_, text, false) {}

  FoundBlocks find() {
    for (Token token = next(); token.type != TokenType::Eof; token = next()) {
      switch (token.type) {
        case TokenType::Data:
          if (!strip_space(token.text).empty()) {
            stray(token.begin, token.end);
          }
          break;
        case TokenType::BlockBegin:
          tag(token);
          break;
        default:
          stray(token.begin, skip_tag());
      }
    }
    if (is_open_) {
      fail("Reached EOF without finding a close tag for " + open_.word, open_.span.begin);
    }
    return std::move(found_);
  }

 private:
  static const Options& options_with_newline() {
    static const Options options = [] {
      Options made;
      made.keep_trailing_newline = true;
      return made;
    }();
    return options;
  }

  Token next() {
    Token token;
    lexer_.next(token);
    return token;
  }

  [[noreturn]] void fail(std::string message, uint32_t offset) const {
    throw CompileFailure{"TemplateSyntaxError", std::move(message), offset};
  }

  void stray(uint32_t begin, uint32_t end) {
    if (!is_open_) {
      found_.strays.push_back({source_, begin, end});
    }
  }

  /// Reads up to the end of the tag; the offset behind it.
  uint32_t skip_tag() {
    while (true) {
      Token token = next();
      if (token.type == TokenType::BlockEnd || token.type == TokenType::VariableEnd ||
          token.type == TokenType::Eof) {
        content_end_ = token.begin;
        return tag_end(token);
      }
    }
  }

  /// White space that `-%}` eats belongs to what follows, as far as blocks are concerned.
  static uint32_t tag_end(const Token& token) {
    std::string_view text = strip_space_right(token.text);
    return token.begin + static_cast<uint32_t>(text.size());
  }

  void tag(const Token& opening) {
    Token word = next();
    if (word.type != TokenType::Name) {
      stray(opening.begin, word.type == TokenType::BlockEnd ? word.end : skip_tag());
      return;
    }
    std::string name(word.text);
    uint32_t end = skip_tag();
    bool is_wanted = std::find(words_.begin(), words_.end(), name) != words_.end();
    if (is_open_ && name == "end" + open_.word) {
      open_.body.end = opening.begin;
      open_.span.end = end;
      found_.blocks.push_back(open_);
      is_open_ = false;
    } else if (is_wanted && is_open_) {
      fail("Got a block definition inside control flow or another block at `" + name + "`",
           opening.begin);
    } else if (is_wanted) {
      is_open_ = true;
      open_ = Block();
      open_.word = name;
      open_.header = strip_space(text_.substr(word.end, content_end_ - word.end));
      open_.span = {source_, opening.begin, end};
      open_.body = {source_, end, end};
    } else {
      stray(opening.begin, end);
    }
  }

  diag::SourceId source_;
  std::string_view text_;
  std::span<const std::string> words_;
  LexerRules rules_;
  Lexer lexer_;
  FoundBlocks found_;
  Block open_;
  bool is_open_ = false;
  uint32_t content_end_ = 0;
};

}  // namespace

std::variant<FoundBlocks, Error> find_blocks(diag::SourceId source, const diag::Sources& sources,
                                             std::span<const std::string> words) {
  std::string_view text = sources.get(source).text;
  try {
    return BlockFinder(source, text, words).find();
  } catch (const CompileFailure& failure) {
    Error error;
    error.type = failure.type;
    error.message = failure.message;
    error.span = {source, failure.offset, failure.offset};
    error.line = line_of(text, failure.offset);
    return error;
  }
}

}  // namespace weft::jinja
