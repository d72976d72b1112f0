#include "jinja/lazy_dict.h"

#include <utility>

#include "jinja/cells.h"
#include "jinja/host_memory.h"

namespace weft::jinja {

Value lazy_dict(FillDict fill) {
  auto* cell = new DictCell();
  cell->fill = std::make_unique<FillDict>(std::move(fill));
  return ValueAccess::make(Kind::Dict, cell);
}

void fill_dict(DictCell& cell) {
  // Taken out first, so that the function may look at the dict itself.
  std::unique_ptr<FillDict> fill = std::move(cell.fill);
  HostMemory memory;
  Value made = (*fill)();
  cell.table = std::move(table_of(made));
}

}  // namespace weft::jinja
