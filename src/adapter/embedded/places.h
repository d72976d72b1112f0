// Places: the folders of one project's embedded server, and the lock that makes commands take
// turns.
#pragma once

#include <string>

#include "adapter/embedded/process.h"
#include "diag/diagnostic.h"

namespace weft::adapter::embedded {

struct Places {
  /// Holds data, socket and log; usually <state>/postgres.
  std::string root;
  std::string data, socket, log;
};

/// Works out the places without making any. The root lies elsewhere (/var/lib/weft/<hash>) when
/// weft runs as root and the server's user may not enter the project; the socket lies in /tmp when
/// the project's path is too long for one.
Places places_of(const std::string& state_directory, const ServerUser& user);

/// Makes the folders, the data and socket ones for the server's user alone. Refuses a socket folder
/// in /tmp that is somebody else's.
diag::Status make_places(const Places& places, const ServerUser& user);

/// The pid in postmaster.pid, 0 when there is none or its process is not the server of this data.
int running_pid(const Places& places);
/// Removes a postmaster.pid whose number is another program's by now. The file of a dead server
/// stays: PostgreSQL needs it to see whether sessions of that server still live.
void forget_foreign_pid(const Places& places);

/// Held while one command looks at, starts or stops the server.
class StartLock {
 public:
  /// Waits for its turn.
  explicit StartLock(const std::string& state_directory);
  ~StartLock();
  StartLock(const StartLock&) = delete;
  StartLock& operator=(const StartLock&) = delete;
  bool is_held() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

diag::Diagnostic unavailable(std::string message, std::string hint = {});

}  // namespace weft::adapter::embedded
