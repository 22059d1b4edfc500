import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import type { Target } from './target.ts';

const KEY = Buffer.from('the sample nonce').toString('base64');

/**
 * An upgraded connection; rejects when the answer is not 101 or when bytes follow its head.
 *
 * @param localAddress the client's address; undefined: the kernel's choice
 */
export async function openWebSocket(
  { address, port, host, path }: Target,
  localAddress?: string,
): Promise<Socket> {
  const socket = connect({ host: address, port, noDelay: true, localAddress });
  await once(socket, 'connect');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  let head = '';
  while (!head.endsWith('\r\n\r\n')) {
    const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(5_000) })) as [Buffer];
    head += chunk.toString('latin1');
    if (!head.startsWith('HTTP/1.1 101'.slice(0, head.length))) throw new Error(`no tunnel: ${head}`);
  }
  return socket;
}
