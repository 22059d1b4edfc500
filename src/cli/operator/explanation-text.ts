import { REASONS } from '../../boundary/reasons.ts';
import { enumeration } from '../../wiring/enumeration.ts';
import { own, ownArray, ownString } from '../../wiring/json.ts';
import { columns, sections } from './columns.ts';
import { seconds } from './routes-text.ts';
import { numberField, textField, timeOf, plainText, textList } from './shown.ts';

/** Maximum length of a line that lists steps, in characters. */
const MAX_LINE_LENGTH = 100;

/** Why a prefix does not take a request. podway prints unknown words of newer routers unchanged. */
const LOST: Readonly<Record<string, string>> = {
  '': 'takes the request',
  shorter: 'a longer prefix does',
  condition: 'its pods are for other requests',
  reading: 'not every reading of the path finds it',
};

const KEYS: Readonly<Record<string, string>> = {
  none: 'has no key',
  unknown: 'not known whether it has a key',
  accept: 'accepts the key',
  refuse: 'refuses the key',
};

const EXCLUDED: Readonly<Record<string, string>> = {
  '': 'no',
  key: 'its namespace does not accept the key',
  condition: 'not ready',
  'node-silent': 'its node is silent, others are ready',
  'uid-repeated': 'another one has its uid and port',
  ejected: 'it failed, others do not',
  options: 'its options are for other requests',
  full: 'takes no more at the moment',
};

/** Whether the request would reach a pod or get an answer below 400 from podway. */
export function isGood(document: unknown): boolean {
  const outcome = own(document, 'outcome');
  const kind = own(outcome, 'kind');
  const status = numberField(outcome, 'status');
  return kind === 'forward' || (kind === 'answer' && status > 0 && status < 400);
}

/** `/explain` of a request for people. `wide`: with each step, and each worker of each pod. */
export function explanationText(document: unknown, view: ExplanationView): string[] {
  return sections([
    [...outcomeLines(document), `asked: ${view.from}${workersText(document)}`],
    view.wide ? stepTable(ownArray(document, 'steps')) : stepLines(ownArray(document, 'steps')),
    matchLines(document),
    prefixTable(document),
    guardTable(document),
    namespaceTable(document),
    endpointTable(document),
    view.wide ? workerTable(document) : [],
    sentLines(document),
  ]);
}

interface ExplanationView {
  readonly wide: boolean;
  /** The router that answered. */
  readonly from: string;
}

/** The outcome and its meaning. */
function outcomeLines(document: unknown): string[] {
  const outcome = own(document, 'outcome');
  const [reason, location] = [textField(outcome, 'reason'), textField(outcome, 'location')];
  const auth = textField(document, 'auth');
  const before = auth === '' ? [] : [`if the service ${auth} admits the request (explain does not ask it):`];
  switch (ownString(outcome, 'kind')) {
    case 'forward': {
      const upgrade = textField(outcome, 'upgrade');
      return [
        ...before,
        `forwarded by the route ${routeText(own(outcome, 'route'))}${upgrade && `, upgrade to ${upgrade}`}`,
      ];
    }
    case 'answer':
      return [
        ...before,
        `answered by podway: ${numberField(outcome, 'status')} ${reason}${location && ` to ${location}`}`,
        ...meaningOf(reason),
      ];
    case 'hangup':
      return [...before, `closed without an answer: ${reason}`, ...meaningOf(reason)];
    case 'unreadable':
      return [
        `refused as an invalid request: ${numberField(outcome, 'status')} ${reason}`,
        ...meaningOf(reason),
      ];
    case undefined:
    default:
      return [...before, `outcome: ${textField(outcome, 'kind')} ${reason}`];
  }
}

/** The meaning of a reason, and what to do. Empty for unknown reasons of newer routers. */
export function meaningOf(reason: string): string[] {
  if (!Object.hasOwn(REASONS, reason)) return [];
  const { meaning, action } = REASONS[reason as keyof typeof REASONS];
  return [meaning, action].filter((it) => it !== '').map((it) => `  ${it.replaceAll('`', '')}`);
}

function routeText(route: unknown): string {
  return `${textField(route, 'host')}${textField(route, 'path')}`;
}

function workersText(document: unknown): string {
  const at = own(document, 'at');
  const revisions = [...new Set(ownArray(document, 'workers').map((it) => numberField(it, 'revision')))];
  const missing = textList(document, 'missing');
  return [
    revisions.length > 0 ? `, revision ${enumeration(revisions.map(String))}` : '',
    at === undefined ? '' : ` (that of ${timeOf(at, 'time')}, without failures and requests in flight)`,
    missing.length > 0 ? `; no reply from worker ${enumeration(missing)}` : '',
  ].join('');
}

/** One line with all passed steps, then the step that decided. */
export function stepLines(steps: readonly unknown[]): string[] {
  const passed = steps.filter((it) => own(it, 'verdict') === 'passed').map((it) => textField(it, 'step'));
  const decided = steps.filter((it) => own(it, 'verdict') !== 'passed');
  return [
    ...wrapped('passed:  ', passed),
    ...decided.map((it) => `decided: ${textField(it, 'step')} - ${textField(it, 'verdict')}`),
  ];
}

function wrapped(title: string, items: readonly string[]): string[] {
  const lines: string[] = [];
  let line = title;
  for (const [at, item] of items.entries()) {
    const more = at < items.length - 1 ? `${item}, ` : item;
    if (line.length > title.length && line.length + more.length > MAX_LINE_LENGTH) {
      lines.push(line);
      line = ' '.repeat(title.length);
    }
    line += more;
  }
  return items.length === 0 ? [] : [...lines, line];
}

function stepTable(steps: readonly unknown[]): string[] {
  return columns(steps, [
    ['STEP', (it) => textField(it, 'step')],
    ['VERDICT', (it) => textField(it, 'verdict')],
  ]);
}

/** The host that serves the request, and the readings of its path. */
function matchLines(document: unknown): string[] {
  const [host, ...others] = textList(document, 'hosts');
  const readings = ownArray(document, 'readings');
  const [first] = readings;
  const agree = readings.every(
    (it) => own(it, 'path') === own(first, 'path') && own(it, 'finds') === own(first, 'finds'),
  );
  return [
    ...(host === undefined
      ? []
      : [`host:    ${host}${others.length > 0 ? ` before ${others.join(', ')}` : ''}`]),
    ...(agree
      ? []
      : readings.map(
          (it) => `reading: ${textField(it, 'path')} finds ${textField(it, 'finds') || 'nothing'}`,
        )),
  ];
}

function prefixTable(document: unknown): string[] {
  return columns(ownArray(document, 'prefixes'), [
    ['PREFIX', (it) => `${textField(it, 'path')}${own(it, 'kind') === 'redirect' ? ' (redirect)' : ''}`],
    ['VERDICT', (it) => textOf(LOST, ownString(it, 'lost') ?? '')],
    ['NAMESPACES', (it) => textList(it, 'namespaces').join(',')],
  ]);
}

function guardTable(document: unknown): string[] {
  return columns(ownArray(document, 'guards'), [
    ['OPTIONS', (it) => textField(it, 'options') || '(none)'],
    ['PODS', (it) => numberField(it, 'pods')],
    ['THIS REQUEST', (it) => textField(it, 'refusal') || 'let in'],
  ]);
}

function namespaceTable(document: unknown): string[] {
  return columns(ownArray(document, 'namespaces'), [
    ['NAMESPACE', (it) => textField(it, 'namespace')],
    ['KEY', (it) => textOf(KEYS, ownString(it, 'verdict') ?? '')],
    ['ITS PODS', (it) => (own(it, 'isReached') === true ? 'reached' : 'not reached')],
  ]);
}

function endpointTable(document: unknown): string[] {
  return columns(ownArray(document, 'endpoints'), [
    ['POD', podText],
    ['CONDITION', (it) => textField(it, 'condition')],
    ['LEFT OUT', (it) => textOf(EXCLUDED, ownString(it, 'excluded') ?? '')],
    ['FOR', (it) => seconds(numberField(it, 'ejectedFor'))],
    ['PART', (it) => partText(own(it, 'part'))],
    ['ZONE', (it) => textField(it, 'zone')],
    ['IN FLIGHT', (it) => inFlightOf(it)],
    ['NEXT', nextText],
  ]);
}

function podText(endpoint: unknown): string {
  return `${textField(endpoint, 'namespace')}/${textField(endpoint, 'pod')}:${numberField(endpoint, 'port')}`;
}

/** Requests in flight, summed over the workers. */
function inFlightOf(endpoint: unknown): number {
  const workers = ownArray(endpoint, 'workers');
  if (workers.length === 0) return numberField(endpoint, 'inFlight');
  return workers.reduce<number>((sum, it) => sum + numberField(it, 'inFlight'), 0);
}

function nextText(endpoint: unknown): string {
  const workers = ownArray(endpoint, 'workers');
  const next = workers.filter((it) => own(it, 'isNext') === true).map((it) => textField(it, 'worker'));
  if (workers.length === 0) return own(endpoint, 'isNext') === true ? 'yes' : '';
  if (next.length === 0) return '';
  return next.length === workers.length ? 'yes' : `of worker ${enumeration(next)}`;
}

function partText(part: unknown): string {
  const left = numberField(part, 'slowStartLeft');
  const named: readonly (readonly [string, string])[] = [
    ['weight', textField(part, 'weight')],
    ['share', textField(part, 'share') && `${textField(part, 'share')}%`],
    ['group', textField(part, 'group')],
    ['slow start for', seconds(left)],
  ];
  return named
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function workerTable(document: unknown): string[] {
  const rows = ownArray(document, 'endpoints').flatMap((endpoint) =>
    ownArray(endpoint, 'workers').map((worker) => ({ endpoint, worker })),
  );
  return columns(rows, [
    ['POD', ({ endpoint }) => podText(endpoint)],
    ['WORKER', ({ worker }) => textField(worker, 'worker')],
    ['LEFT OUT', ({ worker }) => textOf(EXCLUDED, ownString(worker, 'excluded') ?? '')],
    ['FOR', ({ worker }) => seconds(numberField(worker, 'ejectedFor'))],
    ['IN FLIGHT', ({ worker }) => numberField(worker, 'inFlight')],
    ['NEXT', ({ worker }) => (own(worker, 'isNext') === true ? 'yes' : '')],
  ]);
}

function sentLines(document: unknown): string[] {
  const lines = textList(document, 'sent');
  return lines.length === 0 ? [] : ['The next pod would get:', ...lines.map((it) => `  ${it}`)];
}

function textOf(table: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(table, key) ? (table[key] ?? '') : plainText(key);
}
