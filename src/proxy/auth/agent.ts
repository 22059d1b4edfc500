import type { Dispatcher } from 'undici';

/** Bytes of an answer's head. */
const MOST_HEAD = 32_768;
const CONNECTIONS = 256;

/**
 * Connections to a service, loaded only where there is one. No redirect is followed.
 *
 * @param timeout for opening a connection, in milliseconds
 */
export async function openAgent(timeout: number): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  return new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    maxHeaderSize: MOST_HEAD,
    connect: { timeout },
  });
}
