import type { Scenario } from './harness/scenario.ts';
import { accessLog } from './scenarios/access-log.ts';
import { sse, sseUnbuffered } from './scenarios/event-streams.ts';
import { webSocketIdle } from './scenarios/idle-websockets.ts';
import { grpcStream, grpcUnary } from './scenarios/grpc.ts';
import { http2Few, http2Many, tlsHttp2Few, tlsHttp2Many } from './scenarios/http2.ts';
import { keepAlive1, keepAlive1000, keepAlive64 } from './scenarios/keep-alive.ts';
import { keyed } from './scenarios/keyed.ts';
import { answer100k, answer10m } from './scenarios/large-answers.ts';
import { latency, latencyAtCommonRate, latencyInside } from './scenarios/latency.ts';
import { newConnections } from './scenarios/new-connections.ts';
import { routes1, routes10000 } from './scenarios/routes.ts';
import {
  tlsAnswer10m,
  tlsHandshakes,
  tlsHandshakesRsa,
  tlsKeepAlive,
  tlsResumed,
  tlsResumedOld,
  tlsUpload10m,
} from './scenarios/tls.ts';
import { upload10m } from './scenarios/uploads.ts';
import { webSocketDelay, webSocketEcho } from './scenarios/websockets.ts';
import { workers1, workers2 } from './scenarios/workers.ts';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  keepAlive64,
  keepAlive1,
  keepAlive1000,
  http2Few,
  http2Many,
  grpcUnary,
  grpcStream,
  newConnections,
  tlsKeepAlive,
  tlsHttp2Few,
  tlsHttp2Many,
  tlsHandshakes,
  tlsHandshakesRsa,
  tlsResumed,
  tlsResumedOld,
  tlsAnswer10m,
  tlsUpload10m,
  answer100k,
  answer10m,
  upload10m,
  keyed,
  routes1,
  routes10000,
  accessLog,
  latency,
  latencyAtCommonRate,
  latencyInside,
  sse,
  sseUnbuffered,
  webSocketEcho,
  webSocketDelay,
  webSocketIdle,
  workers1,
  workers2,
];
