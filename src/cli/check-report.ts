import type { SourceProblem } from '../cluster/source.ts';
import type { Config } from '../config/load.ts';
import { OPERATOR_NAMESPACE } from '../inventory/held-certificate.ts';
import type { Listing } from '../inventory/inventory.ts';
import { authority } from '../wiring/authority.ts';
import { counted } from '../wiring/counted.ts';
import { printable, REJECTIONS, type RejectionReason } from '../wiring/rejection.ts';
import { shownOptions } from '../wiring/options/shown-options.ts';
import { certificateLines } from './check-certificates.ts';

/** Maximum length of NAMESPACE/NAME, in characters: Kubernetes allows 63 and 253. */
const MAX_NAME_LENGTH = 320;

/** All routes, rejections and problems as text for people. The last line has their counts. */
export function report(config: Config, listing: Listing, problems: readonly SourceProblem[]): string {
  const { routes, rejections } = listing;
  const counts = [
    counted(routes.length, 'route'),
    counted(rejections.length, 'rejection'),
    counted(problems.length, 'problem'),
  ];
  const lines = [
    ...tableLines(config, listing),
    ...rejections.map(({ object, reason, detail }) => rejectionLine({ ...object, reason, detail })),
    ...problems.map(problemLine),
    counts.join(', '),
    '',
  ];
  return lines.map((it) => printable(it, Infinity)).join('\n');
}

/** Lines with each route and its endpoints and, if podway serves TLS, with the certificates of each host. */
export function tableLines({ tlsPort }: Pick<Config, 'tlsPort'>, listing: Listing): string[] {
  const keyed = new Set(listing.namespaces.keyed.map(({ namespace }) => namespace));
  const lines = listing.routes.flatMap(({ host, path, endpoints }) => [
    `${host}${path}`,
    ...endpoints.map(({ namespace, pod, address, port, condition, options }) => {
      const place = authority({ address: address || 'no-address', port });
      const way = options === undefined ? '' : ` ${shownOptions(options.text)}`;
      return `  ${printable(`${namespace}/${pod}`, MAX_NAME_LENGTH)} ${place} ${condition}${way}${keyed.has(namespace) ? ' (key)' : ''}`;
    }),
  ]);
  return tlsPort === 'none' ? lines : [...lines, ...certificateLines(listing)];
}

interface RejectedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly reason: RejectionReason;
  readonly detail: string;
}

export function rejectionLine({ kind, namespace, name, reason, detail }: RejectedObject): string {
  const named = printable(namespace === OPERATOR_NAMESPACE ? name : `${namespace}/${name}`, MAX_NAME_LENGTH);
  return `rejected: ${kind} ${named}: ${reason}: ${detail} (expected ${REJECTIONS[reason]})`;
}

export function problemLine({ where, reason, detail }: SourceProblem): string {
  return `problem: ${where}: ${reason}: ${detail}`;
}
