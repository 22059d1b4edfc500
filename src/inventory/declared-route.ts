import type { RouteRecord } from '../boundary/delta.ts';
import type { EndpointSet, SetChange } from './endpoint-sets.ts';

/** One route on the control plane: which endpoints ask for it now, and what the workers know. */
export class DeclaredRoute {
  readonly host: string;
  readonly path: string;
  declared: EndpointSet;
  published: EndpointSet;
  /** Its path is granted, and no route of others may answer for it. */
  isFence = false;
  /** From `declared` on, what the batch that is under way changes. */
  change: SetChange | undefined;
  /** The state that the workers have; undefined when they do not know this route. */
  record: RouteRecord | undefined;

  constructor(host: string, path: string, none: EndpointSet) {
    this.host = host;
    this.path = path;
    this.declared = none;
    this.published = none;
  }
}
