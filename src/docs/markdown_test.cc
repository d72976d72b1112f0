#include "docs/markdown.h"

#include <catch2/catch.hpp>

namespace weft::docs {
namespace {

TEST_CASE("markdown becomes HTML") {
  CHECK(markdown_to_html("") == "");
  CHECK(markdown_to_html("a **b** `c<d`") == "<p>a <strong>b</strong> <code>c&lt;d</code></p>");
  CHECK(markdown_to_html("# t\n\n- x\n- y") == "<h1>t</h1>\n<ul><li>x</li>\n<li>y</li>\n</ul>");
  CHECK(markdown_to_html("|a|b|\n|---|---:|\n|1|2|") ==
        "<table><thead><tr><th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n"
        "<tbody><tr><td>1</td>\n<td align=\"right\">2</td>\n</tr>\n</tbody>\n</table>");
  CHECK(markdown_to_html("```sql\nselect 1 < 2\n```") ==
        "<pre><code>select 1 &lt; 2\n</code></pre>");
}

TEST_CASE("links keep only harmless targets") {
  CHECK(markdown_to_html("[x](https://a.b/?c=1&d=2)") ==
        "<p><a href=\"https://a.b/?c=1&amp;d=2\">x</a></p>");
  CHECK(markdown_to_html("[x](#/n/model.a.b)") == "<p><a href=\"#/n/model.a.b\">x</a></p>");
  CHECK(markdown_to_html("[x](javascript:alert(1))") == "<p><a>x</a></p>");
  CHECK(markdown_to_html("[x](JaVaScRiPt:alert(1))") == "<p><a>x</a></p>");
  CHECK(markdown_to_html("[x](&#106;avascript:alert(1))") == "<p><a>x</a></p>");
  CHECK(markdown_to_html("[x](data:text/html,1)") == "<p><a>x</a></p>");
  CHECK(markdown_to_html("![pic](https://evil/x.png)") == "<p>pic</p>");
  CHECK(markdown_to_html("[x](https://a\"onclick=1)").find("\"onclick") == std::string::npos);
}

TEST_CASE("raw HTML is shown, not run") {
  CHECK(markdown_to_html("</script><script>x</script>") ==
        "<p>&lt;/script&gt;&lt;script&gt;x&lt;/script&gt;</p>");
  CHECK(markdown_to_html("<img src=x onerror='y'>") == "<p>&lt;img src=x onerror='y'&gt;</p>");
  CHECK(markdown_to_html("&lt;b&gt; &copy;") == "<p>&lt;b&gt; &copy;</p>");
}

TEST_CASE("deep nesting and long texts end") {
  CHECK_FALSE(markdown_to_html(std::string(20000, '>')).empty());
  CHECK_FALSE(markdown_to_html(std::string(20000, '[')).empty());
  CHECK_FALSE(markdown_to_html(std::string(20000, '*') + "a").empty());
}

}  // namespace
}  // namespace weft::docs
