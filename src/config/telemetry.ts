import { choice, duration, share, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** Settings of logs, metrics and traces. */
export const TELEMETRY = {
  accessLog: setting(
    'ACCESS_LOG',
    'off',
    choice('off', 'json', 'combined'),
    'Access log: one line on stdout for every exchange, and for every request head that podway could not parse',
  ),
  auditLog: setting(
    'AUDIT_LOG',
    'off',
    choice('off', 'json'),
    'Audit log: one line on stdout for every request to the operator listener and to /routes of the admin listener, and for every terminal (docs/logs.md)',
  ),
  podMetrics: setting(
    'POD_METRICS',
    'latency',
    choice('off', 'errors', 'latency'),
    'Metrics by pod: none (`off`), failures only (`errors`), or also all responses and their latency (`latency`)',
  ),
  podMetricsMax: setting(
    'POD_METRICS_MAX',
    '1000',
    whole(1, 1_000_000),
    'Maximum number of pods with separate metrics; further pods are counted together, with an empty name',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'Minimum log level',
  ),
  logInterval: setting(
    'LOG_INTERVAL',
    '60s',
    duration('100ms', '24h'),
    'Minimum time between two log lines about the same pod, namespace or overload; events in between are only counted',
  ),
  traces: setting(
    'TRACES',
    'off',
    choice('off', 'otlp'),
    'Traces of requests: `off`, or `otlp`: sent to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, by OTLP over HTTP',
  ),
  traceSampling: setting(
    'TRACE_SAMPLING',
    '0.01',
    share(),
    'Fraction of the requests to trace; for a request of a trusted proxy, its `traceparent` decides',
  ),
  traceSpansPerSecond: setting(
    'TRACE_SPANS_PER_SECOND',
    '500',
    whole(1, 1_000_000),
    'Maximum number of spans per second (one per request and one per attempt); further requests are not traced',
  ),
  traceQueue: setting(
    'TRACE_QUEUE',
    '4096',
    whole(1, 1_000_000),
    'Maximum number of spans that wait for the collector; further ones are dropped and counted',
  ),
} as const;
