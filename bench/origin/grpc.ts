import { fileURLToPath } from 'node:url';
import type { Launch, Setup } from '../harness/rival.ts';

/** The origin for gRPC streams, and for all gRPC calls where nginx is missing. */
export function grpcOrigin({ listen }: Pick<Setup, 'listen'>): Launch {
  const program = fileURLToPath(new URL('grpc-server.ts', import.meta.url));
  return { command: [process.execPath, program, JSON.stringify(listen)] };
}
