import type { Conduct } from './conduct.ts';
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
  /** The pod's address of the other family, for when the first cannot be reached; no part of its identity. */
  secondAddress: string | undefined;
  readonly health: EndpointHealth;
  readonly conduct: Conduct;
  /** What the data plane counts here; routing does not look into it. */
  counts: object | undefined;
}
