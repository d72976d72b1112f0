#include "base/files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/parallel.h"

namespace weft::base {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/weft-files-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~TemporaryFolder() { real_files().remove_all(path); }
  std::string path;
};

std::vector<std::string> names(FileSystem& files, const std::string& folder) {
  std::vector<std::string> result;
  auto entries = files.list(folder);
  REQUIRE(entries);
  for (const DirectoryEntry& entry : *entries)
    result.push_back(entry.name);
  return result;
}

/// What every file system promises.
void check_file_system(FileSystem& files, const std::string& root) {
  CHECK_FALSE(files.write(root + "/a/b/c.txt", "one"));
  CHECK(*files.read(root + "/a/b/c.txt") == "one");
  CHECK_FALSE(files.write(root + "/a/b/c.txt", "two"));
  CHECK_FALSE(files.append(root + "/a/b/c.txt", "!"));
  CHECK_FALSE(files.append(root + "/a/new/log", "x"));
  CHECK(*files.read(root + "/a/b/c.txt") == "two!");
  CHECK(files.info(root + "/a/b/c.txt")->size == 4);
  CHECK(files.info(root + "/a")->is_directory);
  CHECK_FALSE(files.exists(root + "/nothing"));
  CHECK(files.read(root + "/nothing").error.code == ENOENT);
  CHECK(files.read(root + "/nothing").error.message == "no such file or directory");
  CHECK(files.read(root + "/a").error.code == EISDIR);
  CHECK(files.write(root + "/a", "x")->code == EISDIR);
  CHECK(files.list(root + "/nothing").error.code == ENOENT);
  CHECK_FALSE(files.make_directories(root + "/a/empty/deep"));
  CHECK_FALSE(files.make_directories(root + "/a/empty/deep"));
  CHECK(names(files, root + "/a") == std::vector<std::string>{"b", "empty", "new"});
  CHECK_FALSE(files.make_symlink("a/b", root + "/link"));
  CHECK(*files.read(root + "/link/c.txt") == "two!");
  CHECK(files.info(root + "/link")->is_symlink);
  CHECK(files.info(root + "/link")->is_directory);
  CHECK(names(files, root + "/link") == std::vector<std::string>{"c.txt"});
  CHECK_FALSE(files.rename(root + "/a/b", root + "/a/moved"));
  CHECK(*files.read(root + "/a/moved/c.txt") == "two!");
  CHECK_FALSE(files.exists(root + "/link"));
  CHECK_FALSE(files.remove_all(root + "/link"));
  CHECK(files.exists(root + "/a/moved/c.txt"));
  CHECK_FALSE(files.remove_all(root + "/a"));
  CHECK_FALSE(files.remove_all(root + "/a"));
  CHECK_FALSE(files.exists(root + "/a/moved/c.txt"));
}

}  // namespace

TEST_CASE("files on the disk") {
  TemporaryFolder folder;
  check_file_system(real_files(), folder.path);
}

TEST_CASE("files in memory") {
  MemoryFiles files;
  files.make_directories("/r");
  check_file_system(files, "/r");
  MemoryFiles made({{"p/models/a.sql", "select 1"}});
  CHECK(*made.read("./p//models/a.sql") == "select 1");
  CHECK(names(made, "p") == std::vector<std::string>{"models"});
}

TEST_CASE("writing keeps links, permissions and devices, and leaves no temporary file") {
  TemporaryFolder folder;
  FileSystem& files = durable_files();
  std::string target = folder.path + "/target", link = folder.path + "/link";
  REQUIRE_FALSE(files.write(target, "old"));
  REQUIRE(::chmod(target.c_str(), 0600) == 0);
  REQUIRE_FALSE(files.make_symlink("target", link));
  CHECK_FALSE(files.write(link, "new"));
  CHECK(files.info(link)->is_symlink);
  CHECK(*files.read(target) == "new");
  struct stat status {};
  REQUIRE(::stat(target.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK_FALSE(files.write("/dev/null", "gone"));
  CHECK(names(files, folder.path) == std::vector<std::string>{"link", "target"});
  CHECK(files.write(std::string("/tmp/x\0y", 8), "")->code == EINVAL);
}

TEST_CASE("an open file stays what it was") {
  TemporaryFolder folder;
  MemoryFiles memory;
  for (FileSystem* files : {&real_files(), static_cast<FileSystem*>(&memory)}) {
    std::string path = folder.path + "/parts";
    REQUIRE_FALSE(files->write(path, "0123456789"));
    std::unique_ptr<OpenFile> file = files->open(path);
    REQUIRE(file != nullptr);
    CHECK(file->info().size == 10);
    CHECK(file->info().modified_ns == files->info(path)->modified_ns);
    REQUIRE_FALSE(files->write(path, "another"));
    std::string part(4, ' ');
    CHECK(file->read_at(3, part.data(), part.size()));
    CHECK(part == "3456");
    CHECK_FALSE(file->read_at(7, part.data(), part.size()));
    CHECK_FALSE(file->read_at(11, part.data(), 1));
    CHECK(files->open(folder.path) == nullptr);
    CHECK(files->open(folder.path + "/nothing") == nullptr);
  }
}

TEST_CASE("what is no file is refused at once") {
  TemporaryFolder folder;
  FileSystem& files = real_files();
  std::string pipe = folder.path + "/pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(files.read(pipe).error.message == "is a pipe that nobody writes to");
  CHECK(files.append(pipe, "x")->code == ENXIO);
  CHECK(files.read("/dev/zero").error.message == "is a device");
  CHECK(files.read("/dev/null")->empty());
  std::string vast = folder.path + "/vast";
  REQUIRE_FALSE(files.write(vast, ""));
  REQUIRE(::truncate(vast.c_str(), off_t{1} << 40) == 0);
  CHECK(files.read(vast).error.code == EFBIG);
}

TEST_CASE("a pipe is read once somebody writes to it") {
  TemporaryFolder folder;
  std::string pipe = folder.path + "/pipe", text(200'000, 'a');
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  int other_end = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(other_end >= 0);
  size_t written = 0;
  std::thread writer([&] {
    while (written < text.size())
      written += static_cast<size_t>(
          std::max<ssize_t>(::write(other_end, text.data() + written, text.size() - written), 0));
    ::close(other_end);
  });
  IoResult<std::string> content = real_files().read(pipe);
  writer.join();
  REQUIRE(content);
  CHECK(*content == text);
}

TEST_CASE("names may be as long as the disk allows and no longer") {
  TemporaryFolder folder;
  FileSystem& files = real_files();
  std::string longest = folder.path + "/" + std::string(255, 'x');
  CHECK_FALSE(files.write(longest, "1"));
  CHECK_FALSE(files.write(longest, "2"));
  CHECK(*files.read(longest) == "2");
  CHECK(files.make_directories(longest + "x")->code == ENAMETOOLONG);
  CHECK(files.write(longest + "x/y", "")->code == ENAMETOOLONG);
}

TEST_CASE("readers see a file whole while it is replaced") {
  TemporaryFolder folder;
  std::string path = folder.path + "/file";
  std::string one(100'000, 'a'), two(150'000, 'b');
  REQUIRE_FALSE(real_files().write(path, one));
  std::atomic<int> torn{0};
  parallel_for(200, 4, [&](size_t, size_t i) {
    if (i % 2 == 0) {
      if (real_files().write(path, i % 4 == 0 ? one : two))
        ++torn;
    } else {
      auto content = real_files().read(path);
      if (!content || (*content != one && *content != two))
        ++torn;
    }
  });
  CHECK(torn == 0);
}

TEST_CASE("a loop over threads runs each index once") {
  std::vector<std::atomic<int>> seen(1000);
  parallel_for(seen.size(), 3, [&](size_t worker, size_t i) {
    if (worker < 3)
      ++seen[i];
  });
  for (const auto& count : seen)
    CHECK(count == 1);
  parallel_for(0, 3, [&](size_t, size_t) { FAIL("nothing to do"); });
}

}  // namespace weft::base
