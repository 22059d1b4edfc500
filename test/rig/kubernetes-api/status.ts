const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** What the status is about. */
export interface StatusDetails {
  readonly name: string;
  /** The resource, in spite of its name. */
  readonly kind: string;
}

/** The object that answers whatever went wrong, as body or in an ERROR event. */
export function statusObject(code: number, message: string, details?: StatusDetails): object {
  const reason = REASONS[code] ?? 'Unknown';
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details,
    code,
  };
}

/** Ends a request with a Status. */
export class Refusal extends Error {
  readonly code: number;
  readonly details: StatusDetails | undefined;

  constructor(code: number, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
