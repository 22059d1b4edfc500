import type { StreamAccess } from '../../boundary/stream-access.ts';
import { ApiFailure } from '../api/api-failure.ts';
import { revived } from '../api/stream-access.ts';
import type { Clock } from '../clock.ts';
import { openConnection } from '../streams/handshake.ts';
import { forwardRequest, type OpenForward, type PodPort } from '../streams/open-forward.ts';
import { openingError, TunnelError } from '../streams/tunnel-error.ts';
import type { TunnelGate } from './tunnel-gate.ts';

export interface OpenerOptions {
  readonly gate: TunnelGate;
  readonly clock: Clock;
  /** The API server does not accept the credentials: `use` should be called again. */
  readonly unaccepted: () => void;
  /** The API server does not allow tunnels, which a person has to change. */
  readonly forbidden: (failure: ApiFailure) => void;
}

type OpenForwardStream = ReturnType<OpenForward>;

/**
 * Opens the WebSockets of tunnels in a thread without a kubeconfig: with credentials from the main thread, and no
 * faster than the gate allows. It retries what the API server cannot do now, while the caller waits.
 */
export class TunnelOpener {
  readonly #options: OpenerOptions;
  #access: StreamAccess | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(options: OpenerOptions) {
    this.#options = options;
  }

  /** Sets the credentials for new tunnels; undefined if there are none until the next call. */
  use(access: StreamAccess | undefined): void {
    this.#access = access && revived(access);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** A function that opens a tunnel to this port. */
  for(target: PodPort): OpenForward {
    return (signal) => this.#open(target, signal);
  }

  async #open(target: PodPort, signal: AbortSignal): OpenForwardStream {
    const { gate, clock } = this.#options;
    const request = forwardRequest(target, clock, signal);
    const began = clock.now();
    for (let hasRenewed = false; ; ) {
      const access = await this.#current(signal);
      await gate.enter(signal);
      const waited = clock.now() - began;
      const opened = await this.#attempt(access, request);
      if (!(opened instanceof TunnelError)) return { ...opened, waited };
      const { failure } = opened;
      // The pod is not the cause of a turn that came late.
      if (signal.aborted) throw waited * 2 > clock.now() - began ? gate.lateness() : opened;
      if (failure?.readsCredentials === true && !hasRenewed) {
        hasRenewed = true;
        await this.#renew(access, signal);
      } else if (!isForAll(opened)) {
        if (failure !== undefined && opened.code === 'ETUNNELFORBIDDEN') this.#options.forbidden(failure);
        throw opened;
      }
    }
  }

  /** @throws TunnelError if `signal` aborts before there are credentials */
  async #current(signal: AbortSignal): Promise<StreamAccess> {
    while (this.#access === undefined) {
      if (signal.aborted)
        throw new TunnelError('ETUNNELUNAVAILABLE', 'there are no credentials for the API server yet');
      await this.#change(signal);
    }
    return this.#access;
  }

  async #renew(refused: StreamAccess, signal: AbortSignal): Promise<void> {
    // Another tunnel may have asked for new ones before.
    if (this.#access !== refused) return;
    const changed = this.#change(signal);
    this.#options.unaccepted();
    await changed;
  }

  /** Resolves with the next `use`, or when `signal` aborts. */
  async #change(signal: AbortSignal): Promise<void> {
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const abort = () => resolve();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    await Promise.race([this.#changed.promise, aborted]);
    signal.removeEventListener('abort', abort);
  }

  /** The attempt leaves the gate when it fails, and otherwise when the tunnel ends. */
  async #attempt(
    access: StreamAccess,
    request: ReturnType<typeof forwardRequest>,
  ): Promise<Awaited<OpenForwardStream> | TunnelError> {
    const { gate } = this.#options;
    try {
      const stream = await openConnection(access, request);
      gate.succeeded();
      stream.connection.once('close', () => gate.ended());
      return stream;
    } catch (error) {
      const failed = openingError(error);
      if (isForAll(failed) && !request.signal.aborted) gate.refused(failed);
      else gate.left();
      return failed;
    }
  }
}

/** Whether every other caller would get the same answer now. */
function isForAll({ code }: TunnelError): boolean {
  return code === 'ETUNNELTHROTTLED' || code === 'ETUNNELUNAVAILABLE';
}
