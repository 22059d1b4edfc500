import type { EndpointReport } from '../boundary/figures.ts';
import { type EndpointRecord, endpointId } from '../boundary/delta.ts';
import { OPERATOR } from '../inventory/held-certificate.ts';
import type { Listing } from '../inventory/inventory.ts';
import type { ListedCertificate } from '../inventory/tls-certificates.ts';
import { differingWords, shownWords } from '../wiring/words/shown-words.ts';
import { REJECTIONS } from '../wiring/rejection.ts';

/** What `/routes` says of one endpoint: what was declared, and what the workers together have observed. */
export interface ListedEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly port: number;
  readonly condition: string;
  /** What its pod says in words; `refused`: a guard among them is not understood. */
  readonly options?: string;
  readonly inFlight: number;
  readonly failures: number;
  /** Milliseconds until the last worker that left it out tries it again; 0 = in rotation everywhere. */
  readonly ejectedFor: number;
}

/** The table as plain values for people and tools, with every rejection; each is made when it is read. */
export function listRoutes(
  listing: Listing,
  reports: readonly EndpointReport[],
  opensIn: (namespace: string) => number,
) {
  const { keyed, unknown } = listing.namespaces;
  const observed = addUp(reports);
  return {
    routes: each(listing.routes, ({ host, path, fence, endpoints }) => ({
      host,
      path,
      ...(fence && { fence }),
      ...differing(endpoints),
      endpoints: endpoints.map((endpoint): ListedEndpoint => {
        const { namespace, pod, address, port, condition, options } = endpoint;
        const { inFlight = 0, failures = 0, ejectedFor = 0 } = observed.get(endpointId(endpoint)) ?? {};
        const listed = { namespace, pod, address, port, condition, inFlight, failures, ejectedFor };
        return options === undefined ? listed : { ...listed, options: shownWords(options.words) };
      }),
    })),
    /** Without a usable key in its Secret a namespace denies every request. `opensIn`: milliseconds; its Secret is gone. */
    keyedNamespaces: keyed.map(({ namespace, keys, deleted }) =>
      deleted ? { namespace, keys, opensIn: Math.ceil(opensIn(namespace)) } : { namespace, keys },
    ),
    /** Their pods wait: it is unknown whether they have a key Secret. */
    unknownNamespaces: unknown,
    /** What each host is served with by TLS: `*` for all others. Keys are nowhere. */
    certificates: each(listing.certificates, ({ host, certificates }) => ({
      host,
      certificates: certificates.map(shownCertificate),
    })),
    /** With HOST_GRANTS=report, hosts that several namespaces ask for; with enforce, those that they share on purpose. */
    overlaps: each(listing.overlaps, (it) => it),
    ...(listing.grants !== undefined && {
      /** Who holds which host and path. */
      grants: each(listing.grants, (it) => it),
    }),
    rejections: each(listing.rejections, ({ object, reason, detail }) => ({
      ...object,
      reason,
      detail,
      expected: REJECTIONS[reason],
    })),
  };
}

/** The words in which the pods of a route differ, as they do during a rollout that changes some; those of a canary are its own. */
function differing(endpoints: readonly EndpointRecord[]): { readonly optionsDiffer?: readonly string[] } {
  const names = differingWords(endpoints.map(({ options }) => options?.words ?? ''));
  return names.length === 0 ? {} : { optionsDiffer: names };
}

function shownCertificate({ namespace, source, pair, id, keyKind, notBefore, notAfter }: ListedCertificate) {
  return {
    ...(namespace === OPERATOR ? { file: source } : { namespace, secret: source }),
    pair,
    sha256: id,
    keyKind,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
  };
}

function* each<T, R>(items: readonly T[], make: (item: T) => R): Generator<R, void> {
  for (const item of items) yield make(item);
}

function addUp(reports: readonly EndpointReport[]): Map<string, EndpointReport> {
  const sums = new Map<string, EndpointReport>();
  for (const report of reports) {
    const { id, inFlight, failures, ejectedFor } = report;
    const before = sums.get(id);
    sums.set(id, {
      ...report,
      inFlight: inFlight + (before?.inFlight ?? 0),
      failures: failures + (before?.failures ?? 0),
      ejectedFor: Math.max(ejectedFor, before?.ejectedFor ?? 0),
    });
  }
  return sums;
}
