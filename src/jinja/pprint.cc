// pprint.pformat: containers that do not fit 80 columns are written one item a line.
#include <algorithm>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/equality.h"
#include "jinja/filters.h"
#include "jinja/notes.h"
#include "jinja/ops.h"
#include "jinja/text.h"
#include "jinja/value_text.h"

namespace weft::jinja {
namespace {

constexpr int64_t kWidth = 80;

/// Python orders items that have no order by the names of their types.
bool is_before(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return compare_numbers(a, b).value_or(0) < 0;
  }
  if (a.is_string() && b.is_string()) {
    return a.as_string() < b.as_string();
  }
  if (a.kind() == b.kind() && (a.is_tuple() || a.is_list())) {
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (!same_or_equal(a.at(i), b.at(i))) {
        return is_before(a.at(i), b.at(i));
      }
    }
    return a.size() < b.size();
  }
  return a.type_name() < b.type_name();
}

std::vector<size_t> sorted_positions(const Value& table) {
  std::vector<size_t> order(table.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return is_before(table.at(a), table.at(b)); });
  return order;
}

bool is_container(const Value& value) {
  return value.is_list() || value.is_tuple() || value.is_dict() || value.kind() == Kind::Set;
}

class PrettyPrinter {
 public:
  explicit PrettyPrinter(Interpreter& interpreter) : interpreter_(interpreter) {}

  /// Writes the value so that `allowance` columns stay free behind it.
  void write(const Value& value, int64_t indent, int64_t allowance, int level) {
    DepthGuard guard(interpreter_);
    if (is_container(value) && is_open(value)) {
      out_ += recursion(value);
      return;
    }
    std::string flat = repr(value);
    charge_steps(interpreter_, flat.size() / 2 + 8);
    auto length = static_cast<int64_t>(count_code_points(flat));
    bool splits = is_container(value) || value.kind() == Kind::String;
    if (length <= kWidth - indent - allowance || !splits) {
      out_ += flat;
      return;
    }
    if (value.kind() == Kind::String) {
      write_text(value.as_string(), indent, allowance, level + 1);
      return;
    }
    open_.push_back(ValueAccess::cell(value));
    write_container(value, indent, allowance, level + 1);
    open_.pop_back();
  }

  std::string out_;

 private:
  bool is_open(const Value& value) const {
    return std::find(open_.begin(), open_.end(), ValueAccess::cell(value)) != open_.end();
  }

  static std::string recursion(const Value& value) {
    return "<Recursion on " + std::string(value.type_name()) +
           " with id=" + std::to_string(reinterpret_cast<size_t>(ValueAccess::cell(value))) + ">";
  }

  void append_flat(const Value& value, std::string& out) {
    DepthGuard guard(interpreter_);
    if (!value.is_list() && !value.is_tuple() && !value.is_dict()) {
      append_repr(value, out);
      raise_noted(interpreter_);
      return;
    }
    if (is_open(value)) {
      out += recursion(value);
      return;
    }
    open_.push_back(ValueAccess::cell(value));
    out += value.is_dict() ? '{' : value.is_list() ? '[' : '(';
    std::vector<size_t> order;
    if (value.is_dict()) {
      order = sorted_positions(value);
    }
    for (size_t i = 0; i < value.size(); ++i) {
      out += i > 0 ? ", " : "";
      size_t position = value.is_dict() ? order[i] : i;
      append_flat(value.at(position), out);
      if (value.is_dict()) {
        out += ": ";
        append_flat(value.value_at(position), out);
      }
    }
    out += value.is_dict() ? "}" : value.is_list() ? "]" : value.size() == 1 ? ",)" : ")";
    open_.pop_back();
  }

  std::string repr(const Value& value) {
    std::string out;
    append_flat(value, out);
    return out;
  }

  void new_line(int64_t indent) {
    out_ += ",\n";
    out_.append(static_cast<size_t>(indent), ' ');
  }

  void write_container(const Value& value, int64_t indent, int64_t allowance, int level) {
    bool is_sorted = value.is_dict() || value.kind() == Kind::Set;
    std::vector<size_t> order;
    if (is_sorted) {
      order = sorted_positions(value);
    }
    std::string_view end = value.is_list()                         ? "]"
                           : is_sorted                             ? "}"
                           : value.is_tuple() && value.size() == 1 ? ",)"
                                                                   : ")";
    out_ += is_sorted ? '{' : value.is_list() ? '[' : '(';
    ++indent;
    allowance += static_cast<int64_t>(end.size());
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) {
        new_line(indent);
      }
      int64_t free = i + 1 == value.size() ? allowance : 1;
      size_t position = is_sorted ? order[i] : i;
      if (!value.is_dict()) {
        write(value.at(position), indent, free, level);
        continue;
      }
      std::string key = repr(value.key_at(position));
      out_ += key + ": ";
      write(value.value_at(position), indent + static_cast<int64_t>(count_code_points(key)) + 2,
            free, level);
    }
    out_ += end;
  }

  /// Runs of characters that are no white space, each with the white space behind it.
  static std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    size_t begin = 0;
    bool after_space = false;
    for (size_t at = 0; at < line.size();) {
      size_t here = at;
      bool space = is_space(next_code_point(line, at));
      if (after_space && !space) {
        words.push_back(line.substr(begin, here - begin));
        begin = here;
      }
      after_space = space;
    }
    words.push_back(line.substr(begin));
    return words;
  }

  /// Text as several literals, one a line, in parentheses at the top.
  void write_text(std::string_view text, int64_t indent, int64_t allowance, int level) {
    if (level == 1) {
      ++indent;
      ++allowance;
    }
    std::vector<std::string> chunks;
    auto size = [](std::string_view s) {
      return static_cast<int64_t>(count_code_points(repr_text(s)));
    };
    std::vector<std::string_view> lines = split_lines(text, true);
    for (size_t i = 0; i < lines.size(); ++i) {
      bool is_last_line = i + 1 == lines.size();
      int64_t width = kWidth - indent;
      if (size(lines[i]) <= width - (is_last_line ? allowance : 0)) {
        chunks.push_back(repr_text(lines[i]));
        continue;
      }
      std::vector<std::string_view> words = words_of(lines[i]);
      std::string current;
      int64_t current_size = 0;
      for (size_t j = 0; j < words.size(); ++j) {
        if (j + 1 == words.size() && is_last_line) {
          width -= allowance;
        }
        // The size of the candidate is only measured exactly when it may be too large.
        std::string candidate = current + std::string(words[j]);
        current_size = size(candidate);
        charge_steps(interpreter_, 1);
        if (current_size <= width) {
          current = std::move(candidate);
          continue;
        }
        if (!current.empty()) {
          chunks.push_back(repr_text(current));
        }
        current = words[j];
      }
      if (!current.empty()) {
        chunks.push_back(repr_text(current));
      }
    }
    if (chunks.size() == 1) {
      out_ += chunks[0];
      return;
    }
    out_ += level == 1 ? "(" : "";
    for (size_t i = 0; i < chunks.size(); ++i) {
      if (i > 0) {
        out_ += '\n';
        out_.append(static_cast<size_t>(indent), ' ');
      }
      out_ += chunks[i];
    }
    out_ += level == 1 ? ")" : "";
  }

  Interpreter& interpreter_;
  std::vector<const HeapCell*> open_;
};

}  // namespace

std::string pretty_text(Interpreter& interpreter, const Value& value) {
  PrettyPrinter printer(interpreter);
  printer.write(value, 0, 0, 0);
  return std::move(printer.out_);
}

}  // namespace weft::jinja
