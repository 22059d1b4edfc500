/** `segment`: `/a` serves `/a` and `/a/x` but not `/ab`. `prefix`: it serves `/ab`, too. */
export type PathMatch = 'segment' | 'prefix';

/** Nodes have few fields and are small: with many routes a request waits for memory more than for instructions. */
interface Node<T> {
  /**
   * The characters between the parent and this node, then the first character of each child, in the order of
   * `children`.
   */
  text: string;
  /** Number of characters of `text` between the parent and this node. */
  length: number;
  /** Serves this path and all paths below it. */
  prefix: T | undefined;
  /** Serves exactly this path, if no prefix ends here. */
  exact: T | undefined;
  children: readonly Node<T>[];
}

const SLASH = 0x2f;
const LEAF: readonly never[] = [];

/**
 * A radix tree of paths, which all begin with a slash. Finding the longest prefix reads the path once, stops where no
 * stored path continues, and allocates no memory, regardless of the length of the path and the number of routes.
 *
 * A fork is another tree of the same entries. It shares every node that neither tree has changed since.
 */
export class PrefixTree<T> {
  #root: Node<T>;
  readonly #wholeSegments: boolean;
  /** Nodes that only this tree has. */
  #own = new Set<Node<T>>();

  constructor(pathMatch: PathMatch, root?: PrefixTree<T>) {
    this.#wholeSegments = pathMatch === 'segment';
    this.#root = root === undefined ? leaf('/') : root.#root;
  }

  fork(): PrefixTree<T> {
    this.seal();
    return new PrefixTree(this.#wholeSegments ? 'segment' : 'prefix', this);
  }

  /** No more changes follow for now: releases the memory that makes consecutive changes cheaper. */
  seal(): void {
    if (this.#own.size > 0) this.#own = new Set();
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

  /** The entry of exactly this prefix. */
  prefix(path: string): T | undefined {
    return this.#nodeOf(path)?.prefix;
  }

  /** Every prefix entry. */
  *prefixes(): Generator<T, void> {
    const waiting = [this.#root];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node.prefix !== undefined) yield node.prefix;
      for (const child of node.children) waiting.push(child);
    }
  }

  /** The entry that serves `path`: the one at the path itself, else the longest prefix. */
  find(path: string): T | undefined {
    let best: T | undefined;
    let node = this.#root;
    let at = 1;
    while (at < path.length) {
      if (node.prefix !== undefined) {
        if (isBoundary(path, at) || !this.#wholeSegments) best = node.prefix;
      }
      const child = childOf(node, path, at);
      if (child === undefined || commonLength(child, path, at) < child.length) return best;
      at += child.length;
      node = child;
    }
    return node.prefix ?? node.exact ?? best;
  }

  /** All entries that match `path`, the longest first: `find` returns the first one. */
  fitting(path: string): T[] {
    const fitting: T[] = [];
    let node = this.#root;
    let at = 1;
    while (at < path.length) {
      if (node.prefix !== undefined && (!this.#wholeSegments || isBoundary(path, at)))
        fitting.unshift(node.prefix);
      const child = childOf(node, path, at);
      if (child === undefined || commonLength(child, path, at) < child.length) return fitting;
      at += child.length;
      node = child;
    }
    return [node.prefix, node.exact, ...fitting].filter((it) => it !== undefined);
  }

  /**
   * The node of `path`. It is created (and edges are split) if it does not exist. Afterwards only this tree has it and
   * the nodes above it.
   */
  #reach(path: string): Node<T> {
    let node = (this.#root = this.#owned(this.#root));
    let at = 1;
    while (at < path.length) {
      const child = childOf(node, path, at);
      if (child === undefined) {
        const end = this.#leaf(path.slice(at));
        setChildren(node, [...node.children, end]);
        return end;
      }
      const common = commonLength(child, path, at);
      const next = common === child.length ? this.#owned(child) : this.#split(child, common);
      if (next !== child) replace(node, child, next);
      node = next;
      at += common;
    }
    return node;
  }

  #remove(path: string, slot: 'prefix' | 'exact'): void {
    if (this.#nodeOf(path)?.[slot] === undefined) return;
    let node = (this.#root = this.#owned(this.#root));
    const trail = [node];
    for (let at = 1; at < path.length; at += node.length) {
      const child = childOf(node, path, at) as Node<T>;
      const next = this.#owned(child);
      if (next !== child) replace(node, child, next);
      node = next;
      trail.push(node);
    }
    node[slot] = undefined;
    for (let depth = trail.length - 1; depth > 0; depth--) {
      const [parent, it] = [trail[depth - 1], trail[depth]];
      if (parent === undefined || it === undefined || !this.#tidy(parent, it)) return;
    }
  }

  #nodeOf(path: string): Node<T> | undefined {
    let node = this.#root;
    for (let at = 1; at < path.length; at += node.length) {
      const child = childOf(node, path, at);
      if (child === undefined || commonLength(child, path, at) < child.length) return undefined;
      node = child;
    }
    return node;
  }

  #leaf(text: string): Node<T> {
    const made = leaf<T>(text);
    this.#own.add(made);
    return made;
  }

  /** The node, or a copy of it, which this tree may change. */
  #owned(node: Node<T>): Node<T> {
    if (this.#own.has(node)) return node;
    const copy = { ...node };
    this.#own.add(copy);
    return copy;
  }

  /** Inserts a node in the edge to `child`, after `length` of its characters. */
  #split(child: Node<T>, length: number): Node<T> {
    const middle = this.#leaf(child.text.slice(0, length));
    const lower = this.#owned(child);
    lower.text = lower.text.slice(length);
    lower.length -= length;
    setChildren(middle, [lower]);
    return middle;
  }

  /** Removes an empty node, or joins a node with its only child. Returns true when the parent must be checked, too. */
  #tidy(parent: Node<T>, node: Node<T>): boolean {
    if (node.prefix !== undefined || node.exact !== undefined || node.children.length > 1) return false;
    const [child] = node.children;
    if (child === undefined) {
      setChildren(
        parent,
        parent.children.filter((it) => it !== node),
      );
      return true;
    }
    const joined = this.#owned(child);
    joined.text = node.text.slice(0, node.length) + joined.text;
    joined.length += node.length;
    replace(parent, node, joined);
    return false;
  }
}

function leaf<T>(text: string): Node<T> {
  return { text, length: text.length, prefix: undefined, exact: undefined, children: LEAF };
}

/** The child that begins with the character of `path` at `at`. */
function childOf<T>({ text, length, children }: Node<T>, path: string, at: number): Node<T> | undefined {
  if (text.length === length) return undefined;
  const index = text.indexOf(path.charAt(at), length);
  return index < 0 ? undefined : children[index - length];
}

/** True when a segment ends or begins at `at`. */
function isBoundary(path: string, at: number): boolean {
  return path.charCodeAt(at) === SLASH || path.charCodeAt(at - 1) === SLASH;
}

/** Number of characters in which `path` from `at` on agrees with the edge to `child`. */
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

/** Replaces a child by a node that begins with the same character. */
function replace<T>(parent: Node<T>, child: Node<T>, other: Node<T>): void {
  parent.children = parent.children.map((it) => (it === child ? other : it));
}
