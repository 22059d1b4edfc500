import { choice, duration, share, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** What the log and the metrics tell. */
export const TELEMETRY = {
  accessLog: setting(
    'ACCESS_LOG',
    'off',
    choice('off', 'json', 'combined'),
    'One line on stdout for every exchange, and for every head that could not be read',
  ),
  auditLog: setting(
    'AUDIT_LOG',
    'off',
    choice('off', 'json'),
    'One line on stdout for every question to the operator listener and for /routes of the admin listener, and for every terminal (docs/logs.md)',
  ),
  podMetrics: setting(
    'POD_METRICS',
    'latency',
    choice('off', 'errors', 'latency'),
    'Metrics by pod: none; failures only; or all responses and their latency as well',
  ),
  podMetricsMax: setting(
    'POD_METRICS_MAX',
    '1000',
    whole(1, 1_000_000),
    'Maximum of pods with metrics of their own; further pods are counted together, with an empty name',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'Least severe log line to write',
  ),
  logInterval: setting(
    'LOG_INTERVAL',
    '60s',
    duration('100ms', '24h'),
    'Minimum time between two log lines about the same pod, namespace or overload; events in between are counted',
  ),
  traces: setting(
    'TRACES',
    'off',
    choice('off', 'otlp'),
    'Traces of requests: none; or to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, by OTLP over HTTP',
  ),
  traceSampling: setting(
    'TRACE_SAMPLING',
    '0.01',
    share(),
    'Part of the requests that are traced; a trusted proxy that sends a `traceparent` says it of its own',
  ),
  traceSpansPerSecond: setting(
    'TRACE_SPANS_PER_SECOND',
    '500',
    whole(1, 1_000_000),
    'Maximum of spans a second: of a request, and of each of its attempts; further requests are not traced',
  ),
  traceQueue: setting(
    'TRACE_QUEUE',
    '4096',
    whole(1, 1_000_000),
    'Maximum of spans that wait for the collector; further ones are lost and counted',
  ),
} as const;
