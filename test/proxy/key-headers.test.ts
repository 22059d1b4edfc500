import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthServer } from '../fixtures/auth-service.ts';
import { get } from '../fixtures/check.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';
import { startPodway } from '../process/podway.ts';

const KEY = base64('a-secret-key');

/** Fields that podway reads by their names for other purposes, each with a value that is not the key. */
const OTHER_VALUES = {
  authorization: 'Bearer token',
  cookie: 'session=ada',
  accept: 'text/html',
  'x-requested-with': 'XMLHttpRequest',
  'user-agent': 'curl/8.5.0',
  referer: 'http://t.local/page',
  origin: 'https://page.test',
} as const;

type Name = keyof typeof OTHER_VALUES;
const NAMES = Object.keys(OTHER_VALUES) as readonly Name[];
/** Those that a service of `auth=` gets. */
const FOR_SERVICE = NAMES.filter((name) => name !== 'referer' && name !== 'origin');

/** The fields of a request whose key is in the header `keyName`. */
function fieldsWith(keyName: Name): Readonly<Record<string, string>> {
  return { ...OTHER_VALUES, [keyName]: KEY };
}

function assertNoKey(where: string, text: string): void {
  assert.ok(!text.includes(KEY), `${where} shows the key: ${text}`);
}

/** The service got the client's own fields, but not the key. */
function checkService(service: AuthServer, keyName: Name): void {
  const [request] = service.requests;
  assert.ok(request);
  assertNoKey('the request to the service', request.rawHeaders.join('\n'));
  for (const name of FOR_SERVICE)
    assert.equal(request.headers[name], name === keyName ? undefined : OTHER_VALUES[name]);
}

const admitsAll: Parameters<typeof AuthServer.start>[0] = (_, response) => response.writeHead(200).end();
const PATHS = '/ auth=sso cors=https://page.test';

for (const keyName of ['authorization', 'cookie'] as const)
  test(`a process with API_KEY_HEADER=${keyName} shows the key neither to a service nor to a pod (FA-11)`, async () => {
    const origin = await Origin.start('o1');
    await using service = await AuthServer.start(admitsAll);
    try {
      const pod = { name: 'o1', namespace: 'a', hosts: 't.local', paths: PATHS, port: origin.port };
      await using podway = await startPodway({
        env: { API_KEY_HEADER: keyName, AUTH_SSO_URL: service.url, ACCESS_LOG: 'json', LOG_LEVEL: 'trace' },
        manifests: {
          'pod.json': podManifest(pod),
          'secret.json': secretManifest('a', { 'api-key': 'a-secret-key' }),
        },
      });
      await podway.until(200);
      const { [keyName]: _, ...keyless } = fieldsWith(keyName);
      assert.equal((await podway.get('/', keyless)).status, 403);
      const reply = await podway.get('/', fieldsWith(keyName));
      assert.equal(reply.status, 200);
      checkService(service, keyName);
      assertNoKey('the answer', JSON.stringify(reply));
      assertNoKey('the pod', origin.received);
      podway.kill('SIGTERM');
      const { stdout, stderr } = await podway.ended;
      assert.match(stdout, /"auth|"GET"/, 'the access log is on');
      assertNoKey('the output', stdout + stderr);
    } finally {
      await origin.close();
    }
  });

for (const keyName of NAMES)
  for (const forwardApiKey of [false, true])
    test(`with the key in ${keyName}, only a pod may see it: FORWARD_API_KEY=${forwardApiKey} (FA-11)`, async () => {
      await using service = await AuthServer.start(admitsAll);
      await using scene = await startScene({
        pods: [{ name: 'o1', namespace: 'one', paths: PATHS }],
        keys: { one: 'a-secret-key' },
        settings: {
          apiKeyHeader: keyName,
          forwardApiKey,
          auths: [{ name: 'sso', url: service.url, headers: [], timeout: 5_000 }],
        },
      });
      const lines = Object.entries(fieldsWith(keyName)).map(([name, value]) => `${name}: ${value}`);
      const response = await scene.exchange(get('/', ...lines));
      assert.equal(response.status, 200);
      checkService(service, keyName);
      assertNoKey('the answer', JSON.stringify([response.head.lines, response.text]));
      const [record] = scene.router.log;
      assert.ok(record);
      assertNoKey('the access log', JSON.stringify(record));
      assert.deepEqual(
        [record.userAgent, record.referer],
        (['user-agent', 'referer'] as const).map((name) => (name === keyName ? '' : OTHER_VALUES[name])),
      );
      const { head } = await scene.origin('o1').request(0);
      assert.equal(head.lines.join('\n').includes(KEY), forwardApiKey);
    });
