// urlencode and urlize.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "jinja/bytes.h"
#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/markup.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/search.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

/// Percent-encoding; in a query string "/" is encoded and a blank is a plus.
std::string quote(Interpreter& interpreter, const Value& value, bool in_query) {
  std::string out;
  for (char c : str_text_of(interpreter, value)) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '.' || c == '-' || c == '~' || (c == '/' && !in_query);
    if (is_plain) {
      out += c;
    } else if (c == ' ' && in_query) {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Value urlencode(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "do_urlencode", arguments, {"value"}, 1);
  if (value->is_string() || !is_iterable(interpreter, *value)) {
    return Value::string(quote(interpreter, *value, false));
  }
  Value pairs = value->is_dict() ? call_method(interpreter, *value, "items", {}) : *value;
  std::string out;
  Iteration iteration(interpreter, pairs);
  Value pair;
  for (bool is_first = true; iteration.next(pair); is_first = false) {
    if (!is_iterable(interpreter, pair)) {
      interpreter.raise("TypeError",
                        fmt::format("cannot unpack non-iterable {} object", pair.type_name()));
    }
    std::vector<Value> parts = to_items(interpreter, pair);
    if (parts.size() != 2) {
      interpreter.raise("ValueError", parts.size() > 2
                                          ? "too many values to unpack (expected 2)"
                                          : fmt::format("not enough values to unpack (expected 2, "
                                                        "got {})",
                                                        parts.size()));
    }
    out += is_first ? "" : "&";
    out += quote(interpreter, parts[0], true) + "=" + quote(interpreter, parts[1], true);
  }
  return Value::string(std::move(out));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool starts_with_word(std::string_view text, std::string_view lower_word) {
  if (text.size() < lower_word.size()) {
    return false;
  }
  for (size_t i = 0; i < lower_word.size(); ++i) {
    if (lower(text[i]) != lower_word[i]) {
      return false;
    }
  }
  return true;
}

bool all_word(std::string_view text, std::string_view also) {
  for (size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    if (!has_flag(c, kWord) &&
        (c > 0x7f || also.find(static_cast<char>(c)) == std::string_view::npos)) {
      return false;
    }
  }
  return true;
}

bool all_letters(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; });
}

bool is_length(std::string_view text, size_t least, size_t most) {
  size_t length = count_code_points(text);
  return length >= least && length <= most;
}

bool is_top_domain(std::string_view label) {
  if (all_letters(label) && is_length(label, 2, 63)) {
    return true;
  }
  return starts_with_word(label, "xn--") && is_length(label.substr(4), 2, 59) &&
         all_word(label.substr(4), "%");
}

/// Labels that end in a top-level domain, behind a scheme or "www.".
bool is_domain(std::string_view host) {
  std::vector<std::string_view> labels = split_text(host, ".", -1);
  for (size_t i = 0; i + 1 < labels.size(); ++i) {
    if (labels[i].empty() || !all_word(labels[i], "%-")) {
      return false;
    }
  }
  return is_top_domain(labels.back());
}

/// A name without scheme counts when it ends in one of the old top-level domains.
bool is_known_domain(std::string_view host) {
  constexpr std::string_view kKnown[] = {"com", "net", "int", "edu", "gov", "org", "info", "mil"};
  std::vector<std::string_view> labels = split_text(host, ".", -1);
  if (labels.size() < 2) {
    return false;
  }
  for (size_t i = 0; i + 1 < labels.size(); ++i) {
    if (!is_length(labels[i], 2, 63) || !all_word(labels[i], "%-")) {
      return false;
    }
  }
  return std::any_of(std::begin(kKnown), std::end(kKnown), [&](std::string_view known) {
    return labels.back().size() == known.size() && starts_with_word(labels.back(), known);
  });
}

bool is_ipv4(std::string_view host) {
  std::vector<std::string_view> parts = split_text(host, ".", -1);
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && part.size() <= 3 &&
                  part.find_first_not_of("0123456789") == std::string_view::npos;
         });
}

/// Three to eight groups of up to four hexadecimal digits between colons, in brackets.
bool is_ipv6(std::string_view host) {
  if (!host.starts_with('[') || !host.ends_with(']')) {
    return false;
  }
  std::vector<std::string_view> groups = split_text(host.substr(1, host.size() - 2), ":", -1);
  size_t colons = groups.size() - 1;
  bool are_short = std::all_of(groups.begin(), groups.end(), [](std::string_view group) {
    return group.size() <= 4 &&
           group.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  });
  return are_short && colons >= 2 && colons <= 8;
}

/// Cuts ":port", "/path", "?query" and "#fragment" off; false when they are malformed.
bool cut_host(std::string_view text, std::string_view& host) {
  size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  size_t from = bracket == std::string_view::npos ? 0 : bracket;
  size_t end = std::min(text.find_first_of(":/?#", from), text.size());
  host = text.substr(0, end);
  std::string_view rest = text.substr(end);
  if (rest.starts_with(':')) {
    size_t digits = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (digits < 2 || digits > 6) {
      return false;
    }
    rest = rest.substr(digits);
  }
  return rest.empty() || rest[0] == '/' || rest[0] == '?' || rest[0] == '#';
}

bool is_url(std::string_view text) {
  std::string_view host;
  size_t scheme = starts_with_word(text, "https://")  ? 8
                  : starts_with_word(text, "http://") ? 7
                                                      : 0;
  if (scheme != 0) {
    return cut_host(text.substr(scheme), host) &&
           (is_domain(host) || is_ipv4(host) || is_ipv6(host));
  }
  if (!cut_host(text, host)) {
    return false;
  }
  return (starts_with_word(host, "www.") && is_domain(host.substr(4))) || is_known_domain(host);
}

bool is_email(std::string_view text) {
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) {
    return false;
  }
  std::string_view domain = text.substr(at + 1);
  size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || !all_word(domain, ".-")) {
    return false;
  }
  size_t first = 0;
  return has_flag(next_code_point(domain, first), kWord) && dot + 1 < domain.size() &&
         all_word(domain.substr(dot + 1), "");
}

struct LinkStyle {
  std::optional<int64_t> limit;
  std::string attributes;
  std::vector<std::string> schemes;
};

/// A word without the marks around it that do not belong to a link.
struct Word {
  std::string head, middle, tail;
};

bool take_front(std::string_view& text, std::string_view part, std::string& out) {
  if (!text.starts_with(part)) {
    return false;
  }
  out += part;
  text.remove_prefix(part.size());
  return true;
}

Word take_apart(std::string_view text) {
  Word word;
  while (take_front(text, "(", word.head) || take_front(text, "<", word.head) ||
         take_front(text, "&lt;", word.head)) {
  }
  size_t end = text.size();
  auto ends_with = [&](std::string_view part) { return text.substr(0, end).ends_with(part); };
  while (end > 0) {
    if (ends_with("&gt;")) {
      end -= 4;
    } else if (std::string_view(")>.,\n").find(text[end - 1]) != std::string_view::npos) {
      --end;
    } else {
      break;
    }
  }
  word.middle = text.substr(0, end);
  word.tail = text.substr(end);
  return word;
}

/// Gives closing brackets of the tail back to a link that has opened them.
void balance(Word& word) {
  constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}};
  for (const auto& [open, close] : kPairs) {
    size_t opened = count_text(word.middle, open);
    if (opened <= count_text(word.middle, close)) {
      continue;
    }
    for (size_t i = std::min(opened, count_text(word.tail, close)); i > 0; --i) {
      size_t end = word.tail.find(close) + close.size();
      word.middle += word.tail.substr(0, end);
      word.tail.erase(0, end);
    }
  }
}

std::string link(const Word& word, const LinkStyle& style) {
  std::string_view text = word.middle;
  if (is_url(text)) {
    std::string shown(text);
    if (style.limit && static_cast<int64_t>(count_code_points(text)) > *style.limit) {
      int64_t keep = *style.limit;
      if (keep < 0) {
        keep = std::max<int64_t>(keep + static_cast<int64_t>(count_code_points(text)), 0);
      }
      shown = std::string(text.substr(0, byte_offset(text, static_cast<size_t>(keep)))) + "...";
    }
    bool has_scheme = text.starts_with("https://") || text.starts_with("http://");
    return fmt::format("<a href=\"{}{}\"{}>{}</a>", has_scheme ? "" : "https://", text,
                       style.attributes, shown);
  }
  if (text.starts_with("mailto:") && is_email(text.substr(7))) {
    return fmt::format("<a href=\"{}\">{}</a>", text, text.substr(7));
  }
  if (!text.starts_with("www.") && !text.starts_with('@') &&
      text.find(':') == std::string_view::npos && is_email(text)) {
    return fmt::format("<a href=\"mailto:{0}\">{0}</a>", text);
  }
  std::string out(text);
  for (const std::string& scheme : style.schemes) {
    if (out != scheme && out.starts_with(scheme)) {
      out = fmt::format("<a href=\"{0}\"{1}>{0}</a>", out, style.attributes);
    }
  }
  return out;
}

std::string urlized(std::string_view text, const LinkStyle& style) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    bool is_blank = is_space(next_code_point(text, end));
    while (end < text.size()) {
      size_t behind = end;
      if (is_space(next_code_point(text, behind)) != is_blank) {
        break;
      }
      end = behind;
    }
    std::string_view part = text.substr(begin, end - begin);
    if (is_blank) {
      out += part;
    } else {
      Word word = take_apart(part);
      balance(word);
      out += word.head + link(word, style) + word.tail;
    }
    begin = end;
  }
  return out;
}

/// A scheme as `extra_schemes` takes it: at least two word characters, a colon, up to two slashes.
bool is_scheme(std::string_view text) {
  size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_length(text.substr(0, colon), 2, SIZE_MAX)) {
    return false;
  }
  std::string_view rest = text.substr(colon + 1);
  return all_word(text.substr(0, colon), ".+-") && (rest.empty() || rest == "/" || rest == "//");
}

/// The words of `rel` in order, with those that are always there.
std::string rel_words(Interpreter& interpreter, const Value* rel, bool no_follow) {
  std::set<std::string> words = {"noopener"};
  if (rel && truth(interpreter, *rel)) {
    for (std::string_view word : split_space(to_text_argument(interpreter, "urlize()", *rel), -1)) {
      words.emplace(word);
    }
  }
  if (no_follow) {
    words.insert("nofollow");
  }
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

Value urlize(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, limit, nofollow, target, rel, schemes] =
      bind<6>(interpreter, "do_urlize", arguments,
              {"value", "trim_url_limit", "nofollow", "target", "rel", "extra_schemes"}, 1);
  LinkStyle style;
  std::string words = rel_words(interpreter, rel, nofollow && truth(interpreter, *nofollow));
  std::string escaped;
  append_escaped(escaped, words);
  style.attributes = fmt::format(" rel=\"{}\"", escaped);
  if (target && truth(interpreter, *target)) {
    style.attributes += fmt::format(" target=\"{}\"", escape_text(interpreter, *target));
  }
  if (schemes && !schemes->is_none()) {
    for (const Value& scheme : to_items(interpreter, *schemes)) {
      if (!is_scheme(to_text_argument(interpreter, "fullmatch()", scheme))) {
        interpreter.raise("FilterArgumentError",
                          scheme.repr() + " is not a valid URI scheme prefix.");
      }
      style.schemes.emplace_back(scheme.as_string());
    }
  }
  if (limit && !limit->is_none()) {
    style.limit = to_clamped_index(interpreter, *limit);
  }
  std::string text = escape_text(interpreter, *value);
  charge_bytes(interpreter, text.size() * 2);
  std::string out = urlized(text, style);
  return is_autoescaping(interpreter) ? Value::markup(out) : Value::string(std::move(out));
}

}  // namespace

void add_url_filters(Environment& environment) {
  environment.add_filter("urlencode", urlencode);
  environment.add_filter("urlize", urlize);
}

}  // namespace weft::jinja
