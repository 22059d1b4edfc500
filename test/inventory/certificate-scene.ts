import { OPERATOR_NAMESPACE } from '../../src/inventory/held-certificate.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import { readTlsSecret, type TlsSecret } from '../../src/wiring/tls-secret.ts';
import { type CertificateSpec, makeCertificate, type MadeCertificate } from '../fixtures/certificates.ts';
import { aPod } from '../wiring/objects.ts';
import { Cluster, listed } from './cluster.ts';

/** 2026-06-01, the time of every event unless a test sets another one. */
export const NOW = Date.UTC(2026, 5, 1);
export const EXPIRED = { notAfter: '2026-05-01T00:00:00Z' };
export const FUTURE = { notBefore: '2026-07-01T00:00:00Z' };

const made = new Map<string, Promise<MadeCertificate>>();

/**
 * The same certificate for the same names and kind, within the process; each in its own promise: see test/in-turn.ts.
 */
export async function certificateFor(names: string, more: CertificateSpec = {}): Promise<MadeCertificate> {
  const key = JSON.stringify([names, more]);
  let certificate = made.get(key);
  if (certificate === undefined)
    made.set(key, (certificate = makeCertificate({ names: names.split(' '), ...more })));
  return await certificate;
}

export type Pairs = Readonly<Record<string, Pick<MadeCertificate, 'chain' | 'key'>>>;

export interface SecretSpec {
  readonly name?: string;
  readonly uid?: string;
  /** Day of 2026 on which it was created. */
  readonly day?: number;
}

/** @param pairs by their name; a certificate alone is `tls` */
export function tlsSecret(
  namespace: string,
  pairs: Pairs | MadeCertificate,
  { name = 'routing-tls', uid = `${namespace}/${name}`, day = 1 }: SecretSpec = {},
): TlsSecret {
  const all = 'chain' in pairs ? { tls: pairs as MadeCertificate } : pairs;
  const texts = Object.entries(all).flatMap(([pair, { chain, key }]) => [
    [`${pair}.crt`, chain],
    [`${pair}.key`, key],
  ]);
  const creationTimestamp = new Date(Date.UTC(2026, 0, day)).toISOString();
  const metadata = { name, namespace, uid, creationTimestamp };
  const secret = readTlsSecret({ metadata, stringData: Object.fromEntries(texts) });
  if (secret === undefined) throw new Error('the test has no Secret');
  return secret;
}

/** The routes of a test: `namespace: host host`. */
export function routing(text: string): Pod {
  const [namespace = '', hosts = ''] = text.split(': ');
  return aPod({ name: `pod-of-${namespace}`, namespace, hosts, paths: '80:/' });
}

/** An inventory with certificates, and one worker that it feeds. */
export class CertificateScene extends Cluster {
  now = NOW;

  constructor(routes: readonly string[] = [], tlsSecrets: readonly string[] = ['routing-tls']) {
    super('segment', { tlsSecrets });
    this.list(routes.map(routing));
  }

  override publish(now = this.now ?? NOW): boolean {
    return super.publish(now);
  }

  secrets(...secrets: readonly TlsSecret[]): this {
    for (const object of secrets) this.inventory.tlsSecretsOf(object.name, { type: 'apply', object });
    this.publish();
    return this;
  }

  without(object: TlsSecret): this {
    this.inventory.tlsSecretsOf(object.name, { type: 'delete', object });
    this.publish();
    return this;
  }

  listSecrets(secrets: readonly TlsSecret[], name = 'routing-tls'): this {
    for (const event of listed(secrets)) this.inventory.tlsSecretsOf(name, event);
    this.publish();
    return this;
  }

  /** Podway's own folder holds only these. */
  files(files: Readonly<Record<string, Pairs | MadeCertificate>>): this {
    this.inventory.certificates?.files(
      Object.entries(files).map(([name, pairs]) => ({
        ...tlsSecret('folder', pairs),
        namespace: OPERATOR_NAMESPACE,
        name,
        uid: name,
        created: Infinity,
      })),
    );
    this.publish();
    return this;
  }

  /** Answers whether each requested chain is trusted, until no request is left. */
  answer(isTrusted: (chain: string) => boolean): void {
    for (;;) {
      const questions = this.inventory.certificates?.takeQuestions() ?? [];
      if (questions.length === 0) return;
      for (const { id, chain } of questions) this.inventory.certificates?.judged(id, isTrusted(chain));
      this.publish();
    }
  }

  /** The chains that the worker serves for a host; `none` when it refuses the handshake. */
  served(host: string | undefined): readonly string[] | 'none' {
    return this.table.certificates.lookup(host)?.certificates.map(({ chain }) => chain) ?? 'none';
  }

  /** `namespace/name reason detail`, sorted. */
  rejections(): string[] {
    const found = this.inventory.listing().rejections.map(({ object, reason, detail }) => {
      return `${object.namespace || object.kind}/${object.name} ${reason} ${detail}`;
    });
    return found.sort();
  }
}
