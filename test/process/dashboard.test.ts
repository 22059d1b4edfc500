import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { DashboardState } from '../../src/operator/dashboard/state.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { type Podway, startPodway } from './podway.ts';

type Told = { readonly event: string; readonly data: DashboardState & { readonly time: number } };

/** Events of the stream as they come. */
async function* eventsOf(podway: Podway): AsyncGenerator<Told, void> {
  const asked = get({ host: podway.address, port: podway.operatorPort, path: '/events', agent: false });
  const [reply] = (await once(asked, 'response')) as [IncomingMessage];
  assert.match(reply.headers['content-type'] ?? '', /^text\/event-stream/);
  let text = '';
  for await (const chunk of reply.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (event !== '') yield { event, data: JSON.parse(data) };
    }
  }
}

/** The state as a page in a browser has it, as soon as `suits` it. */
async function stateWhen(podway: Podway, suits: (state: DashboardState) => boolean): Promise<DashboardState> {
  let state: DashboardState | undefined;
  for await (const { event, data } of eventsOf(podway)) {
    assert.equal(event, state === undefined ? 'state' : 'change');
    const points: DashboardState['points'] = [...(state?.points ?? []), ...(data.points ?? [])];
    state = { ...state, ...data, points };
    if (suits(state)) return state;
  }
  assert.fail('the stream has ended');
}

async function ask(podway: Podway, path: string) {
  const reply = await podway.operator(path);
  assert.equal(reply.status, 200, reply.body);
  return JSON.parse(reply.body);
}

const HOSTILE = '<img/src=x/onerror=alert(1)>';

test('the dashboard: the router, what is wrong, and what routes answer', async () => {
  await using origin = await Origin.start('o1');
  const pod = (name: string, more: object) =>
    podManifest({ name, hosts: 't.local', paths: '/', port: origin.port, ...more });
  await using podway = await startPodway({
    manifests: {
      'o1.json': pod('o1', {}),
      'o2.json': pod('o2', { paths: '/vault', namespace: 'vault' }),
      'o3.json': pod('o3', { hosts: `a.local ${HOSTILE}`, paths: '/shop' }),
      'o4.json': pod('o4', { paths: '/none', condition: 'unready' }),
      's.json': secretManifest('vault', { 'api-key': 'supersecret' }),
      't.json': secretManifest('locked', { other: 'topsecret' }),
    },
    env: { WORKERS: '2' },
  });
  await podway.until(200);
  await podway.get('/');
  const state = await stateWhen(podway, ({ points }) => points.some(([, requests]) => requests > 0));
  assert.deepEqual([state.router.ready, state.router.routes, state.workers.length], [true, 4, 2]);
  assert.ok(state.now.requests > 0 && state.now.p50 !== null);
  assert.deepEqual(
    state.unready.rows.map(({ path }) => path),
    ['/none'],
  );
  assert.deepEqual(state.keys.rows, [{ namespace: 'locked', state: 'denies-all' }]);
  assert.match(state.rejections.rows[0]?.detail ?? '', /^<img\/src=x/);
  const found = await ask(podway, '/dashboard/routes?search=o3');
  assert.deepEqual([found.total, found.found, found.rows[0].host], [4, 1, 'a.local']);
  const vault = await ask(podway, '/dashboard/route?host=t.local&path=/vault');
  assert.deepEqual(vault.namespaces.rows, [{ namespace: 'vault', state: 'keyed', keys: 1 }]);
  assert.deepEqual(vault.endpoints.rows[0].condition, 'ready');
  assert.doesNotMatch(JSON.stringify([state, found, vault]), /supersecret|topsecret/);
});
