import { printable } from '../wiring/rejection.ts';

/** Maximum part of a refusal that podway reads, in bytes. The text is for people and may have any length. */
export const MAX_REFUSAL_BYTES = 1_024;

/**
 * Why the runtime could not connect inside the pod, or why a connection failed: runtimes report both on the same channel. Only
 * `refused`, `timeout` and `pod-gone` mean that no byte has reached a program there.
 */
export interface DialRefusal {
  readonly kind: /** The pod runs, and no program listens on the port. */
    | 'refused'
    /** The runtime could not connect in time. */
    | 'timeout'
    /** The pod's sandbox or its network no longer exists. */
    | 'pod-gone'
    /** The connection existed and failed. */
    | 'broken'
    | 'other';
  /** Printable, at most MAX_REFUSAL_BYTES characters. */
  readonly text: string;
}

/** Messages of container runtimes (containerd, CRI-O, cri-dockerd) and their kinds. The first match applies. */
const KINDS: readonly (readonly [RegExp, DialRefusal['kind']])[] = [
  [/connection reset|broken pipe|\b(?:read|write) tcp|closed network connection/i, 'broken'],
  [/not found|does not exist|network namespace .* is closed|no such container|not running/i, 'pod-gone'],
  [/connection refused/i, 'refused'],
  [/timed? ?out|deadline exceeded/i, 'timeout'],
];

/** Reads the text of an error channel of port-forward. The text is for people, so podway derives only the kind from it. */
export function readDialRefusal(bytes: Uint8Array): DialRefusal {
  const message = Buffer.from(bytes.subarray(0, MAX_REFUSAL_BYTES)).toString('utf8').trim();
  const kind = KINDS.find(([words]) => words.test(message))?.[1] ?? 'other';
  return { kind, text: printable(message, MAX_REFUSAL_BYTES) || 'no reason given' };
}
