import { fileURLToPath } from 'node:url';
import type { Launch, Setup } from '../harness/rival.ts';

/** The origin for event streams, WebSockets and uploads, and for all scenarios where nginx is missing. */
export function nodeOrigin({ listen }: Pick<Setup, 'listen'>): Launch {
  const program = fileURLToPath(new URL('server.ts', import.meta.url));
  return { command: [process.execPath, program, JSON.stringify(listen)] };
}
