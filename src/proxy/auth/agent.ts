import type { Dispatcher } from 'undici';

/** Bytes of an answer's head. */
const MOST_HEAD = 32_768;
const CONNECTIONS = 256;

/** Connections to services, which are loaded only where there is one. It follows no redirect. */
export async function openAgent(): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  return new Agent({ connections: CONNECTIONS, pipelining: 1, maxHeaderSize: MOST_HEAD });
}
