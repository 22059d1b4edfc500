import assert from 'node:assert/strict';
import dns from 'node:dns';
import { mock, test } from 'node:test';
import { connectFailure, verdict } from '../../src/proxy/failure.ts';
import { get } from '../rig/check.ts';
import { ok, until } from '../rig/origin.ts';
import { startScene } from '../rig/scene.ts';

/** Whose fault a failed connect is: the pod's, so that another is asked and this one left out, or our own shortage. */
const CONNECT_ERRORS: Readonly<Record<'pod' | 'late' | 'ours', readonly string[]>> = {
  pod: ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  late: ['ETIMEDOUT'],
  ours: ['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
};
const VERDICTS = {
  pod: { status: 502, source: 'upstream', retry: 'unsent', ejects: true },
  late: { status: 504, source: 'upstream', retry: 'unsent', ejects: true },
  ours: { status: 503, source: 'router', retry: 'never', ejects: false },
} as const;

for (const fault of ['pod', 'late', 'ours'] as const) {
  for (const code of CONNECT_ERRORS[fault]) {
    test(`UF-04 a connect that ends with ${code}`, () => {
      const error = Object.assign(new Error(code), { code });
      assert.deepEqual(verdict(connectFailure(error)), VERDICTS[fault]);
    });
  }
}

/** Linux knows no way there. */
const UNREACHABLE = { address: '255.255.255.255', refuses: true } as const;

test('UF-04 a pod that cannot be reached costs no request while another can, else it is 502', async () => {
  await using scene = await startScene({ pods: [{ name: 'far', ...UNREACHABLE }, { name: 'near' }] });
  for (let turn = 0; turn < 4; turn += 1) {
    assert.equal((await scene.exchange(get('/'))).value('x-origin'), 'near');
  }
  await using alone = await startScene({ pods: [{ name: 'far', ...UNREACHABLE }] });
  assert.equal((await alone.exchange(get('/'))).status, 502);
});

test('PR-08 a pause of the event loop times nobody out', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [until(promise), ok('late')] }],
    settings: { timeouts: { responseHead: 500, downstreamIdle: 500, keepAlive: 500 } },
  });
  using idle = await scene.client();
  using client = await scene.client();
  void client.send(get('/'));
  await scene.origin('o1').request();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
  resolve();
  assert.equal((await client.response()).text, 'late');
  assert.equal((await idle.exchange(get('/'))).text, 'late');
});

test('PR-19 no name is looked up for a request', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const lookup = mock.method(dns, 'lookup', () => assert.fail('a name was looked up'));
  try {
    assert.equal((await scene.exchange(get('/'))).status, 200);
    assert.equal(lookup.mock.callCount(), 0);
  } finally {
    lookup.mock.restore();
  }
});
