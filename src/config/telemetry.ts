import { choice, duration, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** What the log and the metrics tell. */
export const TELEMETRY = {
  accessLog: setting(
    'ACCESS_LOG',
    'off',
    choice('off', 'json', 'combined'),
    'One line on stdout for every exchange, and for every head that could not be read',
  ),
  podMetrics: setting(
    'POD_METRICS',
    'latency',
    choice('off', 'errors', 'latency'),
    'Metrics of single pods: none; what failed; or all answers and their latency, too',
  ),
  podMetricsMax: setting(
    'POD_METRICS_MAX',
    '1000',
    whole(1, 1_000_000),
    'Pods with series of their own; those beyond are counted together, under no name',
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
    'How often the log tells of the same pod, namespace or overload again; what happens between is counted',
  ),
} as const;
