/** Protocols between podway and a pod. */
export const POD_PROTOCOLS = ['http', 'https', 'https-unverified', 'h2c', 'h2'] as const;
export type PodProtocol = (typeof POD_PROTOCOLS)[number];
