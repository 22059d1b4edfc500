import type { EndpointReport } from '../boundary/figures.ts';
import { type EndpointRecord, endpointId } from '../boundary/delta.ts';
import { OPERATOR_NAMESPACE } from '../inventory/held-certificate.ts';
import type { Listing } from '../inventory/inventory.ts';
import type { ListedCertificate } from '../inventory/tls-certificates.ts';
import { differingOptions, shownOptions } from '../wiring/options/shown-options.ts';
import { REJECTIONS } from '../wiring/rejection.ts';

/** One endpoint as `/routes` shows it: what its pod declares, and what all workers together have observed. */
export interface ListedEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly port: number;
  readonly condition: string;
  /** The options that its pod declares; `refused`: podway does not understand a guard among them. */
  readonly options?: string;
  readonly inFlight: number;
  readonly failures: number;
  /** Milliseconds until the last worker that ejected it tries it again; 0 if every worker has it in rotation. */
  readonly ejectedFor: number;
}

/** The route table with every rejection, as plain values for people and tools. Each value is made when it is read. */
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
        return options === undefined ? listed : { ...listed, options: shownOptions(options.text) };
      }),
    })),
    /**
     * A namespace whose Secret has no usable key denies every request. `opensIn`: milliseconds until podway opens a
     * namespace whose Secret was deleted.
     */
    keyedNamespaces: keyed.map(({ namespace, keys, deleted }) =>
      deleted ? { namespace, keys, opensIn: Math.ceil(opensIn(namespace)) } : { namespace, keys },
    ),
    /** Pods of these namespaces wait: podway does not know whether the namespaces have a key Secret. */
    unknownNamespaces: unknown,
    /** The certificates of each host; `*` stands for all other hosts. Private keys are not shown. */
    certificates: each(listing.certificates, ({ host, certificates }) => ({
      host,
      certificates: certificates.map(shownCertificate),
    })),
    /**
     * With HOST_GRANTS=report, hosts that several namespaces declare; with enforce, hosts that they share on purpose.
     */
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

/**
 * The options in which pods of the same version of a route differ, as they do during a rollout that changes some. A
 * canary may differ from the other pods.
 */
function differing(endpoints: readonly EndpointRecord[]): { readonly optionsDiffer?: readonly string[] } {
  const names = differingOptions(endpoints.map(({ options }) => options?.text ?? ''));
  return names.length === 0 ? {} : { optionsDiffer: names };
}

function shownCertificate({ namespace, source, pair, id, keyKind, notBefore, notAfter }: ListedCertificate) {
  return {
    ...(namespace === OPERATOR_NAMESPACE ? { file: source } : { namespace, secret: source }),
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
