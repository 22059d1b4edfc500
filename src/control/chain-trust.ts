import { duplexPair } from 'node:stream';
import { connect, createSecureContext, getCACertificates, type SecureContext, TLSSocket } from 'node:tls';

/** Finds out whether a client would trust a chain by a TLS handshake in memory, so OpenSSL verifies it as for a client. */
export class ChainTrust {
  readonly #authorities: string | undefined;
  /** Created when first needed, because reading the authorities takes tens of milliseconds. */
  #client: SecureContext | undefined;

  /** @param authorities authorities in PEM, in addition to those that Node trusts (Mozilla's, and NODE_EXTRA_CA_CERTS) */
  constructor(authorities: string | undefined) {
    this.#authorities = authorities;
  }

  /** @param chain PEM; the names of the leaf are not checked */
  async trusts({ chain, key }: { readonly chain: string; readonly key: string }): Promise<boolean> {
    this.#client ??= createSecureContext({
      ca: [...getCACertificates('default'), this.#authorities ?? []].flat(),
    });
    const [near, far] = duplexPair();
    const judged = Promise.withResolvers<boolean>();
    const refused = (): void => judged.resolve(false);
    let server: TLSSocket | undefined;
    const client = connect({
      socket: near,
      secureContext: this.#client,
      checkServerIdentity: () => undefined,
      rejectUnauthorized: true,
    });
    client
      .on('secureConnect', () => judged.resolve(client.authorized))
      .on('error', refused)
      .on('close', refused);
    try {
      server = new TLSSocket(far, {
        isServer: true,
        secureContext: createSecureContext({ cert: chain, key }),
      });
      server.on('error', refused).on('close', refused);
      return await judged.promise;
    } catch {
      return false;
    } finally {
      client.destroy();
      server?.destroy();
    }
  }
}
