import { type Agent, type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ApiServer } from '../cluster/api/api-server.ts';
import type { StreamAccess } from '../cluster/api/stream-access.ts';
import type { Clock } from '../cluster/clock.ts';
import { proxyAgent } from '../cluster/streams/proxy-agent.ts';

/**
 * Milliseconds for which podway reuses credentials. Then it reads token files again, and runs plugins whose credential
 * has expired.
 */
const CREDENTIALS_TTL = 5_000;
/** Minimum milliseconds between two readings of a kubeconfig whose credentials the API server refused. */
const RELOAD_INTERVAL = 1_000;
/**
 * Maximum number of idle connections to the API server, and maximum milliseconds of each: load balancers close idle
 * connections after a minute.
 */
const MAX_IDLE_CONNECTIONS = 64;
const IDLE_TIMEOUT = 30_000;
/** Milliseconds of silence after which TCP probes the peer. */
const TCP_KEEP_ALIVE_DELAY = 30_000;

/** The API server with the credentials of one moment. */
export interface ApiUpstream extends StreamAccess {
  /** Value of `Host` in requests to it. */
  readonly host: string;
  /** Path in the URL of the server, without a slash at its end. */
  readonly base: string;
  /** Keeps connections for later requests. */
  readonly agent: Agent;
}

/** A request that has not been sent yet. */
export interface UnsentRequest {
  readonly method: string;
  /** Path and query, relative to the path in the URL of the server. */
  readonly target: string;
  readonly fields: readonly string[];
}

/**
 * Where requests go: the credentials of a kubeconfig, and connections that podway keeps until the server, its proxy or
 * the TLS credentials change.
 */
export class ApiUpstreams {
  readonly #api: ApiServer;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #current: Promise<ApiUpstream> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reloadedAt = Number.NEGATIVE_INFINITY;
  #agent: { readonly identity: string; readonly agent: Agent } | undefined;

  constructor(api: ApiServer, clock: Clock, signal: AbortSignal) {
    this.#api = api;
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#agent?.agent.destroy());
  }

  /**
   * The API server with credentials that were requested in the last CREDENTIALS_TTL milliseconds.
   *
   * @throws ApiFailure if there are no credentials
   */
  async current(): Promise<ApiUpstream> {
    const current = this.#clock.now();
    if (this.#current === undefined || current - this.#readAt > CREDENTIALS_TTL) {
      this.#readAt = current;
      const reading = this.#read();
      this.#current = reading;
      reading.catch(() => {
        if (this.#current === reading) this.#current = undefined;
      });
    }
    return this.#current;
  }

  /**
   * The credentials to use after the server has refused `refused`; undefined if there are no newer ones.
   *
   * @throws ApiFailure
   */
  async renewed(refused: ApiUpstream): Promise<ApiUpstream | undefined> {
    const current = this.#clock.now();
    if (current - this.#reloadedAt > RELOAD_INTERVAL) {
      this.#reloadedAt = current;
      this.#api.forget();
      this.#current = undefined;
    }
    const next = await this.current();
    return credentialsOf(next) === credentialsOf(refused) ? undefined : next;
  }

  async #read(): Promise<ApiUpstream> {
    const access = await this.#api.streamAccess(this.#signal);
    const { host, pathname } = new URL(access.server);
    return { ...access, host, base: pathname.replace(/\/+$/, ''), agent: await this.#agentFor(access) };
  }

  async #agentFor(access: StreamAccess): Promise<Agent> {
    const { server, tls, proxy } = access;
    const identity = JSON.stringify([server, proxy, tls]);
    if (this.#agent?.identity === identity) return this.#agent.agent;
    closeIdle(this.#agent?.agent);
    const kept = {
      keepAlive: true,
      keepAliveMsecs: TCP_KEEP_ALIVE_DELAY,
      maxFreeSockets: MAX_IDLE_CONNECTIONS,
      timeout: IDLE_TIMEOUT,
    };
    const agent =
      (await proxyAgent(access)) ??
      (isSecure(access) ? new HttpsAgent({ ...kept, ...tls }) : new HttpAgent(kept));
    this.#agent = { identity, agent };
    return agent;
  }
}

/** Sends a head on a kept connection. The caller writes the body. */
export function sendPooled(reach: ApiUpstream, sending: UnsentRequest): ClientRequest {
  return open(reach, sending, { agent: reach.agent });
}

/**
 * Like `sendKept`, but on a separate connection that is never reused: after a refused upgrade it is unclear which bytes
 * it carries.
 */
export async function sendOnNewConnection(
  reach: ApiUpstream,
  sending: UnsentRequest,
): Promise<ClientRequest> {
  const agent = (await proxyAgent(reach)) ?? false;
  return open(reach, sending, { ...reach.tls, ALPNProtocols: ['http/1.1'], agent });
}

function open(reach: ApiUpstream, { method, target, fields }: UnsentRequest, options: object): ClientRequest {
  const { protocol, hostname, port } = new URL(reach.server);
  const request = protocol === 'https:' ? httpsRequest : httpRequest;
  const host = hostname.replace(/^\[|\]$/g, '');
  const whole = { ...options, host, method, path: reach.base + target, headers: fields, setHost: false };
  return request(port === '' ? whole : { ...whole, port });
}

function isSecure({ server }: StreamAccess): boolean {
  return server.startsWith('https:');
}

/** Closes the idle connections of an agent; connections in use continue. */
function closeIdle(agent: Agent | undefined): void {
  if (agent === undefined) return;
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const it of sockets ?? []) it.destroy();
}

function credentialsOf({ headers, tls, server }: ApiUpstream): string {
  return JSON.stringify([server, headers, tls]);
}
