import { CLIENT_CERTIFICATE_FIELDS } from '../../http1/client-certificate-lines.ts';
import { BROWSER_FIELDS, requestFieldNames } from '../../http1/request-fields.ts';
import { RecentHeads } from '../../http1/last-head.ts';
import { TRACE_FIELDS } from '../../http1/trace-context.ts';
import type { RequestReading } from '../../http1/request-parser.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';

/** How requests are read, by whether their peer is in TRUSTED_PROXIES. */
export interface RequestReadings {
  readonly trusted: RequestReading;
  readonly others: RequestReading;
}

/**
 * A trusted peer sets fields for its own clients that others must not set, and may have ended their TLS; of client certificates nobody tells but podway, and who the client is nobody but the service of
 * `auth=`.
 */
export function requestReadings(settings: WorkerSettings): RequestReadings {
  const { apiKeyHeader, dropHeaders, maxRequestLine, maxRequestHead, maxRequestFields } = settings;
  const tellsBrowsers = settings.hostSuffix !== '' || settings.allowedOrigins !== 'any';
  const ofTraces = settings.traces === 'off' ? [] : TRACE_FIELDS;
  const more = [...(tellsBrowsers ? BROWSER_FIELDS : []), ...ofTraces];
  const ofTls = settings.clientCertificates === 'off' ? [] : CLIENT_CERTIFICATE_FIELDS;
  const ours = [
    ...ofTls,
    ...settings.auths.flatMap(({ headers }) => headers.filter(isOurs).map((it) => it.toLowerCase())),
  ];
  const limits = { line: maxRequestLine, head: maxRequestHead, fields: maxRequestFields };
  // Under a suffix a head is changed after it was read.
  const recent = settings.hostSuffix === '' ? new RecentHeads() : undefined;
  const all = {
    limits,
    recent,
    decomposes: settings.decomposeQueryargs === 'on' ? settings.upgrades : undefined,
  };
  return {
    trusted: { ...all, names: requestFieldNames(apiKeyHeader, ours, more), secureTargets: true },
    others: {
      ...all,
      names: requestFieldNames(apiKeyHeader, [...dropHeaders, ...ours], more),
      secureTargets: false,
    },
  };
}

/** Of services, on all routes: a pod may have some with `auth=` and some without. Authorization is for the service itself, too. */
function isOurs(name: string): boolean {
  return name.toLowerCase() !== 'authorization';
}
