/// Pan and zoom for both pictures: drag, wheel, pinch. Framework-free; the owner paints in `changed`.

export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface ViewportOptions {
  minimum: number;
  maximum: number;
  changed: () => void;
  /// A press that did not move.
  clicked?: (x: number, y: number, event: PointerEvent) => void;
}

export class Viewport {
  readonly view: View = { scale: 1, x: 0, y: 0 };
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private moved = 0;

  constructor(private readonly element: HTMLElement, private readonly options: ViewportOptions) {
    element.addEventListener('wheel', this.onWheel, { passive: false });
    element.addEventListener('pointerdown', this.onDown);
    element.addEventListener('pointermove', this.onMove);
    element.addEventListener('pointerup', this.onUp);
    element.addEventListener('pointercancel', this.onUp);
    element.addEventListener('click', this.onClick, true);
  }

  dispose(): void {
    this.element.removeEventListener('wheel', this.onWheel);
    this.element.removeEventListener('pointerdown', this.onDown);
    this.element.removeEventListener('pointermove', this.onMove);
    this.element.removeEventListener('pointerup', this.onUp);
    this.element.removeEventListener('pointercancel', this.onUp);
    this.element.removeEventListener('click', this.onClick, true);
  }

  get dragging(): boolean {
    return this.pointers.size > 0;
  }

  zoomAt(factor: number, x: number, y: number): void {
    const { view, options } = this;
    const scale = Math.min(options.maximum, Math.max(options.minimum, view.scale * factor));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    options.changed();
  }

  zoom(factor: number): void {
    this.zoomAt(factor, this.element.clientWidth / 2, this.element.clientHeight / 2);
  }

  pan(dx: number, dy: number): void {
    this.view.x += dx;
    this.view.y += dy;
    this.options.changed();
  }

  /// Shows the rectangle whole, no larger than `most`.
  fit(x: number, y: number, width: number, height: number, most = 1, margin = 24): void {
    const w = this.element.clientWidth;
    const h = this.element.clientHeight;
    const wanted = Math.min((w - 2 * margin) / Math.max(1, width), (h - 2 * margin) / Math.max(1, height), most);
    const scale = Math.min(this.options.maximum, Math.max(this.options.minimum, wanted));
    this.view.scale = scale;
    this.view.x = (w - width * scale) / 2 - x * scale;
    this.view.y = (h - height * scale) / 2 - y * scale;
    this.options.changed();
  }

  private place(event: MouseEvent): { x: number; y: number } {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private readonly onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, y } = this.place(event);
    const unit = event.deltaMode === 1 ? 20 : 1;
    const strength = event.ctrlKey ? 0.01 : 0.0016;
    this.zoomAt(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * unit)) * strength), x, y);
  };

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    if (this.pointers.size === 0) this.moved = 0;
    this.pointers.set(event.pointerId, this.place(event));
  };

  private readonly onMove = (event: PointerEvent): void => {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.place(event);
    this.moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (this.moved > 4 && !this.element.hasPointerCapture(event.pointerId)) this.element.setPointerCapture(event.pointerId);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (!other) {
      if (this.moved > 4) this.pan(now.x - before.x, now.y - before.y);
      return;
    }
    const apart = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    this.zoomAt(apart, (now.x + other.x) / 2, (now.y + other.y) / 2);
    this.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  };

  private readonly onUp = (event: PointerEvent): void => {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.moved <= 4 && event.type === 'pointerup') {
      const { x, y } = this.place(event);
      this.options.clicked?.(x, y, event);
    }
  };

  /// The end of a drag is no click on the link under it.
  private readonly onClick = (event: MouseEvent): void => {
    if (this.moved > 4) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}
