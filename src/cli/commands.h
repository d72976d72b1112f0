// The commands: each takes a session and gives the exit code. One file a command or small family.
#pragma once

#include "cli/command_line.h"
#include "cli/session.h"

namespace weft::cli {

/// cmd_run.cc: run, build, test, seed, snapshot.
int cmd_run(Session& session);
/// cmd_compile.cc
int cmd_compile(Session& session);
/// cmd_show.cc
int cmd_show(Session& session);
/// cmd_clone.cc
int cmd_clone(Session& session);
/// cmd_freshness.cc
int cmd_freshness(Session& session);
/// cmd_list.cc
int cmd_parse(Session& session);
int cmd_list(Session& session);
/// cmd_operation.cc
int cmd_run_operation(Session& session);
/// cmd_docs.cc
int cmd_docs_generate(Session& session);
/// cmd_docs_serve.cc
int cmd_docs_serve(Session& session);
/// cmd_init.cc
int cmd_init(Session& session);
/// cmd_deps.cc
int cmd_deps(Session& session);
/// cmd_clean.cc
int cmd_clean(Session& session);
/// cmd_debug.cc
int cmd_debug(Session& session);
/// cmd_retry.cc
int cmd_retry(Session& session);
/// main.cc: the command of the session's own command line.
int run_command(Session& session);
/// cmd_db.cc
int cmd_db(Session& session);

}  // namespace weft::cli
