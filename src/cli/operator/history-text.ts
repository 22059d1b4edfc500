import { own, ownArray, ownString } from '../../wiring/json.ts';
import { figure, shown, timeOf, word, words } from './shown.ts';

/** `/history` for people, an entry after the other as they come: what was published, and why. */
export function historyText(document: unknown, from: string): string[] {
  const entries = ownArray(document, 'entries');
  const range = `revisions ${shown(document, 'oldest') || '-'} to ${shown(document, 'newest') || '-'} are remembered, ${from}`;
  return [...entries.flatMap((it) => [...entryLines(it), '']), range];
}

function entryLines(entry: unknown): string[] {
  const [routes, endpoints, rejections] = ['routes', 'endpoints', 'rejections'].map((it) => own(entry, it));
  return [
    `${shown(entry, 'revision')}   ${timeOf(entry, 'time')}   ${causesText(entry)}`,
    ...changes('+', 'route', ownArray(routes, 'added').map(routeText)),
    ...changes('-', 'route', ownArray(routes, 'removed').map(routeText)),
    ...more(routes, 'route'),
    ...changes('+', 'pod', ownArray(endpoints, 'added').map(endpointText)),
    ...changes('-', 'pod', ownArray(endpoints, 'removed').map(endpointText)),
    ...changes('~', 'pod', ownArray(endpoints, 'changed').map(endpointText)),
    ...more(endpoints, 'pod'),
    ...keyLines(own(entry, 'keys')),
    ...changes('~', 'certificates of', words(entry, 'certificates')),
    ...rejectionLines('!', 'rejected', own(rejections, 'appeared')),
    ...rejectionLines('=', 'no longer rejected', own(rejections, 'gone')),
    ...more(rejections, 'rejection'),
  ];
}

function causesText(entry: unknown): string {
  const causes = ownArray(entry, 'causes').map((it) => {
    const [kind, event] = [shown(it, 'kind'), shown(it, 'event')];
    const name = [shown(it, 'namespace'), shown(it, 'name')].filter((part) => part !== '').join('/');
    return [kind, name, event].filter((part) => part !== '').join(' ');
  });
  const others = figure(entry, 'moreCauses');
  return [...causes, ...(others > 0 ? [`and ${others} more`] : [])].join(', ');
}

function changes(sign: string, what: string, texts: readonly string[]): string[] {
  return texts.map((text) => `  ${sign} ${what} ${text}`);
}

function more(part: unknown, what: string): string[] {
  const others = figure(part, 'more');
  return others > 0 ? [`    and ${others} more ${what}s`] : [];
}

function routeText(route: unknown): string {
  return `${shown(route, 'host')}${shown(route, 'path')}`;
}

function endpointText(endpoint: unknown): string {
  const hosts = words(endpoint, 'hosts');
  const condition = shown(endpoint, 'condition');
  return [
    `${shown(endpoint, 'namespace')}/${shown(endpoint, 'pod')}:${shown(endpoint, 'port')}`,
    condition,
    hosts.length > 0 ? `(${hosts.join(', ')})` : '',
  ]
    .filter((it) => it !== '')
    .join(' ');
}

function keyLines(keys: unknown): string[] {
  if (typeof keys !== 'object' || keys === null) return [];
  return Object.entries(keys).map(([namespace, state]) => `  ~ keys of ${word(namespace)}: ${word(state)}`);
}

/** A list of them, or their number. */
function rejectionLines(sign: string, what: string, given: unknown): string[] {
  if (typeof given === 'number') return given > 0 ? [`  ${sign} ${what}: ${given}`] : [];
  return changes(sign, `${what}:`, Array.isArray(given) ? given.map(rejectionText) : []);
}

function rejectionText(rejection: unknown): string {
  const kind = shown(rejection, 'kind') || shown(own(rejection, 'object'), 'kind');
  const object = ownString(rejection, 'name') === undefined ? own(rejection, 'object') : rejection;
  return `${kind} ${shown(object, 'namespace')}/${shown(object, 'name')}: ${shown(rejection, 'reason')}`;
}
