import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseContainer, endOfSession, type PodView, readPodView } from '../../src/podstream/pod-view.ts';

interface Given {
  readonly uid?: string;
  readonly phase?: string;
  readonly reason?: string;
  readonly annotation?: string;
  /** The id of the first container. */
  readonly id?: string;
  readonly terminated?: object;
  readonly names?: readonly string[];
}

function view({
  uid = '1',
  phase = 'Running',
  id,
  terminated,
  names = ['app', 'side'],
  ...given
}: Given = {}): PodView {
  const annotations = { 'kubectl.kubernetes.io/default-container': given.annotation };
  const read = readPodView({
    metadata: { name: 'web', namespace: 'shop', uid, annotations },
    spec: {
      containers: names.map((name) => ({ name, tty: name === 'side' })),
      initContainers: [{ name: 'init' }],
      ephemeralContainers: [{ name: 'debug' }],
    },
    status: {
      phase,
      reason: given.reason,
      containerStatuses: [
        { name: 'app', containerID: id, state: terminated === undefined ? { running: {} } : { terminated } },
      ],
    },
  });
  assert.ok(read);
  return read;
}

test('what ends a session, and what does not (TT-11)', () => {
  const rows: readonly (readonly [Given, Given | undefined, string | undefined])[] = [
    [{}, {}, undefined],
    [{}, undefined, 'pod shop/web was deleted'],
    [{}, { uid: '2' }, 'pod shop/web was deleted, and there is another one of that name'],
    [{}, { phase: 'Failed', reason: 'Evicted' }, 'pod shop/web has ended (Evicted)'],
    [{}, { phase: 'Succeeded' }, 'pod shop/web has ended (Succeeded)'],
    [{ phase: 'Pending' }, {}, undefined],
    [
      {},
      { terminated: { reason: 'OOMKilled', exitCode: 137 } },
      'container app of pod shop/web has ended (OOMKilled, exit code 137)',
    ],
    [{ id: 'a' }, { id: 'b' }, 'container app of pod shop/web was restarted'],
    [{}, { id: 'b' }, undefined],
    [{ id: 'a' }, {}, undefined],
  ];
  for (const [before, now, expected] of rows) {
    assert.equal(endOfSession(view(before), now && view(now), 'app'), expected, JSON.stringify(now));
  }
  assert.equal(
    endOfSession(view(), view({ terminated: { exitCode: 1 } }), 'side'),
    undefined,
    'another container',
  );
});

test('a session uses the same container as kubectl', () => {
  const rows: readonly (readonly [Given, string | undefined, string])[] = [
    [{}, undefined, 'app, guessed'],
    [{ names: ['app'] }, undefined, 'app'],
    [{}, 'side', 'side'],
    [{}, 'init', 'init'],
    [{}, 'debug', 'debug'],
    [{ annotation: 'side' }, undefined, 'side'],
    [{ annotation: 'side' }, 'app', 'app'],
    [{ annotation: 'gone' }, undefined, 'app, guessed'],
    [{}, 'x', 'pod shop/web has no container x, only app, side, init, debug'],
    [{ phase: 'Failed', reason: 'Evicted' }, undefined, 'pod shop/web has ended (Evicted)'],
    [{ phase: 'Succeeded' }, 'app', 'pod shop/web has ended (Succeeded)'],
  ];
  for (const [given, requested, expected] of rows) {
    const chosen = chooseContainer(view(given), requested);
    const result =
      'problem' in chosen ? chosen.problem : `${chosen.container.name}${chosen.isGuess ? ', guessed' : ''}`;
    assert.equal(result, expected, JSON.stringify([given, requested]));
  }
});

test('any object is read as a pod or as undefined', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (spec, status) => {
      const read = readPodView({ metadata: { name: 'a' }, spec, status });
      assert.equal(read?.name, 'a');
      chooseContainer(read, undefined);
      endOfSession(read, read, 'app');
    }),
  );
});
