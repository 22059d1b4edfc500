import { enumeration } from '../wiring/enumeration.ts';
import { printable, type Rejection, type RejectionReason } from '../wiring/rejection.ts';
import { compareText } from '../wiring/order.ts';
import type { ReadSource } from './certificate-sources.ts';
import { type HeldCertificate, isValid, namesOf, OPERATOR_NAMESPACE } from './held-certificate.ts';
import type { HostDecisions, Trust } from './host-decisions.ts';
import type { HostNamespaces } from './host-namespaces.ts';

/** What the check of a certificate depends on. */
export interface CertificateChecks {
  readonly decisions: HostDecisions;
  readonly namespaces: HostNamespaces;
  readonly trust: Trust;
}

/** Maximum number of hosts of one wildcard that are checked: a longer report would not be read. */
const MAX_HOSTS = 100;
/** Maximum number of names in one rejection. */
const MAX_NAMES = 5;

/**
 * The rejections of a source: its certificates that are not used, or not for a host that they cover, with the reason.
 *
 * @param now milliseconds since 1970
 */
export function rejectionsOf(read: ReadSource, checks: CertificateChecks, now: number): Rejection[] {
  const { source, readings, held } = read;
  const kind = source.namespace === OPERATOR_NAMESPACE ? 'File' : 'Secret';
  const object = { kind, uid: source.uid, namespace: source.namespace, name: source.name };
  const rejections: Rejection[] = [];
  const reject = (reason: RejectionReason, detail: string): void => {
    rejections.push({ object, reason, detail: printable(detail) });
  };
  for (const [pair, { problem }] of readings) if (problem !== undefined) reject(problem, `${pair}.crt`);
  if (source.further > 0) reject('tls-too-many-pairs', `${source.further} further pairs`);
  if (source.pairs.length === 0) reject('tls-pair-incomplete', 'tls.crt');
  for (const one of held) {
    const { notBefore, notAfter } = one.certificate;
    if (namesOf(one).length === 0) reject('tls-names-missing', `${one.pair}.crt`);
    if (!isValid(one, now)) {
      if (now < notBefore) reject('tls-not-yet-valid', `${one.pair}.crt: from ${dateOf(notBefore)}`);
      else reject('tls-expired', `${one.pair}.crt: until ${dateOf(notAfter)}`);
    }
    if (source.namespace === OPERATOR_NAMESPACE) continue;
    for (const [reason, hosts] of unusedFor(one, checks)) reject(reason, `${one.pair}.crt: ${some(hosts)}`);
  }
  return rejections;
}

/** Hosts for which a certificate is not used, by reason. */
function unusedFor(held: HeldCertificate, checks: CertificateChecks): Map<RejectionReason, string[]> {
  const reasons = new Map<RejectionReason, string[]>();
  const add = (reason: RejectionReason, host: string): void => {
    const hosts = reasons.get(reason);
    if (hosts === undefined) reasons.set(reason, [host]);
    else hosts.push(host);
  };
  for (const name of held.certificate.names) {
    const hosts = routedHosts(name, held.namespace, checks.namespaces);
    if (hosts.length === 0) add('tls-host-not-routed', name);
    for (const host of hosts) {
      const reason = unservedReason(held, host, checks);
      if (reason !== undefined) add(reason, host);
    }
  }
  return reasons;
}

/** The hosts that the name covers and the namespace routes. */
function routedHosts(name: string, namespace: string, namespaces: HostNamespaces): string[] {
  const hosts = namespaces.of(name).has(namespace) ? [name] : [];
  if (!name.startsWith('*.')) return hosts;
  for (const host of namespaces.aroundOf(name, namespace)) {
    if (hosts.length >= MAX_HOSTS) break;
    hosts.push(host);
  }
  return hosts;
}

function unservedReason(
  held: HeldCertificate,
  host: string,
  checks: CertificateChecks,
): RejectionReason | undefined {
  const [served, ...others] = checks.decisions.of(host) ?? [];
  const isOurs = (it: HeldCertificate | undefined) =>
    it !== undefined && (it.namespace === held.namespace || it.certificate.id === held.certificate.id);
  if (isOurs(served) || others.some(isOurs)) return undefined;
  if (served?.namespace !== OPERATOR_NAMESPACE) return served && 'tls-host-of-another';
  if (!host.startsWith('*.') && served.certificate.names.includes(host)) return 'tls-host-of-operator';
  return checks.trust(held) === false ? 'tls-host-not-trusted' : undefined;
}

function some(hosts: readonly string[]): string {
  const shown = hosts.toSorted(compareText).slice(0, MAX_NAMES);
  const more = hosts.length - shown.length;
  return enumeration(more > 0 ? [...shown, `${more} more`] : shown);
}

function dateOf(time: number): string {
  return new Date(time).toISOString();
}
