// init: makes a new project.
#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "cli/commands.h"

namespace weft::cli {
namespace {

int fail(Session& session, diag::Code code, std::string message, std::string hint = "") {
  diag::Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return session.fail(diagnostic);
}

void say(Session& session, std::string text) {
  session.log.write({"DebugCmdOut", "Z047", Level::Info, std::move(text), {}, true});
}

bool is_valid_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9'))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

struct StarterFile {
  std::string_view path;
  /// NAME stands for the project's name.
  std::string_view text;
};

constexpr StarterFile kStarter[] = {
    {"dbt_project.yml", R"(name: NAME
version: '1.0'
profile: PROFILE

models:
  NAME:
    staging:
      +materialized: view
    marts:
      +materialized: table
)"},
    {"profiles.yml",
     R"(# Where the project is built. `embedded` is a private PostgreSQL that weft starts itself; `server` shows one of
# your own: set target to it, or give --target server.
NAME:
  target: embedded
  outputs:
    embedded:
      type: postgres
      embedded: true
      schema: analytics
      threads: 4
    server:
      type: postgres
      host: localhost
      port: 5432
      user: "{{ env_var('PGUSER', 'postgres') }}"
      password: "{{ env_var('PGPASSWORD', '') }}"
      dbname: analytics
      schema: analytics
      threads: 4
)"},
    {"seeds/raw_orders.csv", R"(order_id,customer,amount_cents,ordered_on
1,Ada,1250,2024-01-03
2,Grace,990,2024-01-04
3,Ada,4300,2024-02-11
)"},
    {"models/staging/stg_orders.sql", R"(select
  order_id,
  customer,
  amount_cents / 100.0 as amount,
  ordered_on
from {{ ref('raw_orders') }}
)"},
    {"models/marts/customers.sql", R"(select
  customer,
  count(*) as orders,
  sum(amount) as total
from {{ ref('stg_orders') }}
group by customer
)"},
    {"models/schema.yml", R"(version: 2

models:
  - name: stg_orders
    description: One row an order, amounts in whole currency.
    columns:
      - name: order_id
        data_tests: [unique, not_null]
  - name: customers
    description: One row a customer.
    columns:
      - name: customer
        data_tests: [unique, not_null]
)"},
    {".gitignore", "target/\nlogs/\ndbt_packages/\n.weft/\n.env\n"},
};

/// Whether the profiles.yml in force has the profile.
bool has_profile(Session& session, const std::string& name) {
  config::ProfileRequest request = session.profile_request();
  request.profile_name = name;
  config::RenderContext context = session.render_context();
  context.secrets_allowed = true;
  diag::Sink ignored;
  diag::Result<config::Profile> found =
      config::load_profile(request, context, session.sources, ignored);
  return found || found.error().code != diag::Code::ProfileMissing;
}

/// `init` without a name, in a project: dbt would ask for a profile; nothing else is needed.
int init_existing(Session& session) {
  const base::Data* given = session.line.values.find("project_dir");
  diag::Result<std::string> root =
      config::find_project_root(session.env, given == nullptr ? "" : python_str(*given));
  if (!root) {
    return fail(session, diag::Code::Usage, "init needs a name for the project",
                "for example: weft init shop");
  }
  if (session.line.values.contains("profile")) {
    return fail(session, diag::Code::FlagInvalid,
                "Can not init existing project with specified profile, edit dbt_project.yml "
                "instead");
  }
  say(session,
      fmt::format("`{}` holds a project already; its profile stands in profiles.yml", *root));
  return kSuccess;
}

}  // namespace

int cmd_init(Session& session) {
  std::string name = session.line.arguments.empty() ? "" : session.line.arguments.front();
  if (name.empty())
    return init_existing(session);
  if (!is_valid_name(name)) {
    return fail(session, diag::Code::Usage, fmt::format("`{}` cannot be a project's name", name),
                "use letters, digits and underscores, a letter first");
  }
  std::string root = base::join_path(session.env.working_directory, name);
  if (session.env.files.exists(root)) {
    return fail(session, diag::Code::Usage, fmt::format("`{}` exists already", name),
                "choose another name, or remove it");
  }
  const base::Data* profile = session.line.values.find("profile");
  std::string profile_name = profile == nullptr ? name : python_str(*profile);
  if (profile != nullptr && !has_profile(session, profile_name)) {
    return fail(session, diag::Code::ProfileMissing,
                fmt::format("Could not find profile named '{}'", profile_name));
  }
  bool brings_profile = profile == nullptr && !session.line.is_on("skip_profile_setup");
  for (const StarterFile& file : kStarter) {
    if (file.path == "profiles.yml" && !brings_profile)
      continue;
    std::string text = base::replace_all(file.text, "PROFILE", profile_name);
    text = base::replace_all(text, "NAME", name);
    std::optional<base::IoError> error =
        session.env.files.write(base::join_path(root, file.path), text);
    if (error) {
      return fail(session, diag::Code::FileUnwritable,
                  fmt::format("`{}/{}` cannot be written: {}", name, file.path, error->message));
    }
  }
  say(session,
      fmt::format(
          "Your new project \"{0}\" is ready.\n\n  cd {0}\n  {1} build\n  {1} docs generate\n",
          name, session.program));
  return kSuccess;
}

}  // namespace weft::cli
