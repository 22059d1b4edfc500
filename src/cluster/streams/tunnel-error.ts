import type { TunnelCode } from '../../boundary/tunnel-codes.ts';
import type { DialRefusal } from '../../podstream/dial-refusal.ts';
import { ApiFailure } from '../api/api-failure.ts';

/** Why a tunnel was not opened, or broke. The message is one printable line without secrets. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError';
  readonly code: TunnelCode;
  /** The failure that the API server caused; undefined if it was not the API server that refused. */
  readonly failure: ApiFailure | undefined;

  constructor(code: TunnelCode, message: string, failure?: ApiFailure) {
    super(message);
    this.code = code;
    this.failure = failure;
  }
}

/** The error for an opening that failed. */
export function openingError(error: unknown): TunnelError {
  if (error instanceof TunnelError) return error;
  if (!(error instanceof ApiFailure))
    return new TunnelError('ETUNNELUNAVAILABLE', 'the tunnel was cancelled');
  return new TunnelError(codeOf(error), error.message, error);
}

const CODES: Readonly<Record<DialRefusal['kind'], TunnelCode>> = {
  refused: 'EPODREFUSED',
  'pod-gone': 'EPODREFUSED',
  timeout: 'EPODTIMEOUT',
  // The pod may have received something.
  broken: 'ECONNRESET',
  other: 'ECONNRESET',
};

/** The error for a refusal of the container runtime. */
export function refusalError({ kind, text }: DialRefusal): TunnelError {
  return new TunnelError(CODES[kind], text);
}

/** Codes for refusals of the API server. Any other refusal means that the API server cannot serve any client now. */
const REFUSALS: Readonly<Partial<Record<ApiFailure['reason'], TunnelCode>>> = {
  forbidden: 'ETUNNELFORBIDDEN',
  unauthorized: 'ETUNNELFORBIDDEN',
  anonymous: 'ETUNNELFORBIDDEN',
  throttled: 'ETUNNELTHROTTLED',
  silent: 'ETIMEDOUT',
  refused: 'EPODREFUSED',
  expired: 'EPODREFUSED',
};

function codeOf({ reason, status }: ApiFailure): TunnelCode {
  // API servers answer 500 if a kubelet or a runtime refuses: "error dialing backend".
  if (status === 500) return 'EPODREFUSED';
  return REFUSALS[reason] ?? 'ETUNNELUNAVAILABLE';
}
