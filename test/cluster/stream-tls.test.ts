import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import type { StreamAccess } from '../../src/cluster/api/stream-access.ts';
import { systemClock } from '../../src/cluster/clock.ts';
import { openStream } from '../../src/cluster/streams/handshake.ts';
import { Authority } from '../fixtures/authority.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { pod } from './objects.ts';

test('streams with the same credentials share certificates and TLS sessions, and streams with other credentials do not', async () => {
  await using authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-stream-tls-')));
  await authority.create();
  for (const name of ['server', 'first', 'second']) await authority.sign(name);
  const ca = await authority.read('ca');
  const tls = { key: await authority.read('server.key'), cert: await authority.read('server'), ca };
  await using api = await KubernetesApi.start({ tls });
  api.apply(pod('a'));
  const [certificate, key] = [authority.path('client'), authority.path('client.key')];
  const present = async (name: string) => {
    await writeFile(certificate, await authority.read(name));
    await writeFile(key, await authority.read(`${name}.key`));
  };
  const server = new ApiServer({
    timeout: 10_000,
    load: () => {
      const config = new KubeConfig();
      config.loadFromString(api.kubeconfig({ 'client-certificate': certificate, 'client-key': key }));
      return config;
    },
  });
  /** Opens a stream and ends it; returns the client that the API server saw, and whether a session was resumed. */
  const open = async () => {
    const { signal } = new AbortController();
    const access: StreamAccess = await server.streamAccess(signal);
    const resource = {
      name: 'pods/portforward',
      namespace: 'default',
      labelSelector: undefined,
      objectName: 'a',
    };
    const { socket } = await openStream(access, {
      call: { resource, verb: 'open' },
      target: '/api/v1/namespaces/default/pods/a/portforward?ports=1',
      protocols: ['v4.channel.k8s.io'],
      clock: systemClock,
      signal,
    });
    const { _socket: connection } = socket as unknown as { _socket: TLSSocket };
    const isResumed = connection.isSessionReused();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    socket.close();
    await withTimeout(closed, 'the end of a stream');
    return { access, isResumed, certificate: api.requests.at(-1)?.certificate };
  };
  await present('first');
  const one = await open();
  const two = await open();
  assert.deepEqual([one.certificate, one.isResumed], ['first', false]);
  assert.deepEqual([two.certificate, two.isResumed], ['first', true]);
  assert.equal(two.access, one.access);
  await present('second');
  const three = await open();
  assert.deepEqual([three.certificate, three.isResumed], ['second', false]);
});
