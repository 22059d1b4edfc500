import type { Dispatcher } from 'undici';

/** Maximum size of the head of an answer, in bytes. */
const MAX_HEAD_BYTES = 32_768;
const MAX_CONNECTIONS = 256;

/**
 * Opens the connections to one service. undici is loaded at the first call only. It follows no redirect.
 *
 * @param timeout for opening a connection, in milliseconds
 */
export async function openAgent(timeout: number): Promise<Dispatcher> {
  // The build gives a CommonJS package only a default export; Node.js gives it named ones, too.
  const { Agent } = (await import('undici')).default;
  return new Agent({
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    maxHeaderSize: MAX_HEAD_BYTES,
    connect: { timeout },
  });
}
