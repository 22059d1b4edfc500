import { CLIENT_CERTIFICATE_FIELDS } from '../../http1/client-certificate-lines.ts';
import { BROWSER_FIELDS, requestFieldNames } from '../../http1/request-fields.ts';
import type { RequestReading } from '../../http1/request-parser.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';

/** How requests are read, by whether their peer is in TRUSTED_PROXIES. */
export interface RequestReadings {
  readonly trusted: RequestReading;
  readonly others: RequestReading;
}

/** A trusted peer sets fields for its own clients that others must not set, and may have ended their TLS; of client certificates nobody tells but podway. */
export function requestReadings(settings: WorkerSettings): RequestReadings {
  const { apiKeyHeader, dropHeaders, maxRequestLine, maxRequestHead, maxRequestFields } = settings;
  const tellsBrowsers = settings.hostSuffix !== '' || settings.allowedOrigins !== 'any';
  const more = tellsBrowsers ? BROWSER_FIELDS : [];
  const ours = settings.clientCertificates === 'off' ? [] : CLIENT_CERTIFICATE_FIELDS;
  const limits = { line: maxRequestLine, head: maxRequestHead, fields: maxRequestFields };
  const all = { limits, decomposes: settings.decomposeQueryargs === 'on' ? settings.upgrades : undefined };
  return {
    trusted: { ...all, names: requestFieldNames(apiKeyHeader, ours, more), secureTargets: true },
    others: {
      ...all,
      names: requestFieldNames(apiKeyHeader, [...dropHeaders, ...ours], more),
      secureTargets: false,
    },
  };
}
