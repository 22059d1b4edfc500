import type { RequestHead } from '../../http1/request-head.ts';

const GRPC = /\r\ncontent-type:[ \t]*application\/grpc/i;

/**
 * Whether the request is a gRPC call. Its sides may send in turn without a time limit, so its body is not collected and
 * has no minimum rate.
 */
export function isGrpc(head: RequestHead): boolean {
  return GRPC.test(head.text);
}
