import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiServer } from '../cluster/api/api-server.ts';
import { safeMessage } from '../cluster/api/api-failure.ts';
import type { Clock } from '../cluster/clock.ts';
import { ApiUpstreams } from './api-upstream.ts';
import { type ClientGate, foreignClient } from './client-gate.ts';
import { EarlyBytes } from './early-bytes.ts';
import { forwardRequest } from './forward-request.ts';
import {
  type UpgradeAnswer,
  upgradeAtApiServer,
  failUpgrade,
  relayAnswerToUpgrade,
  type UpgradeRequest,
} from './forward-upgrade.ts';
import { type GuardedResource, guardedResources } from './guarded-path.ts';
import { answerStatus, responseTo } from './local-answer.ts';
import { valuesOf } from './passed-fields.ts';
import { proxiedPath } from './proxied-path.ts';
import { type QueryMode, HandshakeTargets } from './handshake-targets.ts';
import { upgradeAtPod } from './tunnel-upgrade.ts';

const MAX_CONNECTIONS = 1_024;
/** Milliseconds that a client has to send a head, and that an idle connection waits for the next request. */
const HEAD_TIMEOUT = 10_000;
const KEEP_ALIVE_TIMEOUT = 60_000;
/** Protocols of the API server's streams; podway does not pass on any other `Upgrade`. */
const UPGRADES = /^(?:websocket|spdy\/3\.1)$/i;

export interface ApiProxyOptions {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly gate: ClientGate;
  readonly allowed: ReadonlySet<GuardedResource>;
  readonly passAuth: boolean;
  readonly query: QueryMode;
  /** Prefix of the paths that podway serves, `/` or for example `/k8s/`. The API server gets paths without it. */
  readonly prefix: string;
  /** Shows a text to the user; the same text only once. */
  readonly report: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Why podway does not pass on a request. */
interface Refusal {
  readonly status: 400 | 403 | 404;
  readonly message: string;
}

/** Serves the API of a cluster to programs on this machine, with the rights of a kubeconfig. */
export class ApiProxy {
  readonly server: Server;
  readonly #options: ApiProxyOptions;
  readonly #reach: ApiUpstreams;
  readonly #handshakeTargets: HandshakeTargets;
  readonly #upgraded = new Set<Duplex>();

  constructor(options: ApiProxyOptions) {
    const { api, clock, signal, query, report } = options;
    this.#options = options;
    this.#reach = new ApiUpstreams(api, clock, signal);
    this.#handshakeTargets = new HandshakeTargets({ api, clock, signal, mode: query, report });
    this.server = createServer({
      headersTimeout: HEAD_TIMEOUT,
      // Uploads and streams may take any time.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      shouldUpgradeCallback: ({ headers }) => UPGRADES.test(headers.upgrade ?? ''),
    });
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.on('request', (request, response) => void this.#serve(request, response, false));
    this.server.on('checkContinue', (request, response) => void this.#serve(request, response, true));
    this.server.on('upgrade', (request, socket, first) => void this.#upgrade(request, socket, first));
  }

  /** Stops listening and ends all connections. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): Promise<void> {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) return answerStatus(response, refusal.status, refusal.message);
    const { passAuth } = this.#options;
    const target = this.#targetOf(request);
    await forwardRequest({ request, response, target, awaitsContinue, passAuth }, this.#reach);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, first: Buffer): Promise<void> {
    this.#upgraded.add(socket);
    socket.on('close', () => this.#upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    const refusal = UPGRADES.test(request.headers.upgrade ?? '')
      ? this.#refusalOf(request)
      : ({ status: 400, message: 'expected Upgrade: websocket or SPDY/3.1' } as const);
    if (refusal !== undefined)
      return answerStatus(responseTo(request, socket), refusal.status, refusal.message);
    const upgrading = { request, socket, early: new EarlyBytes(socket, first) };
    try {
      relayAnswerToUpgrade(upgrading, await this.#answered(upgrading));
    } catch (error) {
      failUpgrade(upgrading, error);
    }
  }

  async #answered(upgrading: UpgradeRequest): Promise<UpgradeAnswer> {
    const target = this.#targetOf(upgrading.request);
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? '' : target.slice(mark + 1);
    const proxied = query === '' ? undefined : proxiedPath(path);
    const isWebSocket = /^websocket$/i.test(upgrading.request.headers.upgrade ?? '');
    if (proxied === undefined || !isWebSocket) return this.#upgradeAtApi(upgrading, target);
    const handshakeTarget = await this.#handshakeTargets.targetOf(proxied, { path, query });
    if (handshakeTarget.kind === 'api') return this.#upgradeAtApi(upgrading, handshakeTarget.target);
    try {
      const { host } = await this.#reach.current();
      return await upgradeAtPod(
        upgrading,
        { to: handshakeTarget.to, host, target: `${proxied.rest}?${query}` },
        this.#options,
      );
    } catch (error) {
      if (!this.#handshakeTargets.fallsBack || upgrading.socket.destroyed) throw error;
      this.#options.report(`a tunnel to pod ${handshakeTarget.to.pod} failed: ${safeMessage(error)}`);
      return this.#upgradeAtApi(upgrading, this.#handshakeTargets.composedTarget(proxied, { path, query }));
    }
  }

  async #upgradeAtApi(upgrading: UpgradeRequest, target: string): Promise<UpgradeAnswer> {
    return upgradeAtApiServer(upgrading, { target, passAuth: this.#options.passAuth }, this.#reach);
  }

  #refusalOf({ url = '', rawHeaders }: IncomingMessage): Refusal | undefined {
    const { gate, prefix, allowed } = this.#options;
    const foreign = foreignClient((name) => valuesOf(rawHeaders, name), gate);
    if (foreign !== undefined) return this.#refused(403, `the request is refused: ${foreign}`);
    const path = url.split('?', 1)[0] ?? '';
    if (!path.startsWith('/')) return { status: 400, message: 'the target has to begin with a slash' };
    if (!path.startsWith(prefix)) return { status: 404, message: `only ${prefix} is served` };
    const guarded = guardedResources(path.slice(prefix.length - 1));
    if (guarded === undefined)
      return {
        status: 400,
        message: 'the path has a .. segment, a bad escape, or a byte that is not allowed in a URI',
      };
    const missing = guarded.find((it) => !allowed.has(it));
    return missing === undefined
      ? undefined
      : this.#refused(403, `${missing} is not allowed (podway proxy --allow=${missing})`);
  }

  #refused(status: 403, message: string): Refusal {
    this.#options.report(message);
    return { status, message };
  }

  #targetOf({ url = '' }: IncomingMessage): string {
    return url.slice(this.#options.prefix.length - 1);
  }
}
