// Drives a fuzz target where there is no libFuzzer: mutates the files of a corpus with the words of
// a dictionary, always in the same order for the same seed.
//
//     fuzz_render [-runs=N] [-max_total_time=SECONDS] [-seed=N] [-max_len=N] [-dict=FILE]
//                 [CORPUS FOLDER or FILE]...
//
// An input that ends the program, or takes more than kMostSeconds of it, is left in `fuzz-input`,
// to be given as FILE with -runs=0.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <sys/time.h>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::string current;
uint64_t runs = 0;
volatile std::sig_atomic_t is_stopped = 0;

/// Ends the runs as if they were done, so that they are counted and leaks are looked for.
void stop(int) { is_stopped = 1; }

void keep_input(int signal) {
  std::signal(signal, SIG_DFL);
  std::fprintf(stderr, "after %llu runs\n", static_cast<unsigned long long>(runs));
  if (std::FILE* file = std::fopen("fuzz-input", "wb")) {
    std::fwrite(current.data(), 1, current.size(), file);
    std::fclose(file);
  }
  std::raise(signal);
}

/// Processor time, as a machine with other work would else make any input too slow.
constexpr int kMostSeconds = 20;

void run(std::string input) {
  current = std::move(input);
  itimerval limit{{0, 0}, {kMostSeconds, 0}};
  setitimer(ITIMER_VIRTUAL, &limit, nullptr);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(current.data()), current.size());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The words of a libFuzzer dictionary: name="word", with \\ \" and \xHH.
std::vector<std::string> read_dictionary(const std::string& path) {
  std::vector<std::string> words;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    size_t begin = line.find('"'), end = line.rfind('"');
    if (line.empty() || line[0] == '#' || begin == end) {
      continue;
    }
    std::string word;
    for (size_t i = begin + 1; i < end; ++i) {
      if (line[i] == '\\' && i + 3 < end && line[i + 1] == 'x') {
        word += static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
        i += 3;
      } else {
        word += line[i] == '\\' ? line[++i] : line[i];
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, const std::vector<std::string>& words,
          uint64_t seed, size_t longest)
      : corpus_(corpus), words_(words), random_(seed), longest_(longest) {}

  std::string next() {
    std::string input = corpus_[below(corpus_.size())];
    for (size_t count = 1 + below(5); count > 0; --count) {
      change(input);
    }
    input.resize(std::min(input.size(), longest_));
    return input;
  }

 private:
  size_t below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void change(std::string& input) {
    size_t at = below(input.size() + 1);
    size_t length = below(std::min<size_t>(input.size() - at, 24) + 1);
    switch (below(7)) {
      case 0:
        input.insert(at, words_[below(words_.size())]);
        break;
      case 1:
        input.replace(at, length, words_[below(words_.size())]);
        break;
      case 2:
        input.erase(at, length);
        break;
      case 3:
        input.insert(below(input.size() + 1), input.substr(at, length));
        break;
      case 4: {
        const std::string& other = corpus_[below(corpus_.size())];
        input.insert(at, other.substr(below(other.size() + 1), 1 + below(60)));
        break;
      }
      case 5:
        input.insert(at, 1, static_cast<char>(random_()));
        break;
      default:
        if (at < input.size()) {
          input[at] = static_cast<char>(input[at] ^ (1 << below(7)));
        }
    }
  }

  const std::vector<std::string>& corpus_;
  const std::vector<std::string>& words_;
  std::mt19937_64 random_;
  size_t longest_;
};

struct Arguments {
  uint64_t runs = 100'000;
  int64_t seconds = 0;
  uint64_t seed = 1;
  size_t longest = 1000;
  std::vector<std::string> corpus;
  std::vector<std::string> words = {" "};
};

Arguments read_arguments(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    std::string word = words[i];
    size_t value = word.find('=') + 1;
    if (word.starts_with("-runs=")) {
      arguments.runs = std::stoull(word.substr(value));
    } else if (word.starts_with("-max_total_time=")) {
      arguments.seconds = std::stoll(word.substr(value));
    } else if (word.starts_with("-seed=")) {
      arguments.seed = std::stoull(word.substr(value));
    } else if (word.starts_with("-max_len=")) {
      arguments.longest = std::stoull(word.substr(value));
    } else if (word.starts_with("-dict=")) {
      arguments.words = read_dictionary(word.substr(value));
    } else if (std::filesystem::is_directory(word)) {
      std::vector<std::filesystem::path> paths;
      for (const auto& entry : std::filesystem::directory_iterator(word)) {
        paths.push_back(entry.path());
      }
      std::sort(paths.begin(), paths.end());
      for (const auto& path : paths) {
        arguments.corpus.push_back(read_file(path));
      }
    } else {
      arguments.corpus.push_back(read_file(word));
    }
  }
  return arguments;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments = read_arguments(count, words);
  if (arguments.corpus.empty() || arguments.words.empty()) {
    std::fprintf(stderr, "fuzz: no corpus, or an empty dictionary\n");
    return 2;
  }
  for (int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL, SIGVTALRM}) {
    std::signal(signal, keep_input);
  }
  for (const std::string& input : arguments.corpus) {
    run(input);
  }
  Mutator mutator(arguments.corpus, arguments.words, arguments.seed, arguments.longest);
  std::signal(SIGTERM, stop);
  std::signal(SIGINT, stop);
  auto begin = std::chrono::steady_clock::now();
  auto is_over = [&] {
    return arguments.seconds != 0 &&
           std::chrono::steady_clock::now() - begin > std::chrono::seconds(arguments.seconds);
  };
  while (runs < arguments.runs && !is_over() && is_stopped == 0) {
    run(mutator.next());
    ++runs;
  }
  std::printf("%llu runs\n", static_cast<unsigned long long>(runs));
  return 0;
}
