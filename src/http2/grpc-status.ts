import type { OwnAnswer } from '../http1/own-answer.ts';

/** The gRPC status of podway's own answers, by HTTP status (grpc.io, "Status codes and their use in gRPC"). */
const CODES: Readonly<Record<number, number>> = {
  // INTERNAL: no correct gRPC client writes a request that podway cannot read.
  400: 13,
  401: 16,
  // PERMISSION_DENIED
  403: 7,
  // UNIMPLEMENTED: no pod serves this host and path.
  404: 12,
  405: 12,
  421: 12,
  501: 12,
  // RESOURCE_EXHAUSTED
  413: 8,
  429: 8,
  // UNAVAILABLE: another try may succeed. A timeout of podway is not DEADLINE_EXCEEDED, which is about the client's deadline.
  408: 14,
  502: 14,
  503: 14,
  504: 14,
};
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;

/** The `grpc-status` of one of podway's own answers; UNKNOWN for an HTTP status without a row. */
export function grpcStatus({ status, reason }: Pick<OwnAnswer, 'status' | 'reason'>): number {
  return reason === 'grpc-deadline' ? DEADLINE_EXCEEDED : (CODES[status] ?? UNKNOWN);
}

/** Whether a request head belongs to a gRPC call over HTTP/2; gRPC-Web is another protocol. */
export function isGrpcCall(text: string): boolean {
  return /\r\ncontent-type:[ \t]*application\/grpc[+; \t\r]/i.test(text);
}

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** The `grpc-timeout` of a request head, in milliseconds (gRPC over HTTP2, "Timeout"); undefined: none, or a malformed one. */
export function grpcTimeout(text: string): number | undefined {
  const [, digits, unit = ''] = /\r\ngrpc-timeout:[ \t]*(\d{1,8})([HMSmun])[ \t]*\r\n/i.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? 0);
}
