#include "adapter/postgres/copy_text.h"

namespace weft::adapter::postgres {

void append_copy_text(std::string& out, std::string_view text) {
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c != '\\' && c != '\n' && c != '\t' && c != '\r')
      continue;
    out.append(text, plain, i - plain);
    out += '\\';
    out += c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : '\\';
    plain = i + 1;
  }
  out.append(text, plain);
}

}  // namespace weft::adapter::postgres
