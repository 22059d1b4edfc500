import { CLIENT_CERTIFICATE_FIELDS } from '../../http1/client-certificate-lines.ts';
import { BROWSER_FIELDS, requestFieldNames } from '../../http1/request-fields.ts';
import { TRACE_FIELDS } from '../../http1/trace-context.ts';
import { SharedRequests } from '../../http1/request-heads.ts';
import type { WorkerSettings } from '../../boundary/settings.ts';
import { KnownPeers } from './known-peers.ts';

/** How podway reads requests, depending on whether their peer is in TRUSTED_PROXIES. */
export interface RequestReadings {
  readonly trusted: SharedRequests;
  readonly others: SharedRequests;
  readonly peers: KnownPeers;
}

/**
 * A trusted peer sets fields for its own clients that others must not set, and may have terminated their TLS. Only
 * podway reports client certificates, and only the service of `auth=` identifies the client.
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
  const all = { limits, decomposes: settings.decomposeQueryargs === 'on' ? settings.upgrades : undefined };
  // With a host suffix, podway changes a head after it was read.
  const remembers = settings.hostSuffix === '';
  const trusted = { ...all, names: requestFieldNames(apiKeyHeader, ours, more), secureTargets: true };
  const names = requestFieldNames(apiKeyHeader, [...dropHeaders, ...ours], more);
  return {
    trusted: new SharedRequests(trusted, remembers),
    others: new SharedRequests({ ...all, names, secureTargets: false }, remembers),
    peers: new KnownPeers(),
  };
}

/**
 * Whether podway removes this field of a service of `auth=`. It does so on all routes, since a pod may have some with
 * `auth=` and some without. It keeps Authorization, since the service itself reads what the client sent.
 */
function isOurs(name: string): boolean {
  return name.toLowerCase() !== 'authorization';
}
