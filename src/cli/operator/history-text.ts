import { counted } from '../../wiring/counted.ts';
import { own, ownArray, ownString } from '../../wiring/json.ts';
import { numberField, textField, timeOf, plainText, textList } from './shown.ts';

/** `/history` for people, in the order of the document: what podway published, and why. */
export function historyText(document: unknown, from: string): string[] {
  const entries = ownArray(document, 'entries');
  const range = `revisions ${textField(document, 'oldest') || '-'} to ${textField(document, 'newest') || '-'} are remembered, ${from}`;
  return [...entries.flatMap((it) => [...entryLines(it), '']), range];
}

function entryLines(entry: unknown): string[] {
  const [routes, endpoints, rejections] = ['routes', 'endpoints', 'rejections'].map((it) => own(entry, it));
  const unsynced = own(entry, 'synced') === false ? ' (the cluster is not listed yet)' : '';
  return [
    `${textField(entry, 'revision')}   ${timeOf(entry, 'time')}   ${causesText(entry)}${unsynced}`,
    ...changes('+', 'route', ownArray(routes, 'added').map(routeText)),
    ...changes('-', 'route', ownArray(routes, 'removed').map(routeText)),
    ...more(numberField(routes, 'more'), 'route'),
    ...changes('+', 'pod', ownArray(endpoints, 'added').map(endpointText)),
    ...changes('-', 'pod', ownArray(endpoints, 'removed').map(endpointText)),
    ...changes('~', 'pod', ownArray(endpoints, 'changed').map(endpointText)),
    ...more(numberField(endpoints, 'more'), 'pod'),
    ...keyLines(own(entry, 'keys')),
    ...more(numberField(entry, 'moreKeys'), 'namespace', ' with other keys'),
    ...changes('~', 'certificates of', textList(entry, 'certificates')),
    ...more(numberField(entry, 'moreCertificates'), 'host', ' with other certificates'),
    ...rejectionLines('!', 'rejected', own(rejections, 'appeared')),
    ...rejectionLines('=', 'no longer rejected', own(rejections, 'gone')),
    ...more(numberField(rejections, 'more'), 'rejection'),
  ];
}

function causesText(entry: unknown): string {
  const causes = ownArray(entry, 'causes').map((it) => {
    const [kind, event] = [textField(it, 'kind'), textField(it, 'event')];
    const name = [textField(it, 'namespace'), textField(it, 'name')].filter((part) => part !== '').join('/');
    return [kind, name, event].filter((part) => part !== '').join(' ');
  });
  const others = numberField(entry, 'moreCauses');
  return [...causes, ...(others > 0 ? [`and ${others} more`] : [])].join(', ');
}

function changes(sign: string, what: string, texts: readonly string[]): string[] {
  return texts.map((text) => `  ${sign} ${what} ${text}`);
}

function more(others: number, noun: string, rest = ''): string[] {
  return others > 0 ? [`    and ${counted(others, `more ${noun}`)}${rest}`] : [];
}

function routeText(route: unknown): string {
  return `${textField(route, 'host')}${textField(route, 'path')}`;
}

/** `shop/web-1:3000 ready -> unready, strip -> strip weight=5`. */
function endpointText(endpoint: unknown): string {
  const [was, condition] = [textField(endpoint, 'was'), textField(endpoint, 'condition')];
  const options = own(endpoint, 'options');
  const hosts = textList(endpoint, 'hosts');
  const texts = [
    was === '' ? condition : `${was} -> ${condition}`,
    options === undefined
      ? ''
      : `${textField(options, 'was') || '(no options)'} -> ${textField(options, 'now') || '(no options)'}`,
    hosts.length > 0 ? `(${hosts.join(', ')})` : '',
  ];
  const port = `${textField(endpoint, 'namespace')}/${textField(endpoint, 'pod')}:${textField(endpoint, 'port')}`;
  return `${port} ${texts.filter((it) => it !== '').join(', ')}`;
}

function keyLines(keys: unknown): string[] {
  if (typeof keys !== 'object' || keys === null) return [];
  return Object.entries(keys).map(
    ([namespace, state]) => `  ~ keys of ${plainText(namespace)}: ${plainText(state)}`,
  );
}

/** A line for each rejection, or one line with their number. */
function rejectionLines(sign: string, what: string, given: unknown): string[] {
  if (typeof given === 'number') return given > 0 ? [`  ${sign} ${what}: ${given}`] : [];
  return changes(sign, `${what}:`, Array.isArray(given) ? given.map(rejectionText) : []);
}

function rejectionText(rejection: unknown): string {
  const kind = textField(rejection, 'kind') || textField(own(rejection, 'object'), 'kind');
  const object = ownString(rejection, 'name') === undefined ? own(rejection, 'object') : rejection;
  const why = [textField(rejection, 'reason'), textField(rejection, 'detail')]
    .filter((it) => it !== '')
    .join(': ');
  return `${kind} ${textField(object, 'namespace')}/${textField(object, 'name')}: ${why}`;
}
