#include <memory>
#include <mutex>
#include <set>

#include <archive.h>
#include <archive_entry.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include "base/hash.h"
#include "base/paths.h"
#include "base/strings.h"
#include "config/package_fetch.h"

namespace weft::config {
namespace {

using diag::Code;
using diag::Diagnostic;

constexpr size_t kMaxDownload = 256u << 20;
constexpr size_t kMaxUnpacked = 1024u << 20;
constexpr size_t kMaxEntries = 100'000;
/// A small archive may still grow this much before the ratio counts.
constexpr size_t kFreeBytes = 16u << 20;
constexpr size_t kMaxRatio = 200;

Diagnostic failed(Code code, std::string message, std::string note = {}) {
  Diagnostic d;
  d.code = code;
  d.message = std::move(message);
  d.note = std::move(note);
  return d;
}

struct Transfer {
  std::string body;
  size_t most = 0;
  const base::CancelToken* cancel = nullptr;
};

size_t take_bytes(char* bytes, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.body.size() + size * count > transfer.most)
    return 0;
  transfer.body.append(bytes, size * count);
  return size * count;
}

int watch(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(user)->cancel->is_cancelled() ? 1 : 0;
}

struct CloseCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CloseArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};

void prepare(CURL* curl, const std::string& url, bool allows_http, Transfer& transfer,
             char* message) {
  const char* protocols = allows_http ? "https,http" : "https";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "weft");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
}

class Unpacker {
 public:
  Unpacker(const std::string& packed, std::string folder, base::FileSystem& files)
      : packed_(packed), folder_(std::move(folder)), files_(files) {}

  diag::Status run() {
    std::unique_ptr<archive, CloseArchive> reader(archive_read_new());
    archive_read_support_filter_all(reader.get());
    archive_read_support_format_tar(reader.get());
    if (archive_read_open_memory(reader.get(), packed_.data(), packed_.size()) != ARCHIVE_OK)
      return broken(reader.get());
    for (;;) {
      archive_entry* entry = nullptr;
      int status = archive_read_next_header(reader.get(), &entry);
      if (status == ARCHIVE_EOF)
        return diag::Done{};
      if (status != ARCHIVE_OK)
        return broken(reader.get());
      if (auto done = unpack_entry(reader.get(), entry); !done)
        return done;
    }
  }

 private:
  static Diagnostic broken(archive* reader) {
    const char* said = archive_error_string(reader);
    return failed(Code::PackageInvalid, "the archive cannot be read", said ? said : "");
  }

  static Diagnostic refused(const std::string& name, std::string_view why) {
    return failed(Code::PackageInvalid, fmt::format("the archive holds `{}`, {}", name, why));
  }

  diag::Status unpack_entry(archive* reader, archive_entry* entry) {
    const char* raw = archive_entry_pathname_utf8(entry);
    if (!raw)
      return failed(Code::PackageInvalid, "the archive holds a name that is not UTF-8");
    std::string name = raw;
    if (++entries_ > kMaxEntries)
      return failed(Code::PackageInvalid,
                    fmt::format("the archive holds more than {} entries", kMaxEntries));
    if (base::starts_with(name, "/") || name.find('\\') != std::string::npos ||
        !base::is_inside(base::join_path("/x", name), "/x") || name.find("..") == 0 ||
        name.find("/../") != std::string::npos)
      return refused(name, "which is outside of the package");
    auto type = archive_entry_filetype(entry);
    if (archive_entry_hardlink(entry) || (type != AE_IFREG && type != AE_IFDIR))
      return refused(name, "which is neither a file nor a folder");
    std::string path = base::join_path(folder_, base::normalize_path(name));
    if (type == AE_IFDIR) {
      if (auto error = files_.make_directories(path))
        return unwritable(path, *error);
      return diag::Done{};
    }
    if (!names_.insert(base::to_lower(base::normalize_path(name))).second)
      return refused(name, "which is there twice, or in two spellings");
    return unpack_file(reader, path);
  }

  diag::Status unpack_file(archive* reader, const std::string& path) {
    std::string content;
    char buffer[65536];
    for (;;) {
      la_ssize_t got = archive_read_data(reader, buffer, sizeof buffer);
      if (got < 0)
        return broken(reader);
      if (got == 0)
        break;
      content.append(buffer, static_cast<size_t>(got));
      unpacked_ += static_cast<size_t>(got);
      if (unpacked_ > kMaxUnpacked ||
          (unpacked_ > kFreeBytes && unpacked_ / kMaxRatio > packed_.size()))
        return failed(Code::PackageInvalid, "the archive unpacks to far more than a package holds");
    }
    if (auto error = files_.write(path, content))
      return unwritable(path, *error);
    return diag::Done{};
  }

  static Diagnostic unwritable(const std::string& path, const base::IoError& error) {
    return failed(Code::FileUnwritable,
                  fmt::format("`{}` cannot be written: {}", path, error.message));
  }

  const std::string& packed_;
  std::string folder_;
  base::FileSystem& files_;
  std::set<std::string> names_;
  size_t entries_ = 0;
  size_t unpacked_ = 0;
};

/// The folder with dbt_project.yml: the unpacked one, or the only folder in it.
std::string package_folder(const std::string& folder, base::FileSystem& files) {
  if (files.exists(base::join_path(folder, "dbt_project.yml")))
    return folder;
  auto entries = files.list(folder);
  if (entries && entries->size() == 1 && (*entries)[0].is_directory)
    return base::join_path(folder, (*entries)[0].name);
  return folder;
}

}  // namespace

diag::Result<std::string> download(const std::string& url, size_t most,
                                   const base::CancelToken& cancel, bool allows_http) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
  if (!curl)
    return failed(Code::PackageFetchFailed, "the download library cannot be started");
  Transfer transfer{{}, most, &cancel};
  char message[CURL_ERROR_SIZE] = "";
  prepare(curl.get(), url, allows_http, transfer, message);
  CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK)
    return std::move(transfer.body);
  if (code == CURLE_ABORTED_BY_CALLBACK)
    return failed(Code::Interrupted, "the download was interrupted");
  return failed(Code::PackageFetchFailed, "a package cannot be downloaded",
                message[0] ? message : curl_easy_strerror(code));
}

diag::Status unpack(const std::string& archive, const std::string& folder,
                    base::FileSystem& files) {
  return Unpacker(archive, folder, files).run();
}

diag::Result<FetchedPackage> fetch_tarball(const PackageSpec& spec, const FetchContext& context) {
  base::FileSystem& files = context.env.files;
  auto at_spec = [&](Diagnostic d) {
    d.span = spec.span;
    d.note = masked(std::move(d.note), context.secrets);
    return d;
  };
  std::string url = spec.rendered_location, packed;
  if (base::starts_with(url, "https://") ||
      (context.allows_http && base::starts_with(url, "http://"))) {
    auto body = download(url, kMaxDownload, context.env.cancel, context.allows_http);
    if (!body)
      return at_spec(std::move(body.error()));
    packed = *std::move(body);
  } else if (url.find("://") == std::string::npos || base::starts_with(url, "file://")) {
    std::string path = base::starts_with(url, "file://") ? url.substr(7) : url;
    auto content = files.read(base::absolute_path(path, context.env.working_directory));
    if (!content)
      return at_spec(
          failed(Code::PackageFetchFailed, fmt::format("the tarball `{}` cannot be read: {}",
                                                       spec.location, content.error.message)));
    packed = *std::move(content);
  } else {
    Diagnostic d = failed(Code::PackageInvalid,
                          fmt::format("the tarball `{}` is not fetched over HTTPS", spec.location));
    d.hint = "use an https:// address";
    return at_spec(std::move(d));
  }
  std::string folder = base::join_path(context.downloads, base::random_uuid());
  if (auto done = unpack(packed, folder, files); !done)
    return at_spec(std::move(done.error()));
  FetchedPackage package{package_folder(folder, files), {}};
  if (!files.exists(base::join_path(package.folder, "dbt_project.yml")))
    return at_spec(failed(Code::PackageInvalid,
                          fmt::format("the tarball `{}` has no dbt_project.yml", spec.location)));
  return package;
}

}  // namespace weft::config
