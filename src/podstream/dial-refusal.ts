import { printable } from '../wiring/rejection.ts';

/** Bytes of a refusal that are read: it is text for people, and may be of any length. */
export const LARGEST_REFUSAL = 1_024;

/**
 * Why no connection was made inside the pod, or why one broke: runtimes say both in the same place. Only `refused`, `timeout` and
 * `pod-gone` mean that no byte has reached a program there.
 */
export interface DialRefusal {
  readonly kind: /** The pod runs, and nothing listens on the port. */
    | 'refused'
    /** The runtime gave up to connect. */
    | 'timeout'
    /** The pod's sandbox or its network is no longer there. */
    | 'pod-gone'
    /** A connection was there, and it broke. */
    | 'broken'
    | 'other';
  /** Printable, at most LARGEST_REFUSAL characters. */
  readonly text: string;
}

/** Words of container runtimes (containerd, CRI-O, cri-dockerd), by what they mean; the first that matches counts. */
const KINDS: readonly (readonly [RegExp, DialRefusal['kind']])[] = [
  [/connection reset|broken pipe|\b(?:read|write) tcp|closed network connection/i, 'broken'],
  [/not found|does not exist|network namespace .* is closed|no such container|not running/i, 'pod-gone'],
  [/connection refused/i, 'refused'],
  [/timed? ?out|deadline exceeded/i, 'timeout'],
];

/** Reads the text of an error channel of port-forward. It is made for people, so no more than this is taken from it. */
export function readDialRefusal(bytes: Uint8Array): DialRefusal {
  const message = Buffer.from(bytes.subarray(0, LARGEST_REFUSAL)).toString('utf8').trim();
  const kind = KINDS.find(([words]) => words.test(message))?.[1] ?? 'other';
  return { kind, text: printable(message, LARGEST_REFUSAL) || 'no reason given' };
}
