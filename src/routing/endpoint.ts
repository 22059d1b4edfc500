import type { EndpointHealth } from './ejection.ts';

/** One pod address. The same object as long as any route of this worker has it in rotation. */
export interface Endpoint {
  /** `uid|ip|port`. */
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
  /** IPv4 or IPv6 literal, no brackets. */
  readonly address: string;
  readonly port: number;
  readonly health: EndpointHealth;
  /** What the data plane counts here; routing does not look into it. */
  counts: object | undefined;
}
