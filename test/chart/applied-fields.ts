type Tree = Record<string, unknown>;

interface Application {
  readonly object: Tree;
  readonly force: boolean;
}

/**
 * Who applied which fields of one object: server-side apply as far as a chart needs it. A list is one field, a null is a
 * value. Who leaves out what it applied before takes it away, unless somebody else has it as well.
 */
export class AppliedFields {
  readonly #owned = new Map<string, ReadonlySet<string>>();

  /** The object after the application; or a conflict. */
  apply(manager: string, live: Tree, { object, force }: Application): Tree | string {
    const fields = new Map(leaves(object));
    const next = structuredClone(live);
    for (const [other, owned] of this.#owned) {
      if (other === manager) continue;
      const disputed = [...owned].filter((it) => fields.has(it) && !same(at(live, it), fields.get(it)));
      if (disputed.length > 0 && !force) return `conflict with "${other}": ${disputed.join()}`;
      this.#owned.set(other, new Set([...owned].filter((it) => !disputed.includes(it))));
    }
    for (const path of this.#owned.get(manager) ?? []) {
      if (!fields.has(path) && !this.#isOwnedByAnother(manager, path)) remove(next, path);
    }
    this.#owned.set(manager, new Set(fields.keys()));
    return overlay(next, object);
  }

  /** An update makes a field its own and nobody else's. */
  take(manager: string, path: string): void {
    for (const [other, owned] of this.#owned)
      this.#owned.set(other, new Set([...owned].filter((it) => it !== path)));
    this.#owned.set(manager, new Set([...(this.#owned.get(manager) ?? []), path]));
  }

  #isOwnedByAnother(manager: string, path: string): boolean {
    return [...this.#owned].some(([other, owned]) => other !== manager && owned.has(path));
  }
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key of labels may have a slash, as in a JSON pointer. */
function* leaves(tree: Tree, above = ''): Generator<readonly [string, unknown]> {
  for (const [key, value] of Object.entries(tree)) {
    const path = `${above}/${key.replaceAll('/', '~1')}`;
    if (isTree(value)) yield* leaves(value, path);
    else yield [path, value];
  }
}

function keysOf(path: string): string[] {
  return path
    .slice(1)
    .split('/')
    .map((it) => it.replaceAll('~1', '/'));
}

function at(tree: Tree, path: string): unknown {
  return keysOf(path).reduce<unknown>((found, key) => (isTree(found) ? found[key] : undefined), tree);
}

function remove(tree: Tree, path: string): void {
  const keys = keysOf(path);
  const last = keys.pop() ?? '';
  const holder = keys.reduce<unknown>((found, key) => (isTree(found) ? found[key] : undefined), tree);
  if (isTree(holder)) delete holder[last];
}

function overlay(live: Tree, object: Tree): Tree {
  const result = { ...live };
  for (const [key, value] of Object.entries(object)) {
    const before = result[key];
    result[key] = isTree(value) ? overlay(isTree(before) ? before : {}, value) : value;
  }
  return result;
}
