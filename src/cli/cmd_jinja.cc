#include "cli/cmd_jinja.h"

#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "diag/render.h"
#include "diag/source.h"
#include "jinja/environment.h"
#include "jinja/interpreter.h"
#include "jinja/template.h"
#include "jinja/text.h"
#include "jinja/value.h"

namespace weft::cli {
namespace {

using Json = nlohmann::ordered_json;
using jinja::Value;

int number_at(std::string_view text, size_t at, size_t size) {
  int number = 0;
  for (size_t i = at; i < at + size && i < text.size(); ++i) {
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

jinja::Date read_date(std::string_view text) {
  return {number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2)};
}

/// hh:mm[:ss[.ffffff]]; `end` is where it ends.
jinja::Time read_time(std::string_view text, size_t& end) {
  jinja::Time time{number_at(text, 0, 2), number_at(text, 3, 2), 0, 0};
  end = 5;
  if (text.size() > 5 && text[5] == ':') {
    time.second = number_at(text, 6, 2);
    end = 8;
  }
  if (text.size() > end && text[end] == '.') {
    size_t digits = 0;
    int scale = 1000000;
    for (++end; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end, ++digits) {
      scale /= 10;
      time.microsecond += (text[end] - '0') * scale;
    }
  }
  return time;
}

jinja::DateTime read_date_time(std::string_view text) {
  jinja::DateTime result;
  result.date = read_date(text);
  if (text.size() <= 11) {
    return result;
  }
  size_t end = 0;
  std::string_view rest = text.substr(11);
  result.time = read_time(rest, end);
  rest = rest.substr(std::min(end, rest.size()));
  if (rest == "Z") {
    result.utc_offset = 0;
  } else if (rest.size() >= 6) {
    int offset = number_at(rest, 1, 2) * 3600 + number_at(rest, 4, 2) * 60;
    result.utc_offset = rest[0] == '-' ? -offset : offset;
  }
  return result;
}

jinja::TimeDelta read_time_delta(double seconds) {
  constexpr int64_t kDay = 86'400'000'000;
  auto total = static_cast<int64_t>(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5));
  int64_t days = total / kDay - (total % kDay < 0 ? 1 : 0);
  return {days, total - days * kDay};
}

double read_float(const std::string& text) {
  return text == "nan" ? __builtin_nan("") : std::strtod(text.c_str(), nullptr);
}

Value read_value(const Json& json);

std::vector<Value> read_items(const Json& json) {
  std::vector<Value> items;
  for (const Json& item : json) {
    items.push_back(read_value(item));
  }
  return items;
}

/// What JSON lacks: an object with one of the contract's keys.
std::optional<Value> read_special(const std::string& key, const Json& json) {
  if (key == "__tuple__") {
    return Value::tuple(read_items(json));
  }
  if (key == "__set__") {
    return Value::set(read_items(json));
  }
  if (key == "__dict__") {
    Value dict = Value::dict();
    for (const Json& pair : json) {
      dict.set_item(read_value(pair.at(0)), read_value(pair.at(1)));
    }
    return dict;
  }
  if (key == "__timedelta__") {
    return Value::time_delta(read_time_delta(json.get<double>()));
  }
  if (!json.is_string()) {
    return std::nullopt;
  }
  const auto& text = json.get_ref<const std::string&>();
  if (key == "__int__") {
    return Value::big_integer(text);
  }
  if (key == "__float__") {
    return Value::floating(read_float(text));
  }
  if (key == "__decimal__") {
    return Value::decimal(text);
  }
  if (key == "__date__") {
    return Value::date(read_date(text));
  }
  if (key == "__time__") {
    size_t end = 0;
    return Value::time(read_time(text, end));
  }
  if (key == "__datetime__") {
    return Value::date_time(read_date_time(text));
  }
  if (key == "__markup__") {
    return Value::markup(text);
  }
  return std::nullopt;
}

Value read_value(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return Value::boolean(json.get<bool>());
    case Json::value_t::number_integer:
      return Value::integer(json.get<int64_t>());
    case Json::value_t::number_unsigned:
      return json.get<uint64_t>() > INT64_MAX ? Value::big_integer(json.dump())
                                              : Value::integer(json.get<int64_t>());
    case Json::value_t::number_float:
      return Value::floating(json.get<double>());
    case Json::value_t::string:
      return Value::string(json.get_ref<const std::string&>());
    case Json::value_t::array:
      return Value::list(read_items(json));
    case Json::value_t::object: {
      if (json.size() == 1) {
        if (std::optional<Value> special = read_special(json.begin().key(), *json.begin())) {
          return *special;
        }
      }
      Value dict = Value::dict();
      for (const auto& [key, item] : json.items()) {
        dict.set_item(key, read_value(item));
      }
      return dict;
    }
    default:
      return Value::none();
  }
}

class JsonNames final : public jinja::Names {
 public:
  explicit JsonNames(const Json& context) {
    for (const auto& [key, value] : context.items()) {
      values_.emplace(key, read_value(value));
    }
  }
  std::optional<Value> lookup(jinja::Interpreter&, std::string_view name) override {
    auto place = values_.find(std::string(name));
    return place == values_.end() ? std::nullopt : std::optional<Value>(place->second);
  }

 private:
  std::unordered_map<std::string, Value> values_;
};

jinja::UndefinedKind undefined_named(const std::string& name) {
  if (name == "strict") {
    return jinja::UndefinedKind::Strict;
  }
  if (name == "chainable") {
    return jinja::UndefinedKind::Chainable;
  }
  return name == "permissive" ? jinja::UndefinedKind::Permissive : jinja::UndefinedKind::Default;
}

void read_flags(const Json& json, jinja::Options& options) {
  auto flag = [&](const char* key, bool& to) {
    if (json.contains(key)) {
      to = json.at(key).get<bool>();
    }
  };
  flag("trim_blocks", options.trim_blocks);
  flag("lstrip_blocks", options.lstrip_blocks);
  flag("keep_trailing_newline", options.keep_trailing_newline);
  flag("autoescape", options.autoescape);
  flag("sandboxed", options.sandboxed);
  if (json.contains("extensions")) {
    options.do_extension = options.loop_controls = false;
    for (const Json& name : json.at("extensions")) {
      options.do_extension = options.do_extension || name == "do";
      options.loop_controls = options.loop_controls || name == "loopcontrols";
    }
  }
}

jinja::Options read_options(const Json& json) {
  jinja::Options options;
  read_flags(json, options);
  auto text = [&](const char* key, std::string& to) {
    if (json.contains(key) && json.at(key).is_string()) {
      to = json.at(key).get<std::string>();
    }
  };
  text("block_start_string", options.block_start);
  text("block_end_string", options.block_end);
  text("variable_start_string", options.variable_start);
  text("variable_end_string", options.variable_end);
  text("comment_start_string", options.comment_start);
  text("comment_end_string", options.comment_end);
  text("line_statement_prefix", options.line_statement_prefix);
  text("line_comment_prefix", options.line_comment_prefix);
  text("newline_sequence", options.newline_sequence);
  options.undefined = undefined_named(json.value("undefined", "default"));
  Json loader = json.value("loader", Json::object());
  options.loader = [loader](std::string_view name) -> std::optional<std::string> {
    auto place = loader.find(std::string(name));
    return place == loader.end() ? std::nullopt
                                 : std::optional<std::string>(place->get<std::string>());
  };
  return options;
}

/// A JSON string in ASCII; lone surrogates survive.
void append_json(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  auto unit = [&out](uint32_t c) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) {
      out += kDigits[c >> shift & 15];
    }
  };
  out += '"';
  for (size_t at = 0; at < text.size();) {
    auto c = static_cast<uint32_t>(jinja::next_code_point(text, at));
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c >= 0x20 && c < 0x7f) {
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xd800 + ((c - 0x10000) >> 10));
      unit(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  out += '"';
}

/// One template with all it takes to render it.
struct Case {
  diag::Sources sources;
  std::unique_ptr<jinja::Environment> environment;
  std::unique_ptr<JsonNames> names;
  std::shared_ptr<const jinja::Template> compiled;

  std::variant<jinja::Rendered, jinja::Error> render(const std::string& text, const Json& context,
                                                     const Json& options) {
    environment = std::make_unique<jinja::Environment>(read_options(options), sources);
    names = std::make_unique<JsonNames>(context);
    auto result = environment->compile(sources.add("template", text), "");
    if (auto* error = std::get_if<jinja::Error>(&result)) {
      return std::move(*error);
    }
    compiled = std::get<0>(result);
    jinja::Interpreter interpreter(*environment);
    return interpreter.render(*compiled, *names);
  }
};

void append_error(std::string& line, const jinja::Error& error) {
  line += ", \"ok\": false, \"error_type\": ";
  append_json(line, error.type);
  line += ", \"message\": ";
  append_json(line, error.message);
  line += ", \"line\": " + (error.line == 0 ? "null" : std::to_string(error.line));
  if (!error.template_name.empty()) {
    line += ", \"template\": ";
    append_json(line, error.template_name);
  }
}

std::string answer(const std::string& input) {
  std::string line = "{\"id\": ";
  try {
    Json json = Json::parse(input);
    line += json.contains("id") ? json.at("id").dump(-1, ' ', true) : "null";
    Case one;
    auto result =
        one.render(json.at("template").get<std::string>(), json.value("context", Json::object()),
                   json.value("options", Json::object()));
    if (auto* error = std::get_if<jinja::Error>(&result)) {
      append_error(line, *error);
    } else {
      line += ", \"ok\": true, \"output\": ";
      append_json(line, std::get<jinja::Rendered>(result).text);
    }
  } catch (const Json::exception& failure) {
    if (line.size() == 7) {
      line += "null";
    }
    line += ", \"ok\": false, \"error_type\": \"InvalidCase\", \"message\": ";
    append_json(line, failure.what());
    line += ", \"line\": 0";
  }
  return line + "}";
}

}  // namespace

int cmd_jinja(const JinjaArguments& arguments, std::istream& in, std::ostream& out,
              std::ostream& err) {
  if (arguments.batch) {
    std::string line;
    while (std::getline(in, line)) {
      if (!line.empty()) {
        out << answer(line) << '\n' << std::flush;
      }
    }
    return 0;
  }
  Json context = Json::object();
  if (!arguments.context.empty()) {
    context = Json::parse(arguments.context, nullptr, false);
  }
  if (!context.is_object()) {
    err << "the context is no JSON object\n";
    return 2;
  }
  // As other tools do: `-` or nothing is what comes in.
  std::string text = arguments.text;
  if (text.empty() || text == "-")
    text.assign(std::istreambuf_iterator<char>(in), {});
  Case one;
  auto result = one.render(text, context, Json::object());
  if (auto* error = std::get_if<jinja::Error>(&result)) {
    err << diag::render_text(jinja::to_diagnostic(*error), one.sources);
    return 1;
  }
  out << std::get<jinja::Rendered>(result).text;
  return 0;
}

}  // namespace weft::cli
