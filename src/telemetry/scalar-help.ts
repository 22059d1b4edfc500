import type { Gauge, ScalarCounter } from '../boundary/figures.ts';

/** The HELP line of each counter of the workers. */
export const COUNTER_HELP: Readonly<Record<ScalarCounter, string>> = {
  downstream_connections_accepted: 'Connections accepted from clients',
  downstream_connections_shed: 'Client connections that podway closed because MAX_CONNECTIONS was reached',
  proxy_headers_refused:
    'Client connections that podway closed because they did not begin with a valid PROXY header',
  downstream_received_bytes: 'Bytes received from clients',
  downstream_sent_bytes: 'Bytes sent to clients',
  upstream_connections_opened: 'Connections opened to pods',
  upstream_connections_reused: 'Requests sent on a connection to a pod that was already open',
  upstream_connect_failures: 'Failed attempts to connect to pods',
  upstream_retries: 'Attempts at another pod after an attempt at one pod failed',
  upstream_ejections: 'Ejections of pods, summed over pods and workers',
  tunnels_opened: 'Client connections that switched to a WebSocket or another protocol',
  drain_websockets_closed: 'WebSockets that podway ended with a Close frame during a shutdown',
  drain_closes_unanswered: 'WebSockets whose client did not answer the Close frame of a shutdown in time',
  drain_event_streams_ended: 'Event streams that podway ended after a complete event during a shutdown',
  buffer_pauses: 'Pauses in reading a response because its client reads slowly and its buffer is full',
  http2_requests: 'Requests of HTTP/2 clients',
  rate_evictions: 'Clients of rate= that podway forgot because RATE_CLIENTS was reached',
  access_log_lines_dropped: 'Access log lines dropped because the reader of the log was too slow',
};

/** The HELP line of each gauge of the workers. */
export const GAUGE_HELP: Readonly<Record<Gauge, string>> = {
  downstream_connections: 'Open connections of clients',
  exchanges_in_flight: 'Requests in flight',
  tunnels: 'Open WebSockets and other connections that switched protocols',
  http2_sessions: 'Open HTTP/2 connections of clients',
  http2_streams: 'Requests in flight on HTTP/2 connections of clients',
  http2_websockets: 'WebSockets on HTTP/2 connections of clients, each of which counts in MAX_CONNECTIONS',
  upstream_connections: 'Open connections to pods',
  upstream_connections_idle: 'Open connections to pods that wait for a request',
  buffered_bytes: 'Bytes of responses that podway buffers for slow clients',
  request_held_bytes: 'Bytes of requests that podway holds because pods have not read them yet',
  admission_limit: 'Requests that may start per tick under overload; 0 without overload',
  tls_handshakes_under_way: 'TLS handshakes in progress',
  tls_contexts: 'Certificates that workers keep ready for handshakes',
};
