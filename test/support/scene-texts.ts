import type { View } from 'vega';

/** A piece of text as it stands in a figure, with its box in units of the figure. */
export interface SceneText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The part of Vega's scene graph that is read here. */
interface SceneItem {
  readonly marktype?: string;
  readonly items?: readonly SceneItem[];
  readonly text?: unknown;
  readonly opacity?: number;
  readonly x?: number;
  readonly y?: number;
  readonly bounds?: { readonly x1: number; readonly x2: number; readonly y1: number; readonly y2: number };
}

/** Every visible piece of text of a figure that has been laid out. */
export function sceneTexts(view: View): SceneText[] {
  const found: SceneText[] = [];
  const { root } = view.scenegraph() as unknown as { root: SceneItem };
  const visit = (mark: SceneItem, dx: number, dy: number) => {
    for (const item of mark.items ?? []) {
      if (mark.marktype === 'text') addText(found, item, dx, dy);
      if (mark.marktype === 'group')
        for (const inner of item.items ?? []) visit(inner, dx + (item.x ?? 0), dy + (item.y ?? 0));
    }
  };
  visit(root, 0, 0);
  return found;
}

function addText(found: SceneText[], item: SceneItem, dx: number, dy: number): void {
  const text = Array.isArray(item.text) ? item.text.join(' ') : String(item.text ?? '');
  if (text === '' || item.opacity === 0 || item.bounds === undefined) return;
  const { x1, x2, y1, y2 } = item.bounds;
  found.push({ text, left: x1 + dx, right: x2 + dx, top: y1 + dy, bottom: y2 + dy });
}

/** Pairs of texts whose boxes share more than a hairline. */
export function overlaps(texts: readonly SceneText[]): string[] {
  const hairline = 0.25;
  return texts.flatMap((a, index) =>
    texts
      .slice(index + 1)
      .filter(
        (b) =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > hairline &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > hairline,
      )
      .map((b) => `"${a.text}" and "${b.text}"`),
  );
}
