import type { RequestHead } from '../../http1/request-head.ts';

const GRPC = /\r\ncontent-type:[ \t]*application\/grpc/i;

/** Calls whose two sides talk in turn for as long as they like: their bodies are neither waited for nor in a hurry. */
export function isGrpc(head: RequestHead): boolean {
  return GRPC.test(head.text);
}
