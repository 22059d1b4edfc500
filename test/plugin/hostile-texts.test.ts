import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerColumns } from '../../src/cli/operator/answer-columns.ts';
import { answerText } from '../../src/cli/operator/answer-text.ts';
import { columns, line } from '../../src/cli/operator/columns.ts';
import { explanationText } from '../../src/cli/operator/explanation-text.ts';
import { historyText } from '../../src/cli/operator/history-text.ts';
import { routesText } from '../../src/cli/operator/routes-text.ts';
import { jsonOf, textOf } from '../../src/cli/operator/shown.ts';
import { run } from './plugin-scene.ts';
import { startWithAnswer, StubListener } from './stub-listener.ts';

/** Clears the screen, sets the title, reverses the direction, breaks the line, has an 8-bit CSI, ends a string. */
const EVIL = '\x1b[2J\x1b]0;x\x07\u202etxt\u2066\r\nroot# \x9b31m\u200b\ud800"\\';

const ROUTES = {
  revision: 3,
  synced: true,
  routes: [
    {
      host: EVIL,
      path: EVIL,
      optionsDiffer: [EVIL],
      endpoints: [{ namespace: EVIL, pod: EVIL, address: EVIL, port: 1, condition: EVIL, options: EVIL }],
    },
  ],
  keyedNamespaces: [{ namespace: EVIL, keys: 1 }],
  unknownNamespaces: [EVIL],
  certificates: [{ host: EVIL, certificates: [{ file: EVIL, pair: EVIL, keyKind: EVIL, notAfter: EVIL }] }],
  overlaps: [{ host: EVIL, namespaces: [EVIL], wildcard: EVIL }],
  grants: [{ host: EVIL, path: EVIL, namespaces: [EVIL] }],
  rejections: [{ kind: EVIL, namespace: EVIL, name: EVIL, reason: EVIL, detail: EVIL }],
};

const EXPLAINED = {
  steps: [
    { step: EVIL, verdict: 'passed' },
    { step: EVIL, verdict: EVIL },
  ],
  outcome: { kind: 'answer', status: 403, reason: EVIL, location: EVIL },
  auth: EVIL,
  hosts: [EVIL, EVIL],
  readings: [
    { path: EVIL, finds: EVIL },
    { path: 'b', finds: '' },
  ],
  prefixes: [{ path: EVIL, kind: 'route', namespaces: [EVIL], lost: EVIL }],
  namespaces: [{ namespace: EVIL, verdict: EVIL, isReached: true }],
  guards: [{ options: EVIL, pods: 1, refusal: EVIL }],
  endpoints: [
    {
      namespace: EVIL,
      pod: EVIL,
      port: 1,
      condition: EVIL,
      excluded: EVIL,
      zone: EVIL,
      part: { group: EVIL },
      workers: [{ worker: EVIL, excluded: EVIL, isNext: true }],
    },
  ],
  sent: [EVIL],
  missing: [EVIL],
};

const ANSWER = {
  time: 0,
  requestId: EVIL,
  clientAddress: EVIL,
  method: EVIL,
  host: EVIL,
  path: EVIL,
  status: 403,
  reason: EVIL,
  route: EVIL,
  namespace: EVIL,
  pod: EVIL,
  worker: EVIL,
  revision: EVIL,
};

const ENTRY = {
  revision: EVIL,
  time: 0,
  causes: [{ kind: EVIL, namespace: EVIL, name: EVIL, event: EVIL }],
  routes: { added: [{ host: EVIL, path: EVIL }], removed: [{ host: EVIL, path: EVIL }] },
  endpoints: { added: [{ namespace: EVIL, pod: EVIL, port: 1, condition: EVIL, hosts: [EVIL] }] },
  keys: { [EVIL]: EVIL },
  certificates: [EVIL],
  rejections: { appeared: [{ kind: EVIL, namespace: EVIL, name: EVIL, reason: EVIL }] },
};

const DOCUMENTS: Readonly<Record<string, { readonly args: readonly string[]; readonly document: unknown }>> =
  {
    routes: { args: ['routes'], document: ROUTES },
    explain: { args: ['explain', 'http://a/'], document: EXPLAINED },
    'explain --id': { args: ['explain', '--id', 'a'], document: { answer: ANSWER, steps: EXPLAINED.steps } },
    answers: { args: ['answers'], document: { answers: [ANSWER], missing: [EVIL] } },
    history: { args: ['history'], document: { oldest: EVIL, newest: EVIL, entries: [ENTRY] } },
    'a refusal': { args: ['routes'], document: { error: EVIL } },
  };

for (const [name, { args, document }] of Object.entries(DOCUMENTS)) {
  test(`${name}: a terminal gets printable characters only, for any text of a cluster (EX-13)`, async () => {
    await using listener = await StubListener.start(
      startWithAnswer(document, name === 'a refusal' ? 400 : 200),
    );
    for (const output of ['text', 'wide', 'json']) {
      const { stdout, stderr } = await run([...args, '--url', listener.url, '-o', output]);
      assert.match(`${stdout}${stderr}`, /^[\x20-\x7e\n]+$/);
      assert.ok(!`${stdout}${stderr}`.includes('\nroot#'));
      if (output === 'json' && stdout !== '') {
        const document = JSON.stringify(JSON.parse(stdout));
        assert.ok(document.includes(JSON.stringify(EVIL).slice(1, -1)), 'the document is unchanged');
      }
    }
  });
}

test('tail: a terminal gets printable characters only (EX-13)', () => {
  const table = answerColumns({ wide: true, many: true });
  const text = textOf([line({ answer: ANSWER, router: 'pod a/b' }, table)]);
  assert.match(text, /^[\x20-\x7e]+\n$/);
});

test('documents of any shape are printed without an exception, in printable characters', () => {
  const view = { wide: true, from: 'x' };
  const shapes = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 0, -1, Number.NaN, 1e300, EVIL, '', 'forward', 'answer', 'passed', 'ready'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          ...Object.keys({ ...ROUTES, ...EXPLAINED, ...ANSWER, ...ENTRY, entries: 0, endpoints: 0, kind: 0 }),
        ),
        tie('value'),
      ),
    ),
  })).value;
  fc.assert(
    fc.property(shapes, (document) => {
      const texts = [
        routesText(document, view),
        explanationText(document, view),
        answerText(document, 'x'),
        historyText(document, 'x'),
        columns([{ answer: document, router: 'x' }], answerColumns({ wide: true, many: false })),
      ];
      for (const lines of texts) assert.match(textOf(lines), /^[\x20-\x7e\n]*$/);
      assert.match(jsonOf(document), /^[\x20-\x7e\n]+$/);
    }),
  );
});
