import type { CertificateRecord } from '../boundary/certificates.ts';
import { type EndpointSetRecord, NO_CHANGES, type RouteDelta } from '../boundary/delta.ts';

/** One message to a worker. */
export interface DeltaPart {
  readonly delta: RouteDelta;
  /** Further parts of the same change follow: it takes effect with the last part. */
  readonly more: boolean;
  /** Amount of work for the worker: about 1 for each record. */
  readonly weight: number;
}

/** Number of members of a set that count as one record: a member is only a number. */
const MEMBERS_PER_RECORD = 16;

/** Characters of a certificate's chain and key that count as one record: text is copied. */
const CHARACTERS_PER_RECORD = 4_096;

/**
 * Splits a delta into parts of bounded work, in the order in which a worker needs them: a record comes before those
 * that refer to it. Keys and all deletions except that of routes come last. A small delta is not split.
 *
 * @param max weight at which a part is complete
 */
export function* partsOf(delta: RouteDelta, max: number): Generator<DeltaPart, void> {
  const weight = weightOf(delta);
  if (weight <= max) {
    yield { delta, more: false, weight };
    return;
  }
  const { revision, reset, synced } = delta;
  const nothing: RouteDelta = { ...NO_CHANGES, revision, reset, synced };
  const part = (some: Partial<RouteDelta>): DeltaPart => {
    const made = { ...nothing, ...some };
    return { delta: made, more: true, weight: weightOf(made) };
  };
  for (const endpoints of slices(delta.endpoints, max)) yield part({ endpoints });
  for (const sets of slices(delta.sets, max, weightOfSet)) yield part({ sets });
  for (const routes of slices(delta.routes, max)) yield part({ routes });
  for (const removed of slices(delta.removed, max)) yield part({ removed });
  for (const certificates of slices(delta.certificates, max, weightOfCertificate))
    yield part({ certificates });
  for (const hostCertificates of slices(delta.hostCertificates, max)) yield part({ hostCertificates });
  const { endpointsGone, setsGone, keys, keysUnknown, keysRemoved } = delta;
  const { certificatesGone, hostCertificatesGone } = delta;
  const gone = { endpointsGone, setsGone, certificatesGone, hostCertificatesGone };
  yield { ...part({ ...gone, keys, keysUnknown, keysRemoved }), more: false };
}

/** The amount of work in a delta: about 1 for each record. */
export function weightOf(delta: RouteDelta): number {
  const { endpoints, sets, routes, removed, keys, keysUnknown, keysRemoved } = delta;
  const members = sets.reduce((sum, it) => sum + weightOfSet(it), 0);
  const namespaces = keys.length + keysUnknown.length + keysRemoved.length;
  return (
    endpoints.length + members + routes.length + removed.length + namespaces + weightOfCertificates(delta)
  );
}

function weightOfCertificates(delta: RouteDelta): number {
  const { certificates, certificatesGone, hostCertificates, hostCertificatesGone } = delta;
  const texts = certificates.reduce((sum, it) => sum + weightOfCertificate(it), 0);
  return texts + certificatesGone.length + hostCertificates.length + hostCertificatesGone.length;
}

function weightOfCertificate({ chain, key }: CertificateRecord): number {
  return 1 + (chain.length + key.length) / CHARACTERS_PER_RECORD;
}

function weightOfSet({ endpoints }: EndpointSetRecord): number {
  return 1 + endpoints.length / MEMBERS_PER_RECORD;
}

function* slices<T>(
  items: readonly T[],
  max: number,
  weigh: (item: T) => number = () => 1,
): Generator<readonly T[], void> {
  let from = 0;
  let weight = 0;
  for (const [at, item] of items.entries()) {
    weight += weigh(item);
    if (weight < max) continue;
    yield items.slice(from, at + 1);
    from = at + 1;
    weight = 0;
  }
  if (from < items.length) yield items.slice(from);
}
