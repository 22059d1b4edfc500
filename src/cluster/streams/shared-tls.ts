import type { ClientRequest } from 'node:http';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { StreamAccess } from '../api/stream-access.ts';

/** What connections with the same access share. */
interface SharedTls {
  /**
   * Parsed certificates and keys. Without sharing, each connection would spend half a millisecond and 50 KB on them.
   */
  readonly secureContext: SecureContext;
  /** TLS session of the previous connection; the next one resumes it, without certificates and signatures. */
  session: Buffer | undefined;
}

/** By object identity, so that connections with other credentials resume no session. */
const SHARED = new WeakMap<StreamAccess, SharedTls>();

/** TLS options by which a connection shares what earlier ones with the same access have made; empty for plain HTTP. */
export function sharedTls(access: StreamAccess): { secureContext?: SecureContext; session?: Buffer } {
  if (!access.server.startsWith('https:')) return {};
  let shared = SHARED.get(access);
  if (shared === undefined) {
    shared = { secureContext: createSecureContext(access.tls), session: undefined };
    SHARED.set(access, shared);
  }
  const { secureContext, session } = shared;
  return { secureContext, ...(session !== undefined && { session }) };
}

/** Keeps the TLS session of the connection that a request gets, for the next one. */
export function keepSession(access: StreamAccess, request: ClientRequest): void {
  request.once('socket', (socket) => {
    (socket as Partial<TLSSocket>).on?.('session', (session: Buffer) => {
      const shared = SHARED.get(access);
      if (shared !== undefined) shared.session = session;
    });
  });
}
