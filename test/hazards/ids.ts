/**
 * The ids of the first part of catalogue.md, by group: malformed input and faults. The catalogue explains each row and
 * the behaviour of podway.
 */
const ROWS = {
  /** Request line and target. */
  RL: [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 22, 23, 24, 25, 27, 28, 30, 31, 32],
  /** Header fields. */
  HD: [3, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 30, 32, 34, 35, 36],
  /** Smuggling and desync. */
  SM: [
    1, 2, 4, 5, 6, 7, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 33, 34, 36, 37, 38,
    40, 41, 42, 43, 45, 47, 48, 49, 51, 53,
  ],
  /** Path confusion. */
  PC: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
  /** API key. */
  AU: [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 32],
  /** Upstream faults. */
  UF: [
    2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 16, 17, 18, 19, 20, 21, 24, 25, 26, 28, 29, 31, 32, 33, 34, 35, 36, 37,
    38, 39, 40, 41, 42, 43, 44, 45, 48, 53, 54, 56, 58, 59, 60,
  ],
  /** Downstream faults. */
  DF: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
  /** WebSocket and tunnels. */
  WS: [
    1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31,
  ],
  /** Kubernetes faults. */
  K8: [
    2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32,
    33, 35, 36, 37, 38, 40, 42, 43,
  ],
  /** Process. */
  PR: [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 19, 20, 21],
  /** Streams to pods through the API server. */
  PS: [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22, 24, 25, 26, 27, 29, 30, 31, 32],
  /** Tunnels to ports of pods through the API server. */
  PT: [2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 17, 18, 19, 20, 22, 23],
  /** Terminals in pods. */
  TT: [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22, 24, 25],
  /** Queries of upgrades in the path. */
  QA: [1, 3, 4, 5, 6, 8, 9, 10, 11],
  /** `podway proxy`. */
  AP: [2, 3, 4, 5, 7],
  /** TLS and certificates. */
  TL: [1, 2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 20, 22, 23, 24, 25, 27, 28, 29, 30, 32, 33],
  /** Clients of HTTP/2. */
  H2: [
    1, 2, 4, 5, 6, 17, 18, 21, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35, 36, 38, 39, 40, 41, 42, 43, 44, 45,
    46, 47, 48, 49, 50, 51, 52, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
  ],
  /** The PROXY protocol. */
  PP: [1, 2, 3, 4, 5],
  /** gRPC, and pods of HTTP/2. */
  GR: [1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
  /** Options of a path. */
  OP: [1, 5, 6, 9, 10, 11, 13, 14, 15, 16, 18, 19, 21],
  /** Options that set and drop fields. */
  HE: [2, 3, 4, 5, 7],
  /** Addresses of clients. */
  AD: [1, 2, 3, 11],
  /** Rates, and the clients that they limit. */
  RA: [1, 3, 4, 5, 6, 8, 12],
  /** The choice of one of several pods. */
  LB: [2, 3, 4, 5, 7],
  /** Conditions of pods. */
  MA: [2, 3, 4, 5],
  /** Other prefixes. */
  ST: [2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15, 17, 18, 19],
  /** Redirects. */
  RD: [1, 3, 4, 5, 6],
  /** Pages of other origins. */
  CO: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  /** Services that authorise requests. */
  FA: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  /** Traces. */
  TC: [1, 2, 3],
  /** WebSockets that podway ends when it stops. */
  DR: [1, 2, 3, 4],
  /** Hosts that namespaces hold. */
  HG: [1, 2, 3, 5, 6, 7],
  /** Pods that wait for podway. */
  RG: [1, 2, 3, 4],
  /** Requests of operators. */
  EX: [1, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16],
  /** A router on a developer's machine. */
  LO: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export const HAZARDS: readonly string[] = Object.entries(ROWS).flatMap(([group, numbers]) =>
  numbers.map((number) => `${group}-${String(number).padStart(2, '0')}`),
);
