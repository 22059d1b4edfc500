import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { DashboardState } from '../../src/operator/dashboard/state.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { type Podway, startPodway } from './podway.ts';

type DashboardEvent = { readonly event: string; readonly data: DashboardState & { readonly time: number } };

/** The events of the stream, as they arrive. */
async function* eventsOf(podway: Podway): AsyncGenerator<DashboardEvent, void> {
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

/** The dashboard's state, built from the events as a browser does, when `suits` first returns true. */
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

test('the dashboard shows the router, its problems, and the responses of routes', async () => {
  await using origin = await Origin.start('o1');
  const pod = (name: string, more: object) =>
    podManifest({ name, hosts: 't.local', paths: '/', port: origin.port, ...more });
  await using podway = await startPodway({
    manifests: {
      'o1.json': pod('o1', {}),
      'o2.json': pod('o2', { paths: '/vault', namespace: 'vault' }),
      'o3.json': pod('o3', { hosts: `a.local ${HOSTILE}`, paths: '/shop' }),
      'o4.json': pod('o4', { paths: '/none', condition: 'unready' }),
      'o5.json': pod('o5', { paths: '/dead', port: 1 }),
      's.json': secretManifest('vault', { 'api-key': 'supersecret' }),
      't.json': secretManifest('locked', { other: 'topsecret' }),
    },
    env: { WORKERS: '2' },
  });
  await podway.until(200);
  await podway.get('/');
  assert.equal((await podway.get('/dead')).status, 502);
  const state = await stateWhen(podway, ({ points }) => points.some(([, requests]) => requests > 0));
  assert.deepEqual([state.router.ready, state.router.routes, state.workers.length], [true, 5, 2]);
  assert.ok(state.now.requests > 0 && state.now.p50 !== null);
  assert.deepEqual(
    state.unready.rows.map(({ path }) => path),
    ['/none'],
  );
  assert.deepEqual(
    state.failing.rows.map(({ path, requests, serverErrors }) => [path, requests, serverErrors]),
    [['/dead', 1, 1]],
  );
  assert.deepEqual(
    state.ejected.rows.map((row) => [row.pod, row.address, row.workers]),
    [['o5', '127.0.0.1:1', 1]],
  );
  assert.deepEqual(state.keys.rows, [{ namespace: 'locked', state: 'denies-all' }]);
  assert.match(state.rejections.rows[0]?.detail ?? '', /^<img\/src=x/);
  const found = await ask(podway, '/dashboard/routes?search=o3');
  assert.deepEqual([found.total, found.found, found.rows[0].host], [5, 1, 'a.local']);
  const vault = await ask(podway, '/dashboard/route?host=t.local&path=/vault');
  assert.deepEqual(vault.namespaces.rows, [{ namespace: 'vault', state: 'keyed', keys: 1 }]);
  assert.deepEqual(vault.endpoints.rows[0].condition, 'ready');
  assert.doesNotMatch(JSON.stringify([state, found, vault]), /supersecret|topsecret/);
});

/** All lines of the stream's events up to the line with this text. */
async function linesUntil(podway: Podway, text: string): Promise<string[]> {
  const asked = get({ host: podway.address, port: podway.operatorPort, path: '/events', agent: false });
  const [reply] = (await once(asked, 'response')) as [IncomingMessage];
  let all = '';
  for await (const chunk of reply.setEncoding('utf8') as AsyncIterable<string>) {
    all += chunk;
    if (all.includes(text) && all.endsWith('\n\n')) break;
  }
  return all.split(/\r\n|\r|\n/);
}

test('text of pods is JSON in one line, and cannot end an event of the dashboard (EX-03)', async () => {
  const forged = 'x\n\nevent: state\ndata: {"forged":1}\n\n\u2028</script><script>\r\nid: 1';
  await using podway = await startPodway({
    manifests: {
      'o1.json': podManifest({ name: 'o1', hosts: `t.local ${forged}`, paths: '/', port: 3000 }),
      'o2.json': podManifest({
        name: 'o2',
        hosts: 'u.local',
        paths: `/ ${forged} set-request="X-A: ${forged}"`,
        port: 3000,
      }),
    },
  });
  await podway.until(200);
  const lines = await linesUntil(podway, 'forged');
  const unknown = lines.filter(
    (line) => line !== '' && !/^(: podway|event: (state|change)|data: \{.*\})$/.test(line),
  );
  assert.deepEqual(unknown, []);
  for (const line of lines) if (line.startsWith('data: ')) assert.ok('time' in JSON.parse(line.slice(6)));
});
