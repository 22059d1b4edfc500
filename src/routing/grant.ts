import type { Standing } from './balance/standing.ts';
import type { Endpoint } from './endpoint.ts';
import type { LiveRouteOptions } from './options.ts';
import { MOST_PARTS, type Rotation } from './rotation.ts';

/**
 * Where an exchange may go: a route, or the part of it whose keys and guards let the request pass. No candidates: the pods are
 * there but none is ready (503).
 */
export class Grant {
  readonly rotation: Rotation;
  /** The cursor: place of the candidate whose turn it is, if that is still `turn`. */
  next = 0;
  /** Whose turn it is; undefined before the first one. */
  turn: Endpoint | undefined = undefined;
  /** Made when first needed. */
  standing: Standing | undefined = undefined;
  /** Made when first needed; by names of namespaces, joined by slashes, or by a mask of flavours. */
  #parts: Map<string, Grant> | undefined;

  constructor(rotation: Rotation) {
    this.rotation = rotation;
  }

  get candidates(): readonly Endpoint[] {
    return this.rotation.candidates;
  }

  get options(): LiveRouteOptions {
    return this.rotation.options;
  }

  /** Every namespace that has a pod here, ready or not: their keys decide. Sorted. */
  get namespaces(): readonly string[] {
    return this.rotation.namespaces;
  }

  /** The part of the given namespaces (sorted, some of these). */
  grantTo(namespaces: readonly string[]): Grant {
    if (namespaces.length === this.namespaces.length) return this;
    const key = namespaces.join('/');
    return this.#parts?.get(key) ?? this.#keep(key, this.rotation.part(key));
  }

  /** The same without remembering it: with a cursor of its own where there is none yet. */
  peekGrantTo(namespaces: readonly string[]): Grant {
    if (namespaces.length === this.namespaces.length) return this;
    const key = namespaces.join('/');
    return this.#parts?.get(key) ?? new Grant(this.rotation.part(key));
  }

  /** The part of the flavours in a mask. */
  flavoured(mask: number): Grant {
    const { flavours } = this.rotation;
    if (flavours === undefined || flavours.every(({ bit }) => (bit & mask) !== 0)) return this;
    const key = `#${mask}`;
    return this.#parts?.get(key) ?? this.#keep(key, this.rotation.flavoured(mask));
  }

  /** Its cursors go on where those of its predecessor stand. */
  inherit(previous: Grant): void {
    this.next = previous.next;
    this.turn = previous.turn;
    this.standing = previous.standing;
    for (const [key, grant] of previous.#parts ?? []) this.#partLike(key, previous)?.inherit(grant);
  }

  /** The part that is the same of this one as that of `key` is of another one; undefined: there is none. */
  #partLike(key: string, { rotation }: Grant): Grant | undefined {
    if (!key.startsWith('#')) {
      const isKnown = key.split('/').every((it) => this.namespaces.includes(it));
      return isKnown ? (this.#parts?.get(key) ?? this.#keep(key, this.rotation.part(key))) : undefined;
    }
    const wordsOf = (it: Rotation) => it.flavours?.map(({ guards }) => guards?.words).join('\n');
    if (wordsOf(this.rotation) !== wordsOf(rotation)) return undefined;
    return this.#keep(key, this.rotation.flavoured(Number(key.slice(1))));
  }

  #keep(key: string, rotation: Rotation): Grant {
    this.#parts ??= new Map();
    if (this.#parts.size >= MOST_PARTS) this.#parts.clear();
    const grant = new Grant(rotation);
    this.#parts.set(key, grant);
    return grant;
  }
}
