import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { type Podway, startPodway } from './podway.ts';

const KEY = Buffer.from('supersecret').toString('base64');

async function scene(): Promise<Podway & { readonly origin: Origin }> {
  const origin = await Origin.start('o1');
  const pod = (name: string, more: object) =>
    podManifest({ name, hosts: 't.local', paths: '/', port: origin.port, ...more });
  const podway = await startPodway({
    manifests: {
      'o1.json': pod('o1', { paths: '/shop strip set-request="X-Secret: hidden"' }),
      'o2.json': pod('o2', { paths: '/shop/admin allow=10.0.0.0/8' }),
      'k.json': pod('k', { paths: '/vault', namespace: 'vault' }),
      's.json': secretManifest('vault', { 'api-key': 'supersecret' }),
    },
    env: { WORKERS: '2' },
  });
  return Object.assign(podway, { origin });
}

// oxlint-disable-next-line typescript/no-explicit-any -- the document has many shapes
async function explain(podway: Podway, query: string, headers = {}): Promise<any> {
  const reply = await podway.operator(`/explain?${query}`, headers);
  assert.equal(reply.status, 200, reply.body);
  return JSON.parse(reply.body);
}

test('explain', async (t) => {
  await using podway = await scene();
  await podway.until(200);

  await t.test(
    'explain shows which pod would get a request and in which form, from all workers, and sends no request',
    async () => {
      const explained = await explain(
        podway,
        'host=t.local&path=/shop/cart%3Fa=b&header=Cookie:%20session%3D1',
      );
      assert.deepEqual(explained.outcome.route, { host: 't.local', path: '/shop' });
      assert.equal(explained.steps.at(-1).verdict, 'passed');
      assert.deepEqual(explained.missing, []);
      assert.equal(explained.workers.length, 2);
      assert.deepEqual(
        explained.endpoints.map((it: { pod: string; workers: { isNext: boolean }[] }) => [
          it.pod,
          it.workers.map(({ isNext }) => isNext),
        ]),
        [['o1', [true, true]]],
      );
      assert.equal(explained.sent[0], 'GET /cart?a=b HTTP/1.1');
      for (const line of [
        'X-Forwarded-Prefix: /shop',
        'Cookie: (not shown)',
        'X-Secret: (not shown)',
        'X-Forwarded-For: 192.0.2.1',
      ])
        assert.ok(explained.sent.includes(line), `${line} in ${explained.sent.join('\n')}`);
      assert.doesNotMatch(JSON.stringify(explained), /hidden|session=1/);
      assert.equal(podway.origin.connections.length, 0);
      const metrics = await podway.admin('/metrics');
      assert.doesNotMatch(metrics.body, /^podway_requests_total/m);
    },
  );

  await t.test('guards are checked for the address in the query', async () => {
    const path = 'host=t.local&path=/shop/admin';
    const refused = await explain(podway, path);
    assert.deepEqual([refused.outcome.status, refused.outcome.reason], [403, 'address-refused']);
    assert.deepEqual(
      refused.prefixes.map((it: { path: string; lost: string }) => [it.path, it.lost]),
      [
        ['/shop/admin', ''],
        ['/shop', 'shorter'],
      ],
    );
    assert.equal(refused.guards[0].refusal, 'address-refused');
    assert.equal((await explain(podway, `${path}&peer=10.1.2.3`)).outcome.kind, 'forward');
  });

  await t.test('a key is checked as in a request, and the response does not contain it (EX-01)', async () => {
    const without = await explain(podway, 'host=t.local&path=/vault');
    assert.equal(without.outcome.reason, 'key-refused');
    const explained = await explain(podway, 'host=t.local&path=/vault', { 'x-routing-api-key': KEY });
    assert.deepEqual(
      [explained.outcome.kind, explained.namespaces],
      ['forward', [{ namespace: 'vault', verdict: 'accept', isReached: true }]],
    );
    assert.ok(!JSON.stringify(explained).includes(KEY));
    const inUrl = await podway.operator(
      `/explain?host=t.local&path=/vault&header=X-Routing-Api-Key:%20${KEY}`,
    );
    assert.equal(inUrl.status, 400);
    assert.ok(!inUrl.body.includes(KEY));
    assert.ok(!podway.stdout.includes(KEY));
  });

  await t.test('a request that the parser refuses is refused in the same way', async () => {
    const explained = await explain(podway, 'host=t.local&header=Content-Length:%20x');
    assert.deepEqual([explained.outcome.kind, explained.outcome.status], ['unreadable', 400]);
  });

  await t.test('explain finds a response of the router by its id, and reports its cause', async () => {
    const refused = await podway.get('/vault/x?token=secret');
    const id = String(refused.headers['x-request-id']);
    assert.equal(refused.status, 403);
    const { answer, steps } = await explain(podway, `id=${id}`);
    assert.deepEqual(
      [answer.status, answer.reason, answer.host, answer.path, answer.route],
      [403, 'key-refused', 't.local', '/vault/x', 't.local/vault'],
    );
    assert.deepEqual(steps.at(-1), { step: 'key', verdict: 'key-refused' });
    assert.ok(!JSON.stringify(answer).includes('secret'));
    assert.equal((await podway.operator('/explain?id=nobody')).status, 404);
  });
  await podway.origin.close();
});

test('answers of the router', async (t) => {
  await using podway = await scene();
  await podway.until(200);

  await t.test(
    'answers: lists the answers of all workers, newest first, filtered by host and status',
    async () => {
      for (let at = 0; at < 8; at++) await podway.get(`/nothing/${at}`);
      await podway.get('/vault');
      await podway.get('/shop');
      const list = async (query = '') =>
        JSON.parse((await podway.operator(`/answers?${query}`)).body).answers;
      assert.equal((await list()).length, 9);
      assert.deepEqual(
        (await list('status=404&limit=2')).map(({ path }: { path: string }) => path),
        ['/nothing/7', '/nothing/6'],
      );
      assert.equal((await list('status=4xx')).length, 9);
      assert.equal((await list('reason=key-refused')).length, 1);
      assert.deepEqual(await list('host=other'), []);
      assert.equal((await podway.operator('/answers?limit=0')).status, 400);
    },
  );

  await t.test('tail: sends answers as they are given, and a reader continues where it stopped', async () => {
    await podway.get('/before');
    const open = async (headers = {}) => {
      const sent = get({
        host: podway.address,
        port: podway.operatorPort,
        path: '/tail',
        agent: false,
        headers,
      });
      const [reply] = (await once(sent, 'response')) as [IncomingMessage];
      reply.setEncoding('utf8');
      reply.on('error', () => undefined);
      let text = '';
      reply.on('data', (some: string) => (text += some));
      return {
        sent,
        until: async (pattern: RegExp) => {
          while (!pattern.test(text)) await once(reply, 'data');
          return text;
        },
      };
    };
    const first = await open();
    await first.until(/podway/);
    // The stream does not contain requests that were answered before its first poll: send some until one appears.
    let text = '';
    for (let at = 0; !text.includes('/during'); at++) {
      await podway.get(`/during/${at}`);
      text = await Promise.race([
        first.until(/during/),
        new Promise<string>((resolve) => setTimeout(resolve, 300, '')),
      ]);
    }
    assert.ok(!text.includes('/before'));
    const id = /^id: (.*)$/m.exec(text)?.[1] ?? '';
    first.sent.destroy();
    await podway.get('/between');
    const second = await open({ 'last-event-id': id });
    const later = await second.until(/between/);
    assert.ok(!later.includes('/before'));
    second.sent.destroy();
  });
  await podway.origin.close();
});
