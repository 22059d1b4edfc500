import type { Endpoint } from './endpoint.ts';
import type { Rotation } from './rotation.ts';

/** Where an authorised exchange may go. No candidates: the pods are there but none is ready (503). */
export class Grant {
  readonly rotation: Rotation;
  /** The round-robin cursor: place of the candidate whose turn it is, if that is still `turn`. */
  next = 0;
  /** Whose turn it is; undefined before the first one. */
  turn: Endpoint | undefined = undefined;

  constructor(rotation: Rotation) {
    this.rotation = rotation;
  }

  get candidates(): readonly Endpoint[] {
    return this.rotation.candidates;
  }
}
