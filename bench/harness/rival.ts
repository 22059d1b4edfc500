import type { Program } from './programs.ts';

export interface SocketAddress {
  /** A loopback address. */
  readonly address: string;
  readonly port: number;
}

/** Abilities that only some rivals have. Only the rival that does not parse requests lacks `hosts`. */
export type Capability =
  | 'hosts'
  | 'routes'
  | 'keys'
  | 'access-log'
  | 'websocket'
  | 'workers'
  | 'http2'
  | 'grpc'
  | 'tls';

/** The settings that a scenario gives to every rival. */
export interface Setup {
  readonly listen: SocketAddress;
  /** A free port for another listener of the rival, such as podway's admin listener. The next port is free, too. */
  readonly sparePort: number;
  readonly origin: SocketAddress;
  /** A folder for files of the rival; the bench removes it afterwards. */
  readonly folder: string;
  readonly hosts: readonly string[];
  /** Every path is routed on every host. */
  readonly paths: readonly string[];
  /** The value that the key header must have; undefined: requests need no key. */
  readonly key: string | undefined;
  readonly accessLog: boolean;
  readonly workers: number;
  /**
   * The origin sends answers in small pieces. A rival that delays small writes by default gets a setting that turns this off.
   */
  readonly streaming: boolean;
  /** Clients speak HTTP/2 by prior knowledge. */
  readonly http2: boolean;
  /** The origin speaks HTTP/2, too, and the requests are gRPC calls. */
  readonly grpc: boolean;
  /**
   * The folder with the certificate for clients: `default.crt`, `default.key`, and both in `default.pem`. Undefined: no TLS.
   */
  readonly tls: string | undefined;
}

/** How to start a rival in the foreground. */
export interface Launch {
  /** File names and contents; written into `Setup.folder` before the start. */
  readonly files?: Readonly<Record<string, string>>;
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Rival {
  readonly name: string;
  /** A description of its configuration, in one line. */
  readonly description: string;
  readonly requiredPrograms: readonly Program[];
  readonly capabilities: readonly Capability[];
  launch(setup: Setup): Launch;
}

/** The header that carries the key, for every rival. */
export const KEY_HEADER = 'X-ROUTING-API-KEY';

export function authority({ address, port }: SocketAddress): string {
  return `${address}:${port}`;
}
