import type { Dispatcher } from 'undici';

/** Maximum size of the head of an answer, in bytes. */
const MOST_HEAD = 32_768;
const CONNECTIONS = 256;

/**
 * Opens the connections to one service. undici is loaded at the first call only. It follows no redirect.
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
