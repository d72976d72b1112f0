// docs serve: the site over HTTP on this machine. Files of the target folder's site only, GET and
// HEAD only.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "base/paths.h"
#include "base/strings.h"
#include "cli/commands.h"

namespace weft::cli {
namespace {

constexpr size_t kMaxRequest = 16 * 1024;
constexpr int kReadTimeoutMs = 5000;

/// Closes when it goes.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (descriptor_ >= 0)
      close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string_view content_type(std::string_view path) {
  std::string_view extension = base::extension_of(path);
  if (extension == ".html")
    return "text/html; charset=utf-8";
  if (extension == ".js")
    return "text/javascript; charset=utf-8";
  if (extension == ".css")
    return "text/css; charset=utf-8";
  return extension == ".json" ? "application/json" : "application/octet-stream";
}

std::string response(std::string_view status, std::string_view type, std::string_view body,
                     bool with_body) {
  std::string text = fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: "
      "nosniff\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
      status, type, body.size());
  if (with_body)
    text += body;
  return text;
}

/// Only the page, its assets and the artifacts: not compiled code, logs or anything else there.
bool is_served(std::string_view path) {
  if (path.find("..") != std::string_view::npos)
    return false;
  return path == "index.html" || path == "manifest.json" || path == "catalog.json" ||
         base::starts_with(path, "docs-assets/");
}

std::string answer(base::FileSystem& files, const std::string& target, std::string_view request,
                   const std::string& host) {
  std::vector<std::string_view> words = base::split_words(request.substr(0, request.find('\n')));
  if (words.size() < 2 || (words[0] != "GET" && words[0] != "HEAD"))
    return response("405 Method Not Allowed", "text/plain", "only GET and HEAD\n", true);
  // A page elsewhere that points its name at this machine must not read the site.
  std::string lower = base::to_lower(request);
  size_t at = lower.find("\nhost:");
  std::string_view named;
  if (at != std::string::npos) {
    size_t end = lower.find('\n', at + 1);
    named = base::trim(std::string_view(lower).substr(at + 6, end - at - 6));
    named = named.substr(0, named.rfind(':'));
  }
  if (named != "localhost" && named != "127.0.0.1" && named != host)
    return response("403 Forbidden", "text/plain", "unknown host name\n", true);
  std::string path(words[1].substr(0, words[1].find_first_of("?#")));
  path = path == "/" ? "index.html" : path.substr(std::min<size_t>(1, path.size()));
  base::IoResult<std::string> body;
  if (is_served(path))
    body = files.read(base::join_path(target, path));
  if (!body)
    return response("404 Not Found", "text/plain", "not found\n", words[0] == "GET");
  return response("200 OK", content_type(path), *body, words[0] == "GET");
}

void serve_one(int client, base::FileSystem& files, const std::string& target,
               const std::string& host) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < kMaxRequest) {
    pollfd waiting{client, POLLIN, 0};
    if (poll(&waiting, 1, kReadTimeoutMs) <= 0)
      return;
    ssize_t count = read(client, buffer, sizeof buffer);
    if (count <= 0)
      return;
    request.append(buffer, static_cast<size_t>(count));
  }
  std::string text = answer(files, target, request, host);
  std::string_view rest = text;
  while (!rest.empty()) {
    ssize_t written = send(client, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (written <= 0)
      return;
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

int fail(Session& session, std::string message, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::Usage;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return session.fail(diagnostic);
}

}  // namespace

int cmd_docs_serve(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  std::string target = base::join_path(session.project.root, session.target_path());
  if (!session.env.files.exists(base::join_path(target, "index.html")))
    return fail(session, "there is no site to serve", "run `weft docs generate` first");
  std::string host = session.flags.get_string("host");
  int64_t port = session.flags.get_int("port");
  if (port < 0 || port > 65535)
    return fail(session, fmt::format("`{}` is no port", port), "ports go from 1 to 65535");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  std::string ip = host == "localhost" ? "127.0.0.1" : host;
  if (inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1)
    return fail(session, fmt::format("`{}` is no IPv4 address", host), "try --host 127.0.0.1");
  Socket listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  int reuse = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  if (bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener.get(), 64) != 0) {
    return fail(session, fmt::format("port {} of {} cannot be used", port, host),
                "choose another one with --port");
  }
  session.log.info(fmt::format("Serving docs at http://{}:{}; press Ctrl+C to stop", host, port));
  while (!session.env.cancel.is_cancelled()) {
    pollfd waiting{listener.get(), POLLIN, 0};
    if (poll(&waiting, 1, 200) <= 0)
      continue;
    Socket client(accept(listener.get(), nullptr, nullptr));
    if (client.get() >= 0)
      serve_one(client.get(), session.env.files, target, host);
  }
  return kSuccess;
}

}  // namespace weft::cli
