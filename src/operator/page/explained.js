import { age, count, counted, dateAndTime } from './format.js';
import { html } from './html.js';
import { UntrustedText, RouteLink, Table, Tag } from './parts.js';

/**
 * @typedef {import('../../boundary/explanation.ts').Explanation} Explanation
 * @typedef {Explanation['endpoints'][0] & { workers?: { worker: number, excluded: string, inFlight: number, ejectedFor: number, isNext: boolean }[] }} Endpoint
 * @typedef {Partial<Omit<Explanation, 'outcome' | 'steps' | 'endpoints'>> & {
 *   outcome: Explanation['outcome'] | { kind: 'unreadable', status: number, reason: string },
 *   steps: Explanation['steps'],
 *   endpoints?: Endpoint[],
 *   at?: { revision: number, time: number },
 *   sent?: string[],
 *   workers?: { worker: number, revision: number, outcome: string, reason: string }[],
 *   missing: number[],
 * }} ExplainDocument
 */

const LOST = {
  '': 'takes it',
  shorter: 'a longer prefix matches',
  condition: 'its pods are for other requests',
  reading: 'not all readings of the path find it',
};

/** Why podway does not pick a pod. @type {Record<string, string>} */
const EXCLUDED = {
  '': '',
  key: 'its namespace does not accept the key',
  condition: 'its condition',
  'node-silent': 'its node is silent, and others are ready',
  'uid-repeated': 'another one has its uid and port',
  ejected: 'ejected',
  options: 'its options are for other requests',
  full: 'it takes no more at the moment',
};

/** @type {Record<string, string>} */
const KEYS = {
  none: 'requires no key',
  unknown: 'it is not known whether it has a key',
  accept: 'accepts the key',
  refuse: 'does not accept the key',
};

/** The document of /explain. @param {{ document: ExplainDocument }} props */
export function Explained({ document }) {
  const {
    outcome,
    steps,
    auth,
    prefixes = [],
    guards = [],
    namespaces = [],
    endpoints = [],
    sent = [],
  } = document;
  return html`<div class="explained">
    <p class="verdict" role="status"><${Outcome} outcome=${outcome} /></p>
    ${document.at !== undefined && html`<p>With the table of ${dateAndTime(document.at.time)}, revision ${count(document.at.revision)}.</p>`}
    ${auth !== undefined && html`<p>Before that, podway asks the service <${UntrustedText}>${auth}<//>; this is the result if it admits the request.</p>`}
    <${Sources} document=${document} />
    <div class="side-by-side">
      ${steps.length > 0 && html`<div><h3>Steps</h3><${Steps} steps=${steps} /></div>`}
      ${section('Prefixes of the host that match', prefixes, PREFIXES, (it) => `${it.kind} ${it.path}`)}
      ${section('Guards of its pods', guards, GUARDS, (it) => it.options)}
      ${section('Namespaces', namespaces, NAMESPACES, (it) => it.namespace)}
    </div>
    ${section('Pods', endpoints, ENDPOINTS, (it) => `${it.namespace} ${it.pod} ${it.port}`)}
    ${sent.length > 0 && html`<h3>Request head that the next pod would get</h3><pre tabindex="0">${sent.map((line) => html`<${UntrustedText}>${line}<//>${'\n'}`)}</pre>`}
  </div>`;
}

/**
 * @template T
 * @param {string} title
 * @param {readonly T[]} rows
 * @param {import('./parts.js').Column<T>[]} columns
 * @param {(row: T) => string} keyOf
 */
function section(title, rows, columns, keyOf) {
  if (rows.length === 0) return undefined;
  return html`<div><h3>${title}</h3><${Table} caption=${title} rows=${rows} columns=${columns} keyOf=${keyOf} /></div>`;
}

/** The steps of a decision. @param {{ steps: Explanation['steps'] }} props */
export function Steps({ steps }) {
  /** @type {import('./parts.js').Column<Explanation['steps'][0]>[]} */
  const columns = [
    { name: 'Step', cell: ({ step }) => step },
    {
      name: 'Verdict',
      cell: ({ verdict }) =>
        verdict === 'passed' ? html`<${Tag} kind="good">passed<//>` : html`<${Tag} kind="bad">${verdict}<//>`,
    },
  ];
  return html`<${Table} caption="Steps" rows=${steps} columns=${columns} keyOf=${(/** @type {{ step: string }} */ it) => it.step} />`;
}

/** @param {{ outcome: ExplainDocument['outcome'] }} props */
function Outcome({ outcome }) {
  switch (outcome.kind) {
    case 'forward':
      return html`<${Tag} kind="good">goes to a pod<//> of <${RouteLink} route=${outcome.route} />${
        outcome.upgrade !== '' && html`, as <${UntrustedText}>${outcome.upgrade}<//>`
      }`;
    case 'answer':
      return html`<${Tag} kind=${outcome.status < 400 ? 'plain' : 'bad'}>${outcome.status} ${outcome.reason}<//>${
        outcome.route !== undefined && html` of <${RouteLink} route=${outcome.route} />`
      }${outcome.location !== undefined && html` to <${UntrustedText}>${outcome.location}<//>`}`;
    case 'hangup':
      return html`<${Tag} kind="bad">the connection is closed: ${outcome.reason}<//>`;
    case 'unreadable':
      return html`<${Tag} kind="bad">${outcome.status} ${outcome.reason}<//> because it is not a valid HTTP request`;
  }
}

/** The distinct readings; most paths have only one. @param {Explanation['readings']} readings */
function different(readings) {
  return readings.filter(
    (it, at) => readings.findIndex(({ path, finds }) => path === it.path && finds === it.finds) === at,
  );
}

/** The hosts, readings and workers of the explanation. @param {{ document: ExplainDocument }} props */
function Sources({ document: { hosts = [], readings = [], workers = [], missing } }) {
  const revisions = [...new Set(workers.map(({ revision }) => revision))];
  return html`<ul class="notes">
    ${hosts.length > 0 && html`<li>Hosts that match: <${UntrustedText}>${hosts.join(', ')}<//></li>`}
    ${different(readings).map(
      ({ view, path, finds }) =>
        html`<li key=${view + path}>Read as <${UntrustedText}>${path}<//>: ${finds === '' ? 'finds nothing' : html`finds <${UntrustedText}>${finds}<//>`}</li>`,
    )}
    ${revisions.length > 0 && html`<li>Reported by ${counted(workers.length, 'worker')}, of revision ${revisions.join(', ')}</li>`}
    ${missing.length > 0 && html`<li><${Tag} kind="warn">no reply from worker ${missing.join(', ')}<//></li>`}
  </ul>`;
}

/** @type {import('./parts.js').Column<Explanation['prefixes'][0]>[]} */
const PREFIXES = [
  { name: 'Prefix', cell: ({ path }) => html`<${UntrustedText}>${path}<//>` },
  { name: 'Namespaces', cell: ({ namespaces }) => html`<${UntrustedText}>${namespaces.join(', ')}<//>` },
  {
    name: 'Verdict',
    cell: ({ kind, lost }) =>
      `${LOST[lost] ?? lost}${kind === 'redirect' ? ' (a redirect to the path without its slash)' : ''}`,
  },
];

/** @type {import('./parts.js').Column<Explanation['guards'][0]>[]} */
const GUARDS = [
  {
    name: 'Options',
    cell: ({ options }) => (options === '' ? 'none' : html`<${UntrustedText}>${options}<//>`),
  },
  { name: 'Pods', number: true, cell: ({ pods }) => count(pods) },
  { name: 'Not met', cell: ({ refusal }) => (refusal === '' ? '' : html`<${Tag} kind="bad">${refusal}<//>`) },
];

/** @type {import('./parts.js').Column<Explanation['namespaces'][0]>[]} */
const NAMESPACES = [
  { name: 'Namespace', cell: ({ namespace }) => html`<${UntrustedText}>${namespace}<//>` },
  { name: 'Key', cell: ({ verdict }) => KEYS[verdict] ?? verdict },
  { name: 'Reached', cell: ({ isReached }) => (isReached ? 'yes' : 'no') },
];

/** @type {import('./parts.js').Column<Endpoint>[]} */
const ENDPOINTS = [
  {
    name: 'Pod',
    cell: ({ namespace, pod, port }) => html`<${UntrustedText}>${namespace}/${pod}:${port}<//>`,
  },
  { name: 'Condition', cell: ({ condition }) => condition },
  { name: 'Why it is left out', cell: ({ excluded }) => EXCLUDED[excluded] ?? excluded },
  { name: 'Part', cell: ({ part }) => (part === undefined ? '' : partOf(part)) },
  { name: 'Zone', cell: ({ zone = '' }) => html`<${UntrustedText}>${zone}<//>` },
  {
    name: 'By worker',
    cell: ({ workers = [] }) =>
      workers.map(
        ({ worker, inFlight, ejectedFor, isNext }) => html`<div key=${worker}>
          ${worker}: ${count(inFlight)} in flight${ejectedFor > 0 && `, out for ${age(ejectedFor)}`}${isNext && html`, <b>next</b>`}
        </div>`,
      ),
  },
];

/** @param {import('../../boundary/explanation.ts').ExplainedPart} part */
function partOf({ weight, share, group, slowStartLeft }) {
  const parts = [];
  if (weight !== undefined) parts.push(`weight ${weight}`);
  if (share !== undefined) parts.push(`${share} %`);
  if (group !== undefined) parts.push(`group ${group}`);
  if (slowStartLeft !== undefined) parts.push(`all of it in ${age(slowStartLeft)}`);
  return html`<${UntrustedText}>${parts.join(', ')}<//>`;
}

/** The facts of one of the router's own answers. @param {{ answer: import('../../boundary/own-answer.ts').OwnAnswer }} props */
export function AnswerFacts({ answer }) {
  /** @type {[string, unknown][]} */
  const facts = [
    ['When', dateAndTime(answer.time)],
    ['Status', answer.status === 0 ? 'closed without an answer' : answer.status],
    ['Reason', html`<code>${answer.reason}</code>`],
    ['Request', html`<${UntrustedText}>${answer.method} ${answer.host}${answer.path}<//>`],
    ['Client', html`<${UntrustedText}>${answer.clientAddress}<//>`],
    ['Route', answer.route === '' ? 'none' : html`<${RouteLink} route=${routeOf(answer.route)} />`],
    ['Pod', answer.pod === '' ? 'none' : html`<${UntrustedText}>${answer.namespace}/${answer.pod}<//>`],
    ['Attempts', answer.attempts],
    ['Revision', answer.revision === -1 ? 'none was looked at' : count(answer.revision)],
    ['Request id', html`<${UntrustedText}>${answer.requestId}<//>`],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** @param {string} route host and path */
function routeOf(route) {
  const slash = route.indexOf('/');
  return { host: route.slice(0, slash), path: route.slice(slash) };
}
