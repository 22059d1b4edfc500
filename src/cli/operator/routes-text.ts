import { counted } from '../../wiring/counted.ts';
import { own, ownArray, ownString } from '../../wiring/json.ts';
import { columns, sections } from './columns.ts';
import { numberField, textField, plainText, textList } from './shown.ts';

/** `/routes` for people. `wide`: with each endpoint and certificate. */
export function routesText(document: unknown, { wide, from }: RoutesView): string[] {
  const routes = ownArray(document, 'routes');
  const keys = keysOf(document);
  const rejections = ownArray(document, 'rejections');
  const certificates = ownArray(document, 'certificates');
  const counts = [
    counted(routes.length, 'route'),
    ...(rejections.length > 0 ? [counted(rejections.length, 'rejection')] : []),
    `revision ${numberField(document, 'revision')}`,
    from,
  ];
  return sections([
    wide ? endpointTable(routes, keys) : routeTable(routes, keys),
    wide ? certificateTable(certificates) : [],
    wide ? holderTable(ownArray(document, 'grants')) : [],
    overlapTable(ownArray(document, 'overlaps')),
    rejectionTable(rejections),
    [`${counts.join(', ')}${own(document, 'synced') === false ? ' (the cluster is not listed yet)' : ''}`],
  ]);
}

interface RoutesView {
  readonly wide: boolean;
  /** The router that answered. */
  readonly from: string;
}

/** The document with only the routes and certificates that serve a host, and without rejections, which name no host. */
export function onlyHost(
  document: object,
  host: string,
): { readonly document: object; readonly found: number } {
  const serves = (it: unknown) => covers(ownString(it, 'host') ?? '', host);
  const routes = ownArray(document, 'routes').filter(serves);
  const [certificates, overlaps, grants] = ['certificates', 'overlaps', 'grants'].map((it) =>
    ownArray(document, it).filter(serves),
  );
  const kept = { routes, certificates, overlaps, ...('grants' in document && { grants }) };
  return { document: { ...document, ...kept, rejections: [] }, found: routes.length };
}

/** Whether a route's host matches a host. If several match, all are printed, though the exact one serves it. */
function covers(route: string, host: string): boolean {
  if (route === host) return true;
  return route.startsWith('*.') && host.endsWith(route.slice(1)) && host.length > route.length - 1;
}

type Keys = ReadonlyMap<string, 'key' | 'key?'>;

function keysOf(document: unknown): Keys {
  const keys = new Map<string, 'key' | 'key?'>();
  for (const it of ownArray(document, 'keyedNamespaces')) keys.set(ownString(it, 'namespace') ?? '', 'key');
  for (const it of ownArray(document, 'unknownNamespaces')) keys.set(plainText(it), 'key?');
  return keys;
}

function routeTable(routes: readonly unknown[], keys: Keys): string[] {
  return columns(routes, [
    ['HOST', (it) => textField(it, 'host')],
    ['PATH', (it) => textField(it, 'path')],
    ['READY', readyOf],
    ['KEY', (it) => keyOfNamespaces(namespacesOf(it), keys)],
    ['NAMESPACES', (it) => namespacesOf(it).join(',')],
    ['OPTIONS', (it) => wordsOf(it)],
  ]);
}

function readyOf(route: unknown): string {
  const endpoints = ownArray(route, 'endpoints');
  const ready = endpoints.filter(
    (it) => own(it, 'condition') === 'ready' && numberField(it, 'ejectedFor') === 0,
  );
  return `${ready.length}/${endpoints.length}`;
}

function namespacesOf(route: unknown): string[] {
  return [...new Set(ownArray(route, 'endpoints').map((it) => textField(it, 'namespace')))];
}

function keyOfNamespaces(namespaces: readonly string[], keys: Keys): string {
  return [...new Set(namespaces.map((it) => keys.get(it) ?? ''))].filter((it) => it !== '').join(',');
}

/** The options of a route's pods if they agree, otherwise the names of those that differ. */
function wordsOf(route: unknown): string {
  const differing = textList(route, 'optionsDiffer');
  if (differing.length > 0) return `differ: ${differing.join(', ')}`;
  return textField(ownArray(route, 'endpoints')[0], 'options');
}

function endpointTable(routes: readonly unknown[], keys: Keys): string[] {
  const rows = routes.flatMap((route) =>
    ownArray(route, 'endpoints').map((endpoint) => ({ route, endpoint })),
  );
  return columns(rows, [
    ['HOST', ({ route }) => textField(route, 'host')],
    ['PATH', ({ route }) => textField(route, 'path')],
    ['POD', ({ endpoint }) => `${textField(endpoint, 'namespace')}/${textField(endpoint, 'pod')}`],
    ['ADDRESS', ({ endpoint }) => `${textField(endpoint, 'address')} ${textField(endpoint, 'port')}`],
    ['CONDITION', ({ endpoint }) => textField(endpoint, 'condition')],
    ['KEY', ({ endpoint }) => keys.get(ownString(endpoint, 'namespace') ?? '') ?? ''],
    ['IN FLIGHT', ({ endpoint }) => numberField(endpoint, 'inFlight') || ''],
    ['FAILURES', ({ endpoint }) => numberField(endpoint, 'failures') || ''],
    ['OUT FOR', ({ endpoint }) => seconds(numberField(endpoint, 'ejectedFor'))],
    ['OPTIONS', ({ endpoint }) => textField(endpoint, 'options')],
  ]);
}

function certificateTable(certificates: readonly unknown[]): string[] {
  const rows = certificates.flatMap((it) =>
    ownArray(it, 'certificates').map((certificate) => ({ host: textField(it, 'host'), certificate })),
  );
  return columns(rows, [
    ['CERTIFICATE OF', ({ host }) => host],
    [
      'FROM',
      ({ certificate: it }) =>
        textField(it, 'file') || `${textField(it, 'namespace')}/${textField(it, 'secret')}`,
    ],
    ['PAIR', ({ certificate }) => textField(certificate, 'pair')],
    ['KEY', ({ certificate }) => textField(certificate, 'keyKind')],
    ['UNTIL', ({ certificate }) => textField(certificate, 'notAfter')],
  ]);
}

/** With HOST_GRANTS=enforce: which namespaces may route which host and path. */
function holderTable(grants: readonly unknown[]): string[] {
  return columns(grants, [
    ['GRANTED', (it) => `${textField(it, 'host')}${textField(it, 'path')}`],
    ['TO', (it) => textList(it, 'namespaces').join(',')],
  ]);
}

/** Hosts that several namespaces declare. */
function overlapTable(overlaps: readonly unknown[]): string[] {
  return columns(overlaps, [
    ['HOST OF SEVERAL', (it) => textField(it, 'host')],
    ['NAMESPACES', (it) => textList(it, 'namespaces').join(',')],
    ['SOME BY', (it) => textField(it, 'wildcard')],
  ]);
}

function rejectionTable(rejections: readonly unknown[]): string[] {
  return columns(rejections, [
    ['REJECTED', (it) => `${textField(it, 'kind')} ${textField(it, 'namespace')}/${textField(it, 'name')}`],
    ['REASON', (it) => textField(it, 'reason')],
    ['DETAIL', (it) => textField(it, 'detail')],
  ]);
}

export function seconds(milliseconds: number): string {
  return milliseconds <= 0 ? '' : `${Math.ceil(milliseconds / 1_000)} s`;
}
