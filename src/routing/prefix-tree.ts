/** With many routes a request waits for memory more than for instructions, so a node is few things and small. */
interface Node<T> {
  /** The characters between the parent and here; then the first one of each child, in the order of `children`. */
  text: string;
  /** How many of `text` lie between the parent and here. */
  length: number;
  /** Serves this path and what lies below. */
  prefix: T | undefined;
  /** Serves this very path, if no prefix ends here. */
  exact: T | undefined;
  children: readonly Node<T>[];
}

const SLASH = 0x2f;
const LEAF: readonly never[] = [];

/**
 * A radix tree of paths, which all begin with a slash. Finding the longest prefix walks the path once, stops where no
 * stored path goes on, and allocates nothing, however long the path and however many the routes.
 */
export class PrefixTree<T> {
  readonly #root: Node<T> = leaf('/');
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
    let best: T | undefined;
    let node = this.#root;
    let at = 1;
    while (at < path.length) {
      if (node.prefix !== undefined) {
        const whole = path.charCodeAt(at) === SLASH || path.charCodeAt(at - 1) === SLASH;
        if (whole || !this.#wholeSegments) best = node.prefix;
      }
      const child = childOf(node, path, at);
      if (child === undefined || commonLength(child, path, at) < child.length) return best;
      at += child.length;
      node = child;
    }
    return node.prefix ?? node.exact ?? best;
  }

  /** The node of `path`, made (and edges split) where there was none. */
  #reach(path: string): Node<T> {
    let node = this.#root;
    let at = 1;
    while (at < path.length) {
      const child = childOf(node, path, at);
      if (child === undefined) {
        const end = leaf<T>(path.slice(at));
        setChildren(node, [...node.children, end]);
        return end;
      }
      const common = commonLength(child, path, at);
      node = common === child.length ? child : splitEdge(node, child, common);
      at += common;
    }
    return node;
  }

  #remove(path: string, slot: 'prefix' | 'exact'): void {
    const trail = [this.#root];
    let node = this.#root;
    for (let at = 1; at < path.length; at += node.length) {
      const child = childOf(node, path, at);
      if (child === undefined || commonLength(child, path, at) < child.length) return;
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

function leaf<T>(text: string): Node<T> {
  return { text, length: text.length, prefix: undefined, exact: undefined, children: LEAF };
}

/** The child that begins as `path` goes on at `at`. */
function childOf<T>({ text, length, children }: Node<T>, path: string, at: number): Node<T> | undefined {
  if (text.length === length) return undefined;
  const index = text.indexOf(path.charAt(at), length);
  return index < 0 ? undefined : children[index - length];
}

/** How far `path` goes on at `at` as the way to `child` does. */
function commonLength<T>({ text, length }: Node<T>, path: string, at: number): number {
  const most = Math.min(length, path.length - at);
  let common = 0;
  while (common < most && text.charCodeAt(common) === path.charCodeAt(at + common)) common++;
  return common;
}

function setChildren<T>(parent: Node<T>, children: readonly Node<T>[]): void {
  parent.children = children;
  parent.text = parent.text.slice(0, parent.length) + children.map((it) => it.text.charAt(0)).join('');
}

/** Puts a node in the middle of the edge to `child`, behind `length` of its characters. */
function splitEdge<T>(parent: Node<T>, child: Node<T>, length: number): Node<T> {
  const middle = leaf<T>(child.text.slice(0, length));
  replace(parent, child, middle);
  child.text = child.text.slice(length);
  child.length -= length;
  setChildren(middle, [child]);
  return middle;
}

/** Drops an empty node, or joins one that only leads on with its child. True when the parent has to be looked at too. */
function tidy<T>(parent: Node<T>, node: Node<T>): boolean {
  if (node.prefix !== undefined || node.exact !== undefined || node.children.length > 1) return false;
  const [child] = node.children;
  if (child === undefined) {
    setChildren(
      parent,
      parent.children.filter((it) => it !== node),
    );
    return true;
  }
  child.text = node.text.slice(0, node.length) + child.text;
  child.length += node.length;
  replace(parent, node, child);
  return false;
}

/** Both begin with the same character. */
function replace<T>(parent: Node<T>, child: Node<T>, other: Node<T>): void {
  parent.children = parent.children.map((it) => (it === child ? other : it));
}
