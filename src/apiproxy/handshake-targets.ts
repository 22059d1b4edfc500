import { missingAccess } from '../cluster/api/access-review.ts';
import { safeMessage } from '../cluster/api/api-failure.ts';
import type { PodPort } from '../cluster/streams/open-forward.ts';
import { composeQuery } from '../http1/queryargs.ts';
import { type PodPortNeeds, podPortOf } from './pod-port.ts';
import type { ProxiedPath } from './proxied-path.ts';

/** What podway does with the query of a WebSocket handshake, which the API server's proxy drops. */
export const QUERY_MODES = ['auto', 'tunnel', 'queryargs', 'off'] as const;
export type QueryMode = (typeof QUERY_MODES)[number];

/** How a handshake reaches its pod. */
export type HandshakeTarget =
  | { readonly kind: 'tunnel'; readonly to: PodPort }
  /** Through the API server, with this target. */
  | { readonly kind: 'api'; readonly target: string };

/**
 * Milliseconds for which an answer of the API server about a right counts, and maximum number of namespaces for which
 * podway keeps one.
 */
const ACCESS_REVIEW_TTL = 60_000;
const MAX_ACCESS_REVIEWS = 100;

interface AccessReview {
  readonly expiresAt: number;
  readonly isGranted: Promise<boolean>;
}

export interface HandshakeTargetsNeeds extends PodPortNeeds {
  readonly mode: QueryMode;
  /** Shows a text to the user; the same text only once. */
  readonly report: (text: string) => void;
}

/** Chooses how a handshake with a query reaches the pod or service that it names. */
export class HandshakeTargets {
  readonly #needs: HandshakeTargetsNeeds;
  readonly #accessReviews = new Map<string, AccessReview>();

  constructor(needs: HandshakeTargetsNeeds) {
    this.#needs = needs;
  }

  /** @throws ApiFailure, SourceError, Error if the mode requires a tunnel and none is possible */
  async targetOf(
    proxied: ProxiedPath,
    { path, query }: { path: string; query: string },
  ): Promise<HandshakeTarget> {
    const { mode, report } = this.#needs;
    if (mode === 'off') return { kind: 'api', target: `${path}?${query}` };
    const named = `${proxied.namespace}/${proxied.resource}/${proxied.name}`;
    if (mode !== 'queryargs') {
      const to = await this.#tunnel(proxied, named);
      if (to !== undefined) {
        report(`WebSockets with a query for ${named} go through port-forward tunnels, which keep the query`);
        return { kind: 'tunnel', to };
      }
    }
    return { kind: 'api', target: this.composedTarget(proxied, { path, query }) };
  }

  /** The target of a handshake without a tunnel: its path contains the query. */
  composedTarget(proxied: ProxiedPath, { path, query }: { path: string; query: string }): string {
    const named = `${proxied.namespace}/${proxied.resource}/${proxied.name}`;
    this.#needs.report(
      `queries of WebSockets for ${named} are sent in the path (/queryargs/...): a podway with DECOMPOSE_QUERYARGS=on restores them`,
    );
    // Characters outside visible ASCII are percent-encoded, as podway does it in targets.
    const visible = query.replaceAll(/[^!-~]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
    return composeQuery({ path, query: visible });
  }

  /** If a tunnel does not open, the handshake goes through the API server. */
  get fallsBack(): boolean {
    return this.#needs.mode === 'auto';
  }

  async #tunnel(proxied: ProxiedPath, named: string): Promise<PodPort | undefined> {
    const { report } = this.#needs;
    try {
      const obstacle = await this.#tunnelObstacle(proxied);
      if (obstacle === undefined) return await podPortOf(proxied, this.#needs);
      if (!this.fallsBack) throw new Error(`no tunnel to ${named}: ${obstacle}`);
      report(`no tunnel to ${named}: ${obstacle}`);
    } catch (error) {
      if (!this.fallsBack) throw error;
      report(`no tunnel to ${named}: ${safeMessage(error)}`);
    }
    return undefined;
  }

  /** Why a tunnel is not possible; undefined if it is. */
  async #tunnelObstacle({ namespace, secure }: ProxiedPath): Promise<string | undefined> {
    if (secure) return 'the API server would connect to it with TLS (https:)';
    return (await this.#mayForward(namespace))
      ? undefined
      : `you may not get and create pods/portforward in namespace ${namespace}`;
  }

  async #mayForward(namespace: string): Promise<boolean> {
    const now = this.#needs.clock.now();
    const known = this.#accessReviews.get(namespace);
    if (known !== undefined && known.expiresAt > now) return known.isGranted;
    const isGranted = this.#reviewAccess(namespace);
    this.#accessReviews.delete(namespace);
    this.#accessReviews.set(namespace, { expiresAt: now + ACCESS_REVIEW_TTL, isGranted });
    isGranted.catch(() => this.#accessReviews.delete(namespace));
    const [oldest = ''] = this.#accessReviews.keys();
    if (this.#accessReviews.size > MAX_ACCESS_REVIEWS) this.#accessReviews.delete(oldest);
    return isGranted;
  }

  async #reviewAccess(namespace: string): Promise<boolean> {
    const { api, signal } = this.#needs;
    const session = await api.open(signal);
    try {
      const required = ['get', 'create'].map((verb) => {
        return { verb, resource: 'pods', subresource: 'portforward', namespace, name: '' };
      });
      return (await missingAccess(session, required)) === undefined;
    } finally {
      session.close();
    }
  }
}
