#include "docs/markdown.h"

#include <md4c.h>

#include "base/strings.h"

namespace weft::docs {
namespace {

struct Printer {
  std::string out;
  /// Inside an image nothing but its text is printed.
  int image_depth = 0;
};

bool is_safe_link(std::string_view target) {
  const std::string lower = base::to_lower(target.substr(0, 8));
  for (std::string_view scheme : {"http://", "https://", "mailto:", "#/"}) {
    if (base::starts_with(lower, scheme))
      return true;
  }
  return false;
}

/// The target of a link with its entities left as written and quotes escaped.
std::string attribute_text(const MD_ATTRIBUTE& attribute) {
  return std::string(attribute.text == nullptr ? "" : attribute.text, attribute.size);
}

/// The tag of a block, "" for those without one.
std::string_view block_tag(MD_BLOCKTYPE type) {
  switch (type) {
    case MD_BLOCK_QUOTE:
      return "blockquote";
    case MD_BLOCK_UL:
      return "ul";
    case MD_BLOCK_OL:
      return "ol";
    case MD_BLOCK_LI:
      return "li";
    case MD_BLOCK_HR:
      return "hr";
    case MD_BLOCK_CODE:
      return "pre";
    case MD_BLOCK_P:
      return "p";
    case MD_BLOCK_TABLE:
      return "table";
    case MD_BLOCK_THEAD:
      return "thead";
    case MD_BLOCK_TBODY:
      return "tbody";
    case MD_BLOCK_TR:
      return "tr";
    case MD_BLOCK_TH:
      return "th";
    case MD_BLOCK_TD:
      return "td";
    case MD_BLOCK_DOC:
    case MD_BLOCK_H:
    case MD_BLOCK_HTML:
      break;
  }
  return "";
}

std::string block_name(MD_BLOCKTYPE type, const void* detail) {
  if (type != MD_BLOCK_H)
    return std::string(block_tag(type));
  return "h" + std::to_string(static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
}

int enter_block(MD_BLOCKTYPE type, void* detail, void* data) {
  auto& printer = *static_cast<Printer*>(data);
  const std::string name = block_name(type, detail);
  if (name.empty())
    return 0;
  printer.out += '<' + name;
  if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
    const MD_ALIGN align = static_cast<const MD_BLOCK_TD_DETAIL*>(detail)->align;
    if (align == MD_ALIGN_RIGHT)
      printer.out += " align=\"right\"";
    if (align == MD_ALIGN_CENTER)
      printer.out += " align=\"center\"";
  }
  printer.out += type == MD_BLOCK_CODE ? "><code>" : ">";
  return 0;
}

int leave_block(MD_BLOCKTYPE type, void* detail, void* data) {
  auto& printer = *static_cast<Printer*>(data);
  const std::string name = block_name(type, detail);
  if (name.empty() || type == MD_BLOCK_HR)
    return 0;
  if (type == MD_BLOCK_CODE)
    printer.out += "</code>";
  printer.out += "</" + name + ">\n";
  return 0;
}

std::string_view span_tag(MD_SPANTYPE type) {
  switch (type) {
    case MD_SPAN_EM:
      return "em";
    case MD_SPAN_STRONG:
      return "strong";
    case MD_SPAN_A:
      return "a";
    case MD_SPAN_CODE:
      return "code";
    case MD_SPAN_DEL:
      return "del";
    default:
      return "";
  }
}

int enter_span(MD_SPANTYPE type, void* detail, void* data) {
  auto& printer = *static_cast<Printer*>(data);
  if (type == MD_SPAN_IMG)
    ++printer.image_depth;
  const std::string_view tag = span_tag(type);
  if (printer.image_depth > 0 || tag.empty())
    return 0;
  printer.out += '<';
  printer.out += tag;
  if (type == MD_SPAN_A) {
    const std::string target = attribute_text(static_cast<const MD_SPAN_A_DETAIL*>(detail)->href);
    if (is_safe_link(target)) {
      printer.out += " href=\"";
      append_escaped(printer.out, target);
      printer.out += '"';
    }
  }
  printer.out += '>';
  return 0;
}

int leave_span(MD_SPANTYPE type, void*, void* data) {
  auto& printer = *static_cast<Printer*>(data);
  const std::string_view tag = span_tag(type);
  if (printer.image_depth == 0 && !tag.empty()) {
    printer.out += "</";
    printer.out += tag;
    printer.out += '>';
  }
  if (type == MD_SPAN_IMG)
    --printer.image_depth;
  return 0;
}

/// `&name;` as HTML knows it: passed on, since it cannot open a tag.
bool is_entity(std::string_view text) {
  if (text.size() < 3 || text.front() != '&' || text.back() != ';')
    return false;
  for (const char c : text.substr(1, text.size() - 2)) {
    const bool fine =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '#';
    if (!fine)
      return false;
  }
  return true;
}

int print_text(MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* data) {
  auto& printer = *static_cast<Printer*>(data);
  const std::string_view view(text, size);
  if (type == MD_TEXT_NULLCHAR) {
    printer.out += "\xEF\xBF\xBD";
  } else if (type == MD_TEXT_BR) {
    printer.out += "<br>";
  } else if (type == MD_TEXT_SOFTBR) {
    printer.out += '\n';
  } else if (type == MD_TEXT_ENTITY && is_entity(view)) {
    printer.out += view;
  } else {
    append_escaped(printer.out, view);
  }
  return 0;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

std::string markdown_to_html(std::string_view text) {
  Printer printer;
  MD_PARSER parser = {};
  parser.flags =
      MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEURLAUTOLINKS;
  parser.enter_block = enter_block;
  parser.leave_block = leave_block;
  parser.enter_span = enter_span;
  parser.leave_span = leave_span;
  parser.text = print_text;
  if (md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &printer) != 0) {
    printer.out = "<p>";
    append_escaped(printer.out, text);
    printer.out += "</p>\n";
  }
  while (!printer.out.empty() && printer.out.back() == '\n')
    printer.out.pop_back();
  return std::move(printer.out);
}

}  // namespace weft::docs
