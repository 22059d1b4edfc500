import type { ReadInto } from '../../bytes/read-by-data.ts';
import type { TunnelFigures, TunnelResult } from '../../boundary/figures.ts';
import type { StreamAccess } from '../../boundary/stream-access.ts';
import type { TunnelCode } from '../../boundary/tunnel-codes.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { PodPort } from '../streams/open-forward.ts';
import { PortTunnel, type TunnelTraffic } from '../streams/port-tunnel.ts';
import type { TunnelError } from '../streams/tunnel-error.ts';
import { type GateLimits, TunnelGate } from './tunnel-gate.ts';
import { TunnelOpener } from './tunnel-opener.ts';

export interface PodTunnelsOptions {
  readonly settings: GateLimits & { readonly tunnelConnectTimeout: number; readonly tunnelPing: number };
  /** The system's clock by default. */
  readonly clock?: Clock;
  /** The maximum number of tunnels is open, and another one is needed. */
  readonly full: () => void;
  /** The API server does not accept the credentials: `use` should be called with new ones, or with the same. */
  readonly unaccepted: () => void;
  readonly forbidden: (failure: ApiFailure) => void;
}

/** Maximum number of openings that are measured between two reports. */
const MAX_MEASURED = 2_000;

const RESULTS: Readonly<Record<TunnelCode, TunnelResult>> = {
  EPODREFUSED: 'refused',
  EPODTIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  ETUNNELFORBIDDEN: 'forbidden',
  ETUNNELTHROTTLED: 'throttled',
  ETUNNELUNAVAILABLE: 'unavailable',
  ETUNNELLIMIT: 'limit',
  ECONNRESET: 'unavailable',
};

/** The tunnels of one worker, and their figures. */
export class PodTunnels {
  readonly #settings: PodTunnelsOptions['settings'];
  readonly #clock: Clock;
  readonly #gate: TunnelGate;
  readonly #opener: TunnelOpener;
  readonly #traffic: TunnelTraffic = { received: 0, sent: 0, dead: 0 };
  #opens: Partial<Record<TunnelResult, number>> = {};
  #seconds: number[] = [];

  constructor(options: PodTunnelsOptions) {
    const { settings, full, unaccepted, forbidden } = options;
    const clock = options.clock ?? systemClock;
    this.#settings = settings;
    this.#clock = clock;
    this.#gate = new TunnelGate(settings, clock, full);
    this.#opener = new TunnelOpener({ gate: this.#gate, clock, unaccepted, forbidden });
  }

  /** Sets the credentials for new tunnels; undefined if there are none: then new tunnels wait. */
  use(access: StreamAccess | undefined): void {
    this.#opener.use(access);
  }

  /**
   * A connection to a port of a pod. `isStillNeeded` is called when the tunnel is open, because another pod may have
   * the name by then. Bytes go to `read`, or come as `data`.
   */
  dial(target: PodPort, isStillNeeded: () => boolean, read?: ReadInto): PortTunnel {
    const settings = this.#settings;
    const clock = this.#clock;
    const began = clock.now();
    const tunnel = new PortTunnel({
      port: target.port,
      open: this.#opener.for(target),
      clock,
      connectTimeout: settings.tunnelConnectTimeout,
      pingAfter: settings.tunnelPing,
      traffic: this.#traffic,
      isStillNeeded,
      ...(read !== undefined && { read }),
    });
    let isOpen = false;
    tunnel.once('connect', () => {
      isOpen = true;
      this.#count('opened');
      if (this.#seconds.length < MAX_MEASURED) this.#seconds.push((clock.now() - began) / 1_000);
    });
    tunnel.once('error', ({ code }: TunnelError) => {
      if (!isOpen) this.#count(RESULTS[code]);
    });
    return tunnel;
  }

  /** Increments since the last call, and the number of tunnels that are open now. */
  takeFigures(): TunnelFigures {
    const figures = {
      open: this.#gate.open,
      opens: this.#opens,
      seconds: this.#seconds,
      traffic: { ...this.#traffic },
    };
    this.#opens = {};
    this.#seconds = [];
    Object.assign(this.#traffic, { received: 0, sent: 0, dead: 0 });
    return figures;
  }

  /** Resolves when the last connection has ended; all tunnels must have been destroyed before. */
  whenClosed(): Promise<void> {
    return this.#gate.whenEmpty();
  }

  #count(result: TunnelResult): void {
    this.#opens[result] = (this.#opens[result] ?? 0) + 1;
  }
}
