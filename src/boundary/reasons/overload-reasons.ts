import type { ReasonRow } from './reason-row.ts';

/** Requests that podway refuses to protect itself and other clients. */
export const OVERLOAD_REASONS = {
  'overload-in-flight': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['overload'],
    meaning: 'More than `MAX_IN_FLIGHT` requests are in flight.',
    action: 'See [PodwayShedding](alerts.md#podwayshedding).',
  },
  'overload-connections': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['overload'],
    meaning:
      'The request opens a WebSocket over HTTP/2, all connections of `MAX_CONNECTIONS` are in use, and none of them waits for a request.',
    action: 'See [PodwayShedding](alerts.md#podwayshedding).',
  },
  'overload-client-connections': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['overload'],
    meaning:
      'This client uses more than `MAX_CONNECTIONS` times `MAX_CONNECTIONS_SHARE` percent connections, by WebSockets, requests and answers of pods that it has not taken.',
    action:
      'Find the client in the access log. If it is a load balancer that hides its clients, see [PodwayShedding](alerts.md#podwayshedding).',
  },
  'overload-client': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['overload'],
    meaning:
      'More than `MAX_IN_FLIGHT` times `MAX_IN_FLIGHT_SHARE` percent requests of this client are in flight.',
    action:
      'Find the client in the access log. If it is a load balancer that hides its clients, see [PodwayShedding](alerts.md#podwayshedding).',
  },
  'overload-heap': {
    status: 503,
    fault: 'router',
    // Connections fill the heap, too.
    close: true,
    reportedBy: ['overload'],
    meaning: "A worker's JavaScript heap is fuller than `SHED_AT_HEAP`.",
    action: 'Raise the memory limit: see [PodwayShedding](alerts.md#podwayshedding).',
  },
  'overload-lag': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['overload'],
    meaning:
      "A worker's event loop lags by more than `SHED_AT_LAG`, so it admits only as many requests as it completes.",
    action: 'Add CPU or pods: see [PodwayShedding](alerts.md#podwayshedding).',
  },
} as const satisfies Readonly<Record<string, ReasonRow>>;
