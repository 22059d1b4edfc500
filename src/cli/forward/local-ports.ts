import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { SourceError } from '../../cluster/source.ts';

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** A local port at one or more addresses of this machine. */
export interface LocalPort {
  /** `127.0.0.1:8080`, `[::1]:8080`. */
  readonly names: readonly string[];
  close(): void;
}

/**
 * Listens at the same port of all addresses; for port 0, at a port that is free at all of them. Leaves out `::1` if the
 * machine has no IPv6 and `127.0.0.1` is one of the addresses.
 *
 * @throws SourceError when podway cannot listen
 */
export async function listenAt(
  { addresses, port }: { readonly addresses: readonly string[]; readonly port: number },
  accept: (socket: Socket, local: string) => void,
): Promise<LocalPort> {
  const servers: Server[] = [];
  const names: string[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  let chosen = port;
  for (const address of addresses) {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    try {
      await once(server.listen({ host: address, port: chosen, ipv6Only: true }), 'listening');
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      const hasNone = code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
      if (hasNone && address === '::1' && servers.length > 0) continue;
      close();
      throw new SourceError(`cannot listen on ${nameOf(address, chosen)}: ${REASONS[code] ?? code}`);
    }
    // Without free descriptors, accept() fails, and works again later.
    server.on('error', () => undefined);
    chosen = (server.address() as AddressInfo).port;
    const name = nameOf(address, chosen);
    server.on('connection', (socket) => accept(socket, name));
    servers.push(server);
    names.push(name);
  }
  return { names, close };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there (":REMOTE" takes a free port)',
  EACCES: 'this user has no permission (ports below 1024)',
  EADDRNOTAVAIL: 'this machine has no such address',
};

function nameOf(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
