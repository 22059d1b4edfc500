/** How a pod is spoken to. */
export const POD_PROTOCOLS = ['http', 'https', 'https-unverified', 'h2c', 'h2'] as const;
export type PodProtocol = (typeof POD_PROTOCOLS)[number];

/** What the words behind a path say of one port of a pod. */
export interface PodOptions {
  readonly protocol: PodProtocol;
  /** The name that the pod's certificate has to have, and that is sent as SNI; empty: none. */
  readonly serverName: string;
}

/** Without a word. */
export const NO_WORDS: PodOptions = { protocol: 'http', serverName: '' };

/** Equal for equal options. */
export function optionsKey({ protocol, serverName }: PodOptions): string {
  return serverName === '' ? protocol : `${protocol} ${serverName}`;
}
