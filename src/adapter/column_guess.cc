#include "adapter/column_guess.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>

#include "adapter/python_text.h"
#include "adapter/temporal.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

/// Digits that Python's decimal arithmetic keeps; agate counts fractions within them.
constexpr int64_t kPrecision = 28;
/// From here on a number may be too large for a float.
constexpr int64_t kFloatPlaces = 309;

std::string without_commas(std::string_view value) {
  std::string out(value);
  std::erase(out, ',');
  return out;
}

/// Boolean's own test for null drops commas first.
bool is_boolean_or_null(std::string_view value) {
  bool ignored = false;
  return parse_agate_boolean(value, ignored) || is_null_word(python_strip(without_commas(value)));
}

std::optional<Temporal> parse_date_time(std::string_view stripped) {
  std::optional<Temporal> t = parse_plain_date_time(stripped);
  return t ? t : parse_iso_date_time(stripped);
}

}  // namespace

bool parse_agate_boolean(std::string_view value, bool& result) {
  std::string cleaned = without_commas(value);
  std::string_view word = python_strip(cleaned);
  result = base::equal_ignoring_case(word, "true");
  return result || base::equal_ignoring_case(word, "false");
}

void ColumnGuess::look_at(std::string_view value) {
  // A text of a CSV file is never an integer for dbt, not even a blank one.
  candidates_ &= static_cast<uint8_t>(~kInteger);
  if (candidates_ == kText)
    return;
  if (is_simple_number(value)) {
    candidates_ &= kNumber | kText;
    if (candidates_ & kNumber)
      look_at_number(value);
    return;
  }
  std::string_view stripped = python_strip(value);
  if (is_null_word(stripped))
    return;
  if (candidates_ & kNumber)
    look_at_number(stripped);
  auto drop_unless = [&](uint8_t candidate, bool reads) {
    if (!reads)
      candidates_ &= static_cast<uint8_t>(~candidate);
  };
  if (candidates_ & kDate)
    drop_unless(kDate, parse_plain_date(stripped).has_value());
  if (candidates_ & kDateTime)
    drop_unless(kDateTime, parse_plain_date_time(stripped).has_value());
  if (candidates_ & kIso) {
    std::optional<Temporal> t = parse_iso_date_time(stripped);
    drop_unless(kIso, t.has_value());
    has_time_zone_ = has_time_zone_ || (t && t->offset_minutes);
  }
  if (candidates_ & kBoolean)
    drop_unless(kBoolean, is_boolean_or_null(value));
}

void ColumnGuess::look_at_number(std::string_view stripped) {
  if (is_simple_number(stripped)) {
    count_simple_places(stripped);
    return;
  }
  std::optional<Decimal> number = parse_agate_number(stripped);
  if (!number) {
    candidates_ &= static_cast<uint8_t>(~kNumber);
    return;
  }
  if (number->kind == Decimal::Kind::Finite)
    count_places(*number);
}

/// At most 18 characters, so nothing is rounded and no exponent is in the way.
void ColumnGuess::count_simple_places(std::string_view number) {
  size_t point = number.find('.');
  std::string_view whole = number.substr(0, point);
  size_t first = whole.find_first_not_of("-0");
  int64_t places = first == std::string_view::npos ? 1 : static_cast<int64_t>(whole.size() - first);
  whole_places_ = std::max(whole_places_, places);
  if (point != std::string_view::npos) {
    size_t last = number.find_last_not_of('0');
    if (last > point) {
      decimal_places_ = std::max(decimal_places_, static_cast<int64_t>(last - point));
      return;
    }
  }
  if (places >= 10) {
    std::optional<int64_t> value = base::parse_int(whole);
    exceeds_int32_ = exceeds_int32_ || !value || *value > INT32_MAX || *value < INT32_MIN;
  }
}

void ColumnGuess::count_places(const Decimal& number) {
  // agate skips what a float cannot hold.
  if (number.whole_places() >= kFloatPlaces &&
      std::isinf(std::strtod(number.str().c_str(), nullptr))) {
    exceeds_int32_ = exceeds_int64_ = true;
    return;
  }
  whole_places_ = std::max(whole_places_, number.whole_places());
  decimal_places_ = std::max(decimal_places_, number.decimal_places());
  if (number.decimal_places() > 0)
    return;
  std::optional<int64_t> whole =
      number.whole_places() <= 19 ? base::parse_int(number.plain()) : std::nullopt;
  exceeds_int64_ = exceeds_int64_ || !whole;
  exceeds_int32_ = exceeds_int32_ || !whole || *whole > INT32_MAX || *whole < INT32_MIN;
}

ColumnType ColumnGuess::type() const {
  if (candidates_ & kInteger)
    return ColumnType::Integer;
  if (candidates_ & kNumber)
    return ColumnType::Number;
  if (candidates_ & kDate)
    return ColumnType::Date;
  if (candidates_ & (kDateTime | kIso))
    return ColumnType::DateTime;
  return candidates_ & kBoolean ? ColumnType::Boolean : ColumnType::Text;
}

std::string plain_sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::Integer:
    case ColumnType::Number:
      return "integer";
    case ColumnType::Boolean:
      return "boolean";
    case ColumnType::Date:
      return "date";
    case ColumnType::DateTime:
      return "timestamp without time zone";
    case ColumnType::Time:
      return "time";
    case ColumnType::TimeDelta:
    case ColumnType::Text:
      break;
  }
  return "text";
}

std::string ColumnGuess::sql_type() const {
  if (type() != ColumnType::Number)
    return plain_sql_type(type());
  int64_t decimals = decimal_places_;
  if (whole_places_ + decimals > kPrecision)
    decimals = kPrecision - whole_places_;
  // Also true when more whole places than agate counts leave less than none for decimals.
  if (decimals != 0)
    return "float8";
  // dbt says integer here and then fails on the first number that is too large.
  return exceeds_int64_ ? "numeric" : exceeds_int32_ ? "bigint" : "integer";
}

std::vector<ColumnGuess> guesses_for(const std::vector<std::string>& names,
                                     const std::vector<std::string>& text_columns) {
  std::vector<ColumnGuess> guesses(names.size());
  std::unordered_set<std::string_view> forced(text_columns.begin(), text_columns.end());
  for (size_t i = 0; i < names.size(); ++i) {
    if (forced.contains(names[i]))
      guesses[i].force_text();
  }
  return guesses;
}

std::string long_row_message(size_t row, size_t values, size_t columns) {
  return fmt::format("row {} has {} values, the header has {} columns", row, values, columns);
}

Cell typed_cell(ColumnType type, std::string_view value) {
  Cell cell;
  std::string_view stripped = python_strip(value);
  if (is_null_word(stripped))
    return cell;
  switch (type) {
    case ColumnType::Number:
      cell.kind = Cell::Kind::Number;
      cell.text = parse_agate_number(stripped).value_or(Decimal{}).str();
      return cell;
    case ColumnType::Date:
      cell.kind = Cell::Kind::Date;
      cell.text = parse_plain_date(stripped).value_or(Temporal{}).date_text();
      return cell;
    case ColumnType::DateTime:
      cell.kind = Cell::Kind::DateTime;
      cell.text = parse_date_time(stripped).value_or(Temporal{}).date_time_text();
      return cell;
    case ColumnType::Boolean:
      // Commas alone are null to a boolean column.
      if (parse_agate_boolean(value, cell.boolean))
        cell.kind = Cell::Kind::Bool;
      return cell;
    default:
      cell.kind = Cell::Kind::Text;
      cell.text = value;
      return cell;
  }
}

}  // namespace weft::adapter
