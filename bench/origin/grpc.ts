import { fileURLToPath } from 'node:url';
import type { Launch, Setup } from '../harness/rival.ts';

/** The origin for streams of gRPC, and for all calls where there is no nginx. */
export function grpcOrigin({ listen }: Pick<Setup, 'listen'>): Launch {
  const program = fileURLToPath(new URL('grpc-server.ts', import.meta.url));
  return { command: [process.execPath, program, JSON.stringify(listen)] };
}
