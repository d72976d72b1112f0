// Contexts and captured registers: what outlives a single call, and the collection of their cycles.
//
// A macro sees the variables of the code around it, and those variables hold the macro. Both sides
// count references; what is reachable only from within such a circle is found by trial deletion
// when a render ends.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "jinja/code.h"
#include "jinja/value.h"

namespace weft::jinja {

class Names;
class Collector;

/// A counted thing that can be part of a circle.
class Node {
 public:
  explicit Node(Collector& collector);
  virtual ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) {
      delete this;
    }
  }
  uint32_t references() const { return references_; }
  /// The values that it holds.
  virtual void values(std::vector<const Value*>& out) const = 0;
  /// The nodes that it holds.
  virtual void nodes(std::vector<Node*>& out) const = 0;
  /// Lets go of all values.
  virtual void clear() = 0;

 private:
  friend class Collector;
  /// Null once the interpreter is gone.
  Collector* collector_;
  Node* previous_ = nullptr;
  Node* next_ = nullptr;
  uint32_t references_ = 0;
};

template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* node) : node_(node) {
    if (node_) {
      node_->retain();
    }
  }
  Ref(const Ref& other) : Ref(other.node_) {}
  Ref(Ref&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Ref() {
    if (node_) {
      node_->release();
    }
  }
  T* get() const { return node_; }
  T* operator->() const { return node_; }
  T& operator*() const { return *node_; }
  explicit operator bool() const { return node_ != nullptr; }

 private:
  T* node_ = nullptr;
};

/// All nodes of an interpreter.
class Collector {
 public:
  Collector() = default;
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  bool has_nodes() const { return first_ != nullptr; }
  /// Frees circles that nothing outside holds. Costs as much as there are nodes; call it when no
  /// code runs. Does nothing until there are more nodes than survived the last time.
  void collect();
  /// Lets every node go of its values, at the end of the interpreter.
  void clear_all();

 private:
  friend class Node;
  Node* first_ = nullptr;
  size_t count_ = 0;
  size_t survivors_ = 0;
};

/// A variable that `set`, `macro` and `import` leave at the top of a template.
struct ContextVariable {
  std::string_view name;
  Value value;
  bool is_exported = false;
};

struct BlockEntry {
  const Function* function = nullptr;
};

/// What a template sees beside its own variables.
class Context final : public Node {
 public:
  Context(Collector& collector, const TemplateCode& code) : Node(collector), code_(&code) {}

  const TemplateCode& code() const { return *code_; }
  const Value* find(std::string_view name) const;
  ContextVariable& variable(std::string_view name);
  const std::vector<ContextVariable>& variables() const { return variables_; }
  /// Blocks of a name, the most derived first; null when there are none.
  std::vector<BlockEntry>* blocks(std::string_view name);
  void add_blocks(const TemplateCode& code);
  void copy_blocks(const Context& other) { blocks_ = other.blocks_; }

  void values(std::vector<const Value*>& out) const override;
  void nodes(std::vector<Node*>& out) const override;
  void clear() override;

  /// Where names that are not found here are looked for.
  Ref<Context> outer;
  Names* names = nullptr;
  bool escapes = false;

 private:
  static constexpr size_t kLinear = 16;
  /// The number of variables when there is none of this name.
  size_t position(std::string_view name) const;

  const TemplateCode* code_;
  std::vector<ContextVariable> variables_;
  std::unordered_map<std::string_view, size_t> index_;
  std::vector<std::pair<std::string_view, std::vector<BlockEntry>>> blocks_;
};

/// The registers of a call as macros inside of it see them. While the call runs they lie on the
/// machine's stack; afterwards here, when someone still holds the link.
class FrameLink final : public Node {
 public:
  explicit FrameLink(Collector& collector) : Node(collector) {}

  /// Takes the registers over from a call that ends.
  void close(uint32_t count);

  void values(std::vector<const Value*>& out) const override;
  void nodes(std::vector<Node*>& out) const override;
  void clear() override;

  Value* registers = nullptr;
  Ref<FrameLink> outer;
  Ref<Context> context;

 private:
  std::vector<Value> kept_;
};

}  // namespace weft::jinja
