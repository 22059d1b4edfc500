import { H2LOAD } from '../harness/programs.ts';
import type { Scenario } from '../harness/scenario.ts';
import { grpcLoad } from '../load/grpc-load.ts';
import { STREAMED } from '../origin/messages.ts';

const CONNECTIONS = 8;
const STREAMS = 8;

const common = {
  byDefault: 'leaders',
  requiredPrograms: [H2LOAD],
  requiredCapabilities: ['http2', 'grpc'],
  setup: { http2: true, grpc: true },
  headline: 'cpu',
  columns: ['cpu', 'perSecond', 'busy', 'resident'],
} as const;

export const grpcUnary: Scenario = {
  ...common,
  name: 'grpc-unary',
  title: `gRPC: calls with a message of 100 bytes each way, ${CONNECTIONS} connections with ${STREAMS} under way on each`,
  operation: 'call',
  origin: 'plain',
  measure: (run) =>
    grpcLoad(run, { method: 'unary', messages: 1, connections: CONNECTIONS, streams: STREAMS }),
};

export const grpcStream: Scenario = {
  ...common,
  name: 'grpc-stream',
  title: `gRPC: ${CONNECTIONS * STREAMS} streams of ${STREAMED} messages of 100 bytes from the pod, a frame each, ${CONNECTIONS} connections`,
  operation: 'message',
  origin: 'streams',
  measure: (run) =>
    grpcLoad(run, { method: 'stream', messages: STREAMED, connections: CONNECTIONS, streams: STREAMS }),
};
