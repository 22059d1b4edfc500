import type { Program } from './installed.ts';

export interface Place {
  /** An address of loopback. */
  readonly address: string;
  readonly port: number;
}

/** What some rivals can and others cannot; `hosts` is missing only where nothing is parsed at all. */
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

/** What a scenario asks of every rival alike. */
export interface Setup {
  readonly listen: Place;
  /** A port that is the rival's own (podway's admin listener), and the one after it. */
  readonly sparePort: number;
  readonly origin: Place;
  /** Where the rival may keep files; removed afterwards. */
  readonly folder: string;
  readonly hosts: readonly string[];
  /** Every path is routed on every host. */
  readonly paths: readonly string[];
  /** The value that the key header must have; undefined: no key is asked for. */
  readonly key: string | undefined;
  readonly accessLog: boolean;
  readonly workers: number;
  /** Answers trickle: a rival that delays small writes by default is set not to. */
  readonly streaming: boolean;
  /** Clients speak HTTP/2 by prior knowledge. */
  readonly http2: boolean;
  /** So does the origin, and what is asked of it are calls of gRPC. */
  readonly grpc: boolean;
  /** The folder of what clients are served with by TLS: `default.crt`, `default.key`, and both in `default.pem`; undefined: no TLS. */
  readonly tls: string | undefined;
}

/** How to start a rival in the foreground. */
export interface Launch {
  /** Name to content; written into `Setup.folder` before the start. */
  readonly files?: Readonly<Record<string, string>>;
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Rival {
  readonly name: string;
  /** How it is configured, in a line. */
  readonly about: string;
  readonly needs: readonly Program[];
  readonly can: readonly Capability[];
  launch(setup: Setup): Launch;
}

/** The header that carries the key, in every rival's configuration. */
export const KEY_HEADER = 'X-ROUTING-API-KEY';

export function authority({ address, port }: Place): string {
  return `${address}:${port}`;
}
