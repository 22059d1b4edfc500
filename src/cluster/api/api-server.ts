import { isDeepStrictEqual } from 'node:util';
import { HttpMethod, KubeConfig, RequestContext } from './kubeconfig/client-node.ts';
import { Agent } from 'undici';
import { ApiSession } from './api-session.ts';
import { ApiFailure, safeMessage } from './api-failure.ts';
import type { Impersonation } from './kubeconfig/impersonation.ts';
import type { KubeconfigUser } from './kubeconfig/load-kubeconfig.ts';
import { SourceError } from '../source.ts';
import { applyTo, type StreamAccess } from './stream-access.ts';

/** Maximum milliseconds that a credential plugin may take. */
const CREDENTIALS_TIMEOUT = 60_000;
/** Milliseconds of silence before TCP probes the peer, as in client-go. */
const TCP_KEEP_ALIVE_DELAY = 30_000;

export interface ApiAccess {
  /** Reads the kubeconfig; called again when the server no longer accepts its credentials. */
  readonly load: () => KubeConfig;
  /** Milliseconds that the server has to begin an answer, or to continue one that is not a watch. */
  readonly timeout: number;
  /** The cluster that the kubeconfig must name, for requests besides a stream; undefined accepts any. */
  readonly sameAs?: () => string | undefined;
}

/** The API server of a kubeconfig: address, credentials, and what podway has learned about its features. */
export class ApiServer {
  /** False once this server turns out not to support `sendInitialEvents`. */
  streamsLists = true;
  readonly #access: ApiAccess;
  #config: KubeConfig | undefined;
  /** The cluster of the kubeconfig that was read last. */
  #origin: string | undefined;
  /** Aborts when a kubeconfig names another server, and ends all sessions with this one. */
  #serverAbort = new AbortController();
  /** The cluster of which a resource was listed last, by the resource's name. */
  readonly #listed = new Map<string, string>();
  #changed = Promise.withResolvers<void>();
  /** The result of the last `streamAccess`. */
  #streamAccess: StreamAccess | undefined;

  constructor(access: ApiAccess) {
    this.#access = access;
  }

  /**
   * A session with the credentials of this moment: rotated tokens, certificates and CA bundles apply from the next
   * session on. It ends with `close`, or when `signal` aborts.
   *
   * @throws ApiFailure
   */
  async open(signal: AbortSignal): Promise<ApiSession> {
    return this.#withCredentials(async (config, server) => {
      const context = new RequestContext(server, HttpMethod.GET);
      await within(CREDENTIALS_TIMEOUT, signal, config.applySecurityAuthentication(context));
      const keepAlive = { keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_DELAY };
      const dispatcher = context.getDispatcher() ?? new Agent({ connect: keepAlive });
      const headers = { ...trimmed(context.getHeaders()), ...impersonationOf(config) };
      const { timeout } = this.#access;
      const origin = originOf(config);
      const both = AbortSignal.any([signal, this.#serverAbort.signal]);
      return new ApiSession({ server, origin, headers, dispatcher, timeout }, both);
    });
  }

  /**
   * The same credentials for a WebSocket, which may outlive them: they serve only for its handshake. While they do not
   * change, the result is the same object, by which connections recognize what they may share.
   *
   * @throws ApiFailure
   */
  async streamAccess(signal: AbortSignal): Promise<StreamAccess> {
    const access = await this.#withCredentials(async (config, server) => {
      const { tls, headers } = await within(CREDENTIALS_TIMEOUT, signal, applyTo(config));
      return {
        server,
        tls,
        headers: { ...trimmed(headers), ...impersonationOf(config) },
        proxy: config.getCurrentCluster()?.proxyUrl,
        timeout: this.#access.timeout,
      };
    });
    if (!isDeepStrictEqual(access, this.#streamAccess)) this.#streamAccess = access;
    return this.#streamAccess ?? access;
  }

  /** Makes the next session read the kubeconfig again, including a token file. */
  forget(): void {
    this.#config = undefined;
  }

  /** Takes note of a failure: after some of them podway has to read the kubeconfig again before the next session. */
  failed(failure: ApiFailure): void {
    if (failure.readsCredentials) this.forget();
    else if (failure.reason === 'unreachable') this.#reconsider();
  }

  /** The cluster of the kubeconfig that was read last; undefined before the first reading. */
  get origin(): string | undefined {
    return this.#origin;
  }

  /** Call it when a resource of this cluster has been listed and delivered. */
  listed(resource: string, origin: string): void {
    this.#listed.set(resource, origin);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /**
   * Resolves with true when a resource of this cluster has been listed; with false when the kubeconfig names another
   * cluster, or `signal` aborts.
   */
  async whenListed(resource: string, origin: string, signal: AbortSignal): Promise<boolean> {
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    signal.addEventListener('abort', stop);
    while (this.#listed.get(resource) !== origin && this.#origin === origin && !signal.aborted) {
      await Promise.race([this.#changed.promise, aborted.promise]);
    }
    signal.removeEventListener('abort', stop);
    return this.#origin === origin && !signal.aborted;
  }

  /** The server cannot be reached: the kubeconfig may name another one by now. Otherwise the credentials stay. */
  #reconsider(): void {
    try {
      const config = this.#access.load();
      if (this.#config !== undefined && !sameCluster(config, this.#config)) this.#read(config);
    } catch {
      // A kubeconfig that cannot be read now shows nothing new.
    }
  }

  async #withCredentials<T>(use: (config: KubeConfig, server: string) => Promise<T>): Promise<T> {
    const { load, sameAs } = this.#access;
    try {
      const expected = sameAs?.();
      if (expected !== undefined && expected !== this.#origin) this.forget();
      const config = this.#config ?? this.#read(load());
      if (expected !== undefined && expected !== this.#origin)
        throw new SourceError('the kubeconfig names two API servers in turn');
      const server = config.getCurrentCluster()?.server;
      if (server === undefined) throw new SourceError('the kubeconfig has no current context with a cluster');
      return await use(config, server);
    } catch (error) {
      this.forget();
      throw new ApiFailure('credentials', `no credentials for the API server: ${safeMessage(error)}`);
    }
  }

  #read(config: KubeConfig): KubeConfig {
    const origin = originOf(config);
    if (this.#origin !== undefined && origin !== this.#origin) {
      this.streamsLists = true;
      this.#serverAbort.abort();
      this.#serverAbort = new AbortController();
    }
    this.#origin = origin;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return (this.#config = plainHttpAllowed(config));
  }
}

/**
 * What identifies a cluster: versions of objects can be compared only within one. A cluster stays the same when its
 * certificate authority is replaced.
 */
function originOf(config: KubeConfig): string {
  return config.getCurrentCluster()?.server ?? '';
}

function sameCluster(one: KubeConfig, other: KubeConfig): boolean {
  const [a, b] = [one, other].map((it) => it.getCurrentCluster());
  return (
    a?.server === b?.server &&
    a?.caData === b?.caData &&
    a?.caFile === b?.caFile &&
    a?.proxyUrl === b?.proxyUrl
  );
}

function impersonationOf(config: KubeConfig): Impersonation {
  const user: KubeconfigUser | null = config.getCurrentUser();
  return user?.impersonation ?? {};
}

/** client-node refuses `http://` unless TLS verification is off, which means nothing without TLS. */
function plainHttpAllowed(config: KubeConfig): KubeConfig {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

/** A token file often ends in a newline, which a header value must not contain. */
function trimmed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trim()]));
}

/** Settles as `work` does, or rejects after `limit` milliseconds or when `signal` aborts. */
async function within<T>(limit: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new Error('aborted'));
  const timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1000} s`)), limit);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
