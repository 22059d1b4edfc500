import type { AddressInfo, Server } from 'node:net';
import process from 'node:process';

/**
 * The process of a pod of the demo: when a user kills it, that is a real failure of a pod. Its arguments are a name and
 * places (`address:port`); it listens at the first usable one. Then it sends `{ address, port }` to its parent. It exits when
 * its parent does.
 */
const [name = 'pod', ...places] = process.argv.slice(2);

export const NAME = name;

export function listenAsPod(server: Server): void {
  // Not every place is usable: macOS has no 127.0.0.2, and another program may use the port.
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
  // Ctrl-C and the end of a terminal send signals to the whole process group. Pods ignore them, because the router has to
  // drain before it ends its pods.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit(0));
}
