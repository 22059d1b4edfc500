import { once } from 'node:events';
import { chmodSync, linkSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { type AddressInfo, isIPv6, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { listenFailure } from '../boundary/listen-failure.ts';
import { SourceError } from '../cluster/source.ts';
import { ownString } from '../wiring/json.ts';
import { printable } from '../wiring/rejection.ts';

/** Where a server listens, and how to clean up after it. */
export interface Listening {
  /** The address in the usual notation. */
  readonly at: string;
  /** Removes what the listener leaves behind. */
  readonly remove: () => void;
}

/**
 * Listens on a TCP port; 0 takes a free one.
 *
 * @throws SourceError
 */
export async function listenTcp(server: Server, address: string, port: number): Promise<Listening> {
  try {
    await once(server.listen({ host: address, port }), 'listening');
  } catch (error) {
    const failed = error as NodeJS.ErrnoException;
    const advice = failed.code === 'EADDRINUSE' ? ' (--port 0 takes a free port)' : '';
    throw new SourceError(listenFailure({ setting: '--port', address, port }, failed) + advice);
  }
  // Without free descriptors the server reports an error, and accepts connections again later.
  server.on('error', () => undefined);
  const own = server.address() as AddressInfo;
  const host = isIPv6(own.address) ? `[${own.address}]` : own.address;
  return { at: `${host}:${own.port}`, remove: () => undefined };
}

/**
 * A socket file that only its owner can connect to, at any moment: podway creates it in a folder that no other user can
 * enter, sets its mode to 0600, and then links it to its place. A file that already exists there stays, and so does a
 * symbolic link.
 *
 * @throws SourceError
 */
export async function listenUnix(server: Server, path: string): Promise<Listening> {
  const shown = printable(path);
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(dirname(path), '.podway-'));
    const inside = join(folder, 's');
    await once(server.listen(inside), 'listening');
    chmodSync(inside, 0o600);
    linkSync(inside, path);
  } catch (error) {
    server.close();
    const code = ownString(error, 'code') ?? '';
    throw new SourceError(
      code === 'EEXIST'
        ? `${shown} exists: stop the program that listens there, or remove the file`
        : `cannot make the socket ${shown} (${code})`,
    );
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
  server.on('error', () => undefined);
  return { at: shown, remove: () => removeFile(path) };
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another process has removed it.
  }
}
