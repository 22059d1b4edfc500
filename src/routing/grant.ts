import type { RotationState } from './balance/standing.ts';
import type { Endpoint } from './endpoint.ts';
import type { LiveRouteOptions } from './options.ts';
import { MAX_PARTS, type Rotation } from './rotation.ts';

/**
 * The endpoints to which an exchange may go: those of a route, or the part whose keys and guards allow the request.
 * Without candidates there are pods but none is ready (503).
 */
export class Grant {
  readonly rotation: Rotation;
  /** The cursor: place of the candidate whose turn it is, if that is still `turn`. */
  next = 0;
  /** The endpoint whose turn it is; undefined before the first turn. */
  turn: Endpoint | undefined = undefined;
  /** Created when first needed. */
  rotationState: RotationState | undefined = undefined;
  /** Created when first needed. By names of namespaces, joined by slashes, or by a mask of flavours. */
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

  /** Every namespace that has a pod here, ready or not, because their keys decide. Sorted. */
  get namespaces(): readonly string[] {
    return this.rotation.namespaces;
  }

  /**
   * The part of the given namespaces.
   *
   * @param namespaces sorted, and a subset of the grant's namespaces
   */
  grantTo(namespaces: readonly string[]): Grant {
    if (namespaces.length === this.namespaces.length) return this;
    const key = namespaces.join('/');
    return this.#parts?.get(key) ?? this.#keep(key, this.rotation.part(key));
  }

  /** The same without keeping it. A part that does not exist yet gets a new cursor. */
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

  /** Continues the cursors of the previous grant. */
  inherit(previous: Grant): void {
    this.next = previous.next;
    this.turn = previous.turn;
    this.rotationState = previous.rotationState;
    for (const [key, grant] of previous.#parts ?? []) this.#partLike(key, previous)?.inherit(grant);
  }

  /** The part of this grant that corresponds to the part `key` of another grant; undefined: there is none. */
  #partLike(key: string, { rotation }: Grant): Grant | undefined {
    if (!key.startsWith('#')) {
      const isKnown = key.split('/').every((it) => this.namespaces.includes(it));
      return isKnown ? (this.#parts?.get(key) ?? this.#keep(key, this.rotation.part(key))) : undefined;
    }
    const guardsOf = (it: Rotation) => it.flavours?.map(({ guards }) => guards?.text).join('\n');
    if (guardsOf(this.rotation) !== guardsOf(rotation)) return undefined;
    return this.#keep(key, this.rotation.flavoured(Number(key.slice(1))));
  }

  #keep(key: string, rotation: Rotation): Grant {
    this.#parts ??= new Map();
    if (this.#parts.size >= MAX_PARTS) this.#parts.clear();
    const grant = new Grant(rotation);
    this.#parts.set(key, grant);
    return grant;
  }
}
