import type { TunnelFigures, TunnelResult } from '../boundary/figures.ts';
import type { SmallFamilies } from './small-families.ts';

const OPEN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of tunnels to pods through the API server. */
export class TunnelMetrics {
  /** Open tunnels by worker. */
  readonly #open = new Map<number, number>();
  readonly #opens;
  readonly #seconds;
  readonly #bytes;
  readonly #dead;

  constructor(families: SmallFamilies) {
    families.gauge('podway_pod_tunnels', 'Open tunnels to pods through the API server', [], (gauge) => {
      let sum = 0;
      for (const open of this.#open.values()) sum += open;
      gauge.set(sum);
    });
    this.#opens = families.counter(
      'podway_pod_tunnel_opens_total',
      'Attempts to open a tunnel to a pod, by result',
      ['result'],
    );
    this.#seconds = families.histogram(
      'podway_pod_tunnel_open_seconds',
      'Time to open a tunnel to a pod, waits included',
      OPEN_BUCKETS,
    );
    this.#bytes = families.counter(
      'podway_pod_tunnel_bytes_total',
      'Bytes from and to pods through tunnels',
      ['direction'],
    );
    this.#dead = families.counter(
      'podway_pod_tunnel_dead_total',
      'Tunnels to pods that ended because the API server did not respond to pings',
    );
  }

  /** Call it exactly once with all figures that a worker sent. */
  add(worker: number, { open, opens, seconds, traffic }: TunnelFigures): void {
    this.#open.set(worker, open);
    for (const [result, count] of Object.entries(opens) as [TunnelResult, number][])
      this.#opens.inc({ result }, count);
    for (const it of seconds) this.#seconds.observe(it);
    this.#bytes.inc({ direction: 'received' }, traffic.received);
    this.#bytes.inc({ direction: 'sent' }, traffic.sent);
    this.#dead.inc(traffic.dead);
  }

  /** A worker has died, and its tunnels have ended. */
  forget(worker: number): void {
    this.#open.delete(worker);
  }
}
