import type { ApiRequest, Verb } from './api-request.ts';

/** What goes wrong with the next matching request. */
export type Fault =
  /** The connection is destroyed without an answer. */
  | { readonly kind: 'refuse' }
  /** No byte is ever answered. */
  | { readonly kind: 'stall' }
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Instead of a Status object, as a load balancer in front would answer. */
      readonly body?: string;
    }
  /** A body of our own with status 200. */
  | { readonly kind: 'body'; readonly text: string }
  /** The connection is reset after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** After so many bytes of the body nothing more comes, and the connection stands. */
  | { readonly kind: 'hang'; readonly after: number }
  /** The end mark of a streamed list is withheld until `bookmark()`. */
  | { readonly kind: 'no-end-mark' }
  /** The body arrives in pieces of so many bytes, each a write of its own. */
  | { readonly kind: 'split'; readonly bytes: number };

export interface FaultTarget {
  readonly resource?: string;
  readonly verb?: Verb;
  /** Only pages after the first. */
  readonly continued?: boolean;
  /** With `verb: 'watch'`: streamed lists instead of ordinary watches. */
  readonly streamed?: boolean;
  /** How many requests that match pass before; none by default. */
  readonly after?: number;
  /** How many requests; once by default. */
  readonly times?: number;
}

interface Planned {
  readonly target: FaultTarget;
  readonly fault: Fault;
  passing: number;
  left: number;
}

/** The script of what goes wrong, in the order it was written. */
export class FaultScript {
  #planned: Planned[] = [];

  plan(target: FaultTarget, fault: Fault): void {
    this.#planned.push({ target, fault, passing: target.after ?? 0, left: target.times ?? 1 });
  }

  clear(): void {
    this.#planned = [];
  }

  take(request: ApiRequest): Fault | undefined {
    const continued = request.query.has('continue');
    const streamed = request.query.has('sendInitialEvents');
    const found = this.#planned.find(
      ({ target }) =>
        (target.resource === undefined || target.resource === request.resource) &&
        (target.verb === undefined || target.verb === request.verb) &&
        (target.verb !== 'watch' || (target.streamed ?? false) === streamed) &&
        (target.continued === undefined || target.continued === continued),
    );
    if (found !== undefined && --found.passing >= 0) return undefined;
    if (found !== undefined && --found.left <= 0) this.#planned = this.#planned.filter((it) => it !== found);
    return found?.fault;
  }
}
