import type { RouteRecord } from '../boundary/delta.ts';
import type { EndpointSet, SetChange } from './endpoint-sets.ts';

/** One route on the main thread: the endpoints that declare it now, and what the workers have. */
export class DeclaredRoute {
  readonly host: string;
  readonly path: string;
  declared: EndpointSet;
  published: EndpointSet;
  /** A fence: the path is granted, and neither a shorter path nor a wildcard of another namespace may serve it. */
  isFence = false;
  /** The changes of the current batch, starting from `declared`. */
  change: SetChange | undefined;
  /** The record that the workers have; undefined when they do not know this route. */
  record: RouteRecord | undefined;

  constructor(host: string, path: string, none: EndpointSet) {
    this.host = host;
    this.path = path;
    this.declared = none;
    this.published = none;
  }
}
