import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent } from 'undici';
import { ApiSession } from './api-session.ts';
import { ApiFailure, safeMessage } from './failure.ts';
import { SourceError } from './source.ts';

/** How long a credential plugin may think. */
const CREDENTIALS_TIMEOUT = 60_000;
/** Milliseconds of silence before TCP asks whether the peer is still there, as client-go does. */
const TCP_KEEP_ALIVE_DELAY = 30_000;

export interface ApiAccess {
  /** Reads the kubeconfig; called again when the server no longer accepts what it said. */
  readonly load: () => KubeConfig;
  /** Milliseconds that the server may take to begin an answer, or to go on with one that is not a watch. */
  readonly timeout: number;
}

/** The API server of a kubeconfig: address, credentials, and what it turned out to be able to do. */
export class ApiServer {
  /** Until it turned out that this server does not know `sendInitialEvents`. */
  streamsLists = true;
  readonly #access: ApiAccess;
  #config: KubeConfig | undefined;

  constructor(access: ApiAccess) {
    this.#access = access;
  }

  /**
   * A connection with the credentials of this moment: rotated tokens, certificates and CA bundles count from the
   * next session on. Ends with `close`, or when `signal` aborts.
   *
   * @throws ApiFailure
   */
  async open(signal: AbortSignal): Promise<ApiSession> {
    const { load, timeout } = this.#access;
    try {
      this.#config ??= plainHttpAllowed(load());
      const server = this.#config.getCurrentCluster()?.server;
      if (server === undefined) throw new SourceError('the kubeconfig has no current context with a cluster');
      const context = new RequestContext(server, HttpMethod.GET);
      await within(CREDENTIALS_TIMEOUT, signal, this.#config.applySecurityAuthentication(context));
      const keepAlive = { keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_DELAY };
      const dispatcher = context.getDispatcher() ?? new Agent({ connect: keepAlive });
      return new ApiSession({ server, headers: authHeaders(context), dispatcher, timeout }, signal);
    } catch (error) {
      this.forget();
      throw new ApiFailure('credentials', `no credentials for the API server: ${safeMessage(error)}`);
    }
  }

  /** Read the kubeconfig, token file and all, again before the next session. */
  forget(): void {
    this.#config = undefined;
  }
}

/** client-node refuses `http://` unless TLS verification is off, which says nothing where there is no TLS. */
function plainHttpAllowed(config: KubeConfig): KubeConfig {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

/** A token file often ends in a newline, which no header value may. */
function authHeaders(context: RequestContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context.getHeaders()).map(([name, value]) => [name, value.trim()]),
  );
}

/** `work`, or a rejection when it takes too long or nobody waits any more. */
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
