#include "jinja/context.h"

#include <algorithm>

#include "jinja/cells.h"
#include "jinja/macro.h"

namespace weft::jinja {

Node::Node(Collector& collector) : collector_(&collector) {
  next_ = collector.first_;
  if (next_) {
    next_->previous_ = this;
  }
  collector.first_ = this;
  ++collector.count_;
}

Node::~Node() {
  if (!collector_) {
    return;
  }
  (previous_ ? previous_->next_ : collector_->first_) = next_;
  if (next_) {
    next_->previous_ = previous_;
  }
  --collector_->count_;
}

namespace {

/// Trial deletion over nodes and the closures that they hold.
class Trial {
 public:
  void add(Node* node) { nodes_[node] = {node->references(), false}; }

  void subtract() {
    for (auto& [node, state] : nodes_) {
      for_each_edge(
          *node, [this](Node* held) { --nodes_[held].outside; },
          [this](const ClosureObject* closure) { count_closure(closure); });
    }
    for (auto& [closure, state] : closures_) {
      // A closure that only these nodes hold does not keep its link alive by itself.
      if (state.outside == 0) {
        --nodes_[closure->link()].outside;
      }
    }
  }

  std::vector<Node*> garbage() {
    std::vector<Node*> live;
    for (auto& [node, state] : nodes_) {
      if (state.outside > 0) {
        live.push_back(node);
      }
    }
    while (!live.empty()) {
      Node* node = live.back();
      live.pop_back();
      if (std::exchange(nodes_[node].is_live, true)) {
        continue;
      }
      for_each_edge(
          *node, [&live](Node* held) { live.push_back(held); },
          [&live](const ClosureObject* closure) { live.push_back(closure->link()); });
    }
    std::vector<Node*> dead;
    for (auto& [node, state] : nodes_) {
      if (!state.is_live) {
        dead.push_back(node);
      }
    }
    return dead;
  }

 private:
  struct State {
    uint32_t outside = 0;
    bool is_live = false;
  };

  void count_closure(const ClosureObject* closure) {
    auto [place, is_new] = closures_.try_emplace(closure);
    if (is_new) {
      place->second.outside = ValueAccess::cell_of(const_cast<ClosureObject*>(closure))->references;
    }
    --place->second.outside;
  }

  template <typename OnNode, typename OnClosure>
  void for_each_edge(const Node& node, const OnNode& on_node, const OnClosure& on_closure) {
    std::vector<Node*> nodes;
    node.nodes(nodes);
    for (Node* held : nodes) {
      on_node(held);
    }
    std::vector<const Value*> values;
    node.values(values);
    for (const Value* value : values) {
      if (const auto* closure = value->as<ClosureObject>()) {
        on_closure(closure);
      }
    }
  }

  std::unordered_map<Node*, State> nodes_;
  std::unordered_map<const ClosureObject*, State> closures_;
};

}  // namespace

Collector::~Collector() {
  clear_all();
  for (Node* node = first_; node; node = node->next_) {
    node->collector_ = nullptr;
  }
}

void Collector::clear_all() {
  std::vector<Ref<Node>> all;
  for (Node* node = first_; node; node = node->next_) {
    all.emplace_back(node);
  }
  for (const Ref<Node>& node : all) {
    node->clear();
  }
}

void Collector::collect() {
  if (count_ <= survivors_ + survivors_ / 2) {
    return;
  }
  Trial trial;
  for (Node* node = first_; node; node = node->next_) {
    trial.add(node);
  }
  trial.subtract();
  std::vector<Ref<Node>> dead;
  for (Node* node : trial.garbage()) {
    dead.emplace_back(node);
  }
  for (const Ref<Node>& node : dead) {
    node->clear();
  }
  dead.clear();
  survivors_ = count_;
}

size_t Context::position(std::string_view name) const {
  if (!index_.empty()) {
    auto place = index_.find(name);
    return place == index_.end() ? variables_.size() : place->second;
  }
  size_t i = 0;
  while (i < variables_.size() && variables_[i].name != name) {
    ++i;
  }
  return i;
}

const Value* Context::find(std::string_view name) const {
  size_t place = position(name);
  return place < variables_.size() ? &variables_[place].value : nullptr;
}

ContextVariable& Context::variable(std::string_view name) {
  size_t known = position(name);
  if (known < variables_.size()) {
    return variables_[known];
  }
  variables_.push_back({name, Value(), false});
  if (!index_.empty()) {
    index_.emplace(name, variables_.size() - 1);
  } else if (variables_.size() > kLinear) {
    for (size_t i = 0; i < variables_.size(); ++i) {
      index_.emplace(variables_[i].name, i);
    }
  }
  return variables_.back();
}

std::vector<BlockEntry>* Context::blocks(std::string_view name) {
  for (auto& [known, entries] : blocks_) {
    if (known == name) {
      return &entries;
    }
  }
  return nullptr;
}

void Context::add_blocks(const TemplateCode& code) {
  for (const BlockRef& block : code.blocks) {
    std::string_view name = code.name_text(block.name);
    std::vector<BlockEntry>* entries = blocks(name);
    if (!entries) {
      entries = &blocks_.emplace_back(name, std::vector<BlockEntry>()).second;
    }
    entries->push_back({block.function});
  }
}

void Context::values(std::vector<const Value*>& out) const {
  for (const ContextVariable& variable : variables_) {
    out.push_back(&variable.value);
  }
}

void Context::nodes(std::vector<Node*>& out) const {
  if (outer) {
    out.push_back(outer.get());
  }
}

void Context::clear() {
  std::vector<ContextVariable> variables = std::exchange(variables_, {});
  index_.clear();
  outer = Ref<Context>();
}

void FrameLink::close(uint32_t count) {
  kept_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    kept_.push_back(std::move(registers[i]));
  }
  registers = kept_.data();
}

void FrameLink::values(std::vector<const Value*>& out) const {
  for (const Value& value : kept_) {
    out.push_back(&value);
  }
}

void FrameLink::nodes(std::vector<Node*>& out) const {
  if (outer) {
    out.push_back(outer.get());
  }
  if (context) {
    out.push_back(context.get());
  }
}

void FrameLink::clear() {
  // Code that still runs with this link after its interpreter's end cannot be; registers stay
  // valid.
  std::vector<Value> values(kept_.size());
  values.swap(kept_);
  registers = kept_.data();
  outer = Ref<FrameLink>();
}

}  // namespace weft::jinja
