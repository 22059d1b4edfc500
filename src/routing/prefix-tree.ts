interface Node<T> {
  /** The characters between the parent and here. */
  label: string;
  /** By the first character code of their labels. */
  readonly children: Map<number, Node<T>>;
  /** Serves this path and what lies below. */
  prefix: T | undefined;
  /** Serves this very path, if no prefix ends here. */
  exact: T | undefined;
}

const SLASH = 0x2f;

/**
 * A radix tree of paths. Finding the longest prefix walks the path once, stops where no stored path goes on, and
 * allocates nothing, however long the path and however many the routes.
 */
export class PrefixTree<T> {
  readonly #root: Node<T> = { label: '', children: new Map(), prefix: undefined, exact: undefined };
  readonly #wholeSegments: boolean;

  /** With `wholeSegments`, `/a` serves `/a` and `/a/x` but not `/ab`; without, a prefix is a prefix. */
  constructor(wholeSegments: boolean) {
    this.#wholeSegments = wholeSegments;
  }

  /** An undefined value removes the entry. */
  setPrefix(path: string, value: T | undefined): void {
    if (value !== undefined) this.#reach(path).prefix = value;
    else this.#remove(path, 'prefix');
  }

  /** An undefined value removes the entry. */
  setExact(path: string, value: T | undefined): void {
    if (value !== undefined) this.#reach(path).exact = value;
    else this.#remove(path, 'exact');
  }

  /** What serves `path`: the entry at the path itself, else the longest prefix. */
  find(path: string): T | undefined {
    const length = path.length;
    let best: T | undefined;
    let node = this.#root;
    let at = 0;
    while (at < length) {
      const next = path.charCodeAt(at);
      if (node.prefix !== undefined) {
        if (!this.#wholeSegments || next === SLASH || path.charCodeAt(at - 1) === SLASH) best = node.prefix;
      }
      const child = node.children.get(next);
      if (child === undefined || !path.startsWith(child.label, at)) return best;
      at += child.label.length;
      node = child;
    }
    return node.prefix ?? node.exact ?? best;
  }

  /** The node of `path`, made (and edges split) where there was none. */
  #reach(path: string): Node<T> {
    let node = this.#root;
    let at = 0;
    while (at < path.length) {
      const child = node.children.get(path.charCodeAt(at));
      if (child === undefined) {
        const leaf = { label: path.slice(at), children: new Map(), prefix: undefined, exact: undefined };
        node.children.set(path.charCodeAt(at), leaf);
        return leaf;
      }
      const common = commonLength(child.label, path, at);
      node = common === child.label.length ? child : splitEdge(node, child, common);
      at += common;
    }
    return node;
  }

  #remove(path: string, slot: 'prefix' | 'exact'): void {
    const trail = [this.#root];
    let node = this.#root;
    for (let at = 0; at < path.length; at += node.label.length) {
      const child = node.children.get(path.charCodeAt(at));
      if (child === undefined || !path.startsWith(child.label, at)) return;
      trail.push(child);
      node = child;
    }
    node[slot] = undefined;
    for (let depth = trail.length - 1; depth > 0; depth--) {
      const [parent, it] = [trail[depth - 1], trail[depth]];
      if (parent === undefined || it === undefined || !tidy(parent, it)) return;
    }
  }
}

function commonLength(label: string, path: string, at: number): number {
  let length = 0;
  while (length < label.length && label.charCodeAt(length) === path.charCodeAt(at + length)) length++;
  return length;
}

/** Puts a node in the middle of the edge to `child`, after `length` characters of its label. */
function splitEdge<T>(parent: Node<T>, child: Node<T>, length: number): Node<T> {
  const first = child.label.charCodeAt(0);
  const label = child.label.slice(0, length);
  child.label = child.label.slice(length);
  const middle: Node<T> = { label, children: new Map(), prefix: undefined, exact: undefined };
  middle.children.set(child.label.charCodeAt(0), child);
  parent.children.set(first, middle);
  return middle;
}

/** Drops an empty node, or joins one that only leads on with its child. True when the parent has to be looked at too. */
function tidy<T>(parent: Node<T>, node: Node<T>): boolean {
  if (node.prefix !== undefined || node.exact !== undefined || node.children.size > 1) return false;
  const first = node.label.charCodeAt(0);
  for (const child of node.children.values()) {
    child.label = node.label + child.label;
    parent.children.set(first, child);
    return false;
  }
  parent.children.delete(first);
  return true;
}
