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
 * What OpenSSL needs for each certificate: 38 KiB of native memory and 0.3 ms, so it is made when a client asks for it, and as
 * many are kept as there is room for. Connections keep the one that they were opened with.
 */
export class Contexts {
  readonly #cache: LRUCache<string, Ready>;
  #options: SecureContextOptions;

  /** `options`: of every context. `most`: of those kept. */
  constructor(options: SecureContextOptions, most: number) {
    this.#options = options;
    this.#cache = new LRUCache({ max: most });
  }

  /** Contexts that are made from now on have these options. */
  use(options: SecureContextOptions): void {
    this.#options = options;
    this.#cache.clear();
  }

  get size(): number {
    return this.#cache.size;
  }

  /**
   * The first of several certificates that the client can do with. One context of all would not do: what is named in an
   * SNICallback gives its last certificate only.
   * @throws what OpenSSL says of a key or chain that it cannot use
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
