import { requestFieldNames } from '../../../http1/request-fields.ts';
import type { RequestReading } from '../../../http1/request-parser.ts';
import type { DataPlaneSettings } from '../../../boundary/settings.ts';

/** How requests are read, by whether their peer is in TRUSTED_PROXIES. */
export interface RequestReadings {
  readonly trusted: RequestReading;
  readonly others: RequestReading;
}

/** A trusted peer sets fields for its own clients that others must not set, and may have ended their TLS. */
export function requestReadings(settings: DataPlaneSettings): RequestReadings {
  const { apiKeyHeader, dropHeaders } = settings;
  const { requestLine, requestHead, requestFields } = settings.limits;
  const limits = { line: requestLine, head: requestHead, fields: requestFields };
  return {
    trusted: { limits, names: requestFieldNames(apiKeyHeader), secureTargets: true },
    others: { limits, names: requestFieldNames(apiKeyHeader, dropHeaders), secureTargets: false },
  };
}
