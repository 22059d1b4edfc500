import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { LRUCache } from 'lru-cache';
import type { CertificateRecord } from '../../../boundary/certificates.ts';
import type { ServedCertificates } from '../../../routing/certificates.ts';

interface Ready {
  readonly context: SecureContext;
  readonly isEcdsa: boolean;
}

/**
 * The OpenSSL context of each certificate. A context takes 38 KiB of native memory and 0.3 ms, so podway creates it
 * when a client needs it, and keeps a limited number of them. A connection keeps the context with which it was opened.
 */
export class Contexts {
  readonly #cache: LRUCache<string, Ready>;
  #options: SecureContextOptions;

  /**
   * @param options of every context
   * @param max maximum number of contexts that are kept
   */
  constructor(options: SecureContextOptions, max: number) {
    this.#options = options;
    this.#cache = new LRUCache({ max });
  }

  /** Contexts that are created from now on have these options. */
  use(options: SecureContextOptions): void {
    this.#options = options;
    this.#cache.clear();
  }

  get size(): number {
    return this.#cache.size;
  }

  /**
   * The context of the first certificate that the client accepts, or of the last one. podway cannot use one context
   * with all certificates: of a context that an SNICallback returns, Node uses only the last certificate.
   * @throws the error of OpenSSL for a key or chain that it cannot use
   */
  of({ certificates }: ServedCertificates, takesEcdsa: boolean): SecureContext {
    let found: Ready | undefined;
    for (const certificate of certificates) {
      found = this.#ready(certificate);
      if (takesEcdsa || !found.isEcdsa) break;
    }
    return (found as Ready).context;
  }

  #ready(certificate: CertificateRecord): Ready {
    let ready = this.#cache.get(certificate.id);
    if (ready === undefined) {
      const { key, chain: cert } = certificate;
      const context = createSecureContext({ ...this.#options, key, cert });
      ready = { context, isEcdsa: new X509Certificate(cert).publicKey.asymmetricKeyType === 'ec' };
      this.#cache.set(certificate.id, ready);
    }
    return ready;
  }

  clear(): void {
    this.#cache.clear();
  }
}
