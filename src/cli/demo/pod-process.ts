import type { AddressInfo, Server } from 'node:net';
import process from 'node:process';

/**
 * A pod of the demo is a process of its own, so that killing it is a real pod failure. Its arguments: a name, then the
 * places to listen on, `address:port`, the first that works. It sends its parent `{ address, port }` once it listens, and
 * ends when the parent goes.
 */
const [name = 'pod', ...places] = process.argv.slice(2);

export const NAME = name;

export function listenAsPod(server: Server): void {
  // Tries the next place: macOS has no 127.0.0.2, and another program may hold the port.
  const listen = (): void => {
    const place = places.shift();
    if (place === undefined) throw new Error(`${name} found no place to listen`);
    const [address, port] = place.split(':');
    server.listen({ host: address, port: Number(port) });
  };
  server.on('error', listen);
  server.on('listening', () => {
    const { address, port } = server.address() as AddressInfo;
    process.send?.({ address, port });
  });
  listen();
  // Ctrl-C, and the end of a terminal, reach the whole group: the router drains first, then lets its pods go.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit(0));
}
