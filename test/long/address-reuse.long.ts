import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { KeepAliveClient } from '../fixtures/keep-alive-client.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { ok } from '../fixtures/origin.ts';
import { startRouter } from '../fixtures/router.ts';

const TIMES = parameter('TIMES', 10_000);
const NAMESPACES = ['shop', 'bank'] as const;

/**
 * An address belongs in turn to pods of two namespaces, while connections to the previous pod are in the pool. No
 * request may use a connection that was opened for a pod of the other namespace.
 */
test(`an address that moves ${TIMES} times to a pod of another namespace gets no request for the old pod (K8-24, UF-40)`, async (t) => {
  let owner: string = NAMESPACES[0];
  let connections = 0;
  const crossed: string[] = [];
  const pod = net.createServer((socket) => {
    const openedFor = owner;
    connections += 1;
    socket.setEncoding('latin1').on('data', (text: string) => {
      const meant = /\r\nhost: (\w+)\.local/i.exec(text)?.[1] ?? '';
      if (meant !== openedFor || openedFor !== owner)
        crossed.push(`${meant} on a connection of ${openedFor}`);
      socket.write(ok(openedFor));
    });
    socket.on('error', () => undefined);
  });
  await once(pod.listen(0, '127.0.0.1'), 'listening');
  const { port } = pod.address() as AddressInfo;
  const manifest = (namespace: string, turn: number) =>
    podManifest({ name: `pod-${turn}`, namespace, hosts: `${namespace}.local`, paths: '/', port });
  const secrets = NAMESPACES.map((namespace) => secretManifest(namespace, { 'api-key': namespace }));
  const router = await startRouter({ pods: [manifest(owner, 0)], secrets });
  const clients = Array.from({ length: 4 }, () => new KeepAliveClient(router.port, '127.0.0.1'));
  let answered = 0;
  try {
    for (let turn = 0; turn < TIMES; turn += 1) {
      const key = `X-Routing-Api-Key: ${base64(owner)}`;
      const ask = (client: KeepAliveClient) => client.get(`${owner}.local\r\n${key}`);
      for (const answer of await Promise.all(clients.map(ask))) {
        assert.deepEqual([answer.status, answer.body], [200, owner]);
        answered += 1;
      }
      router.removePod(owner, `pod-${turn}`);
      owner = NAMESPACES[(turn + 1) % 2] ?? '';
      router.applyPod(manifest(owner, turn + 1));
    }
  } finally {
    for (const client of clients) client.close();
    router.close();
    pod.close();
  }
  printFigures(t, { times: TIMES, requests: answered, connections, crossed: crossed.length });
  assert.deepEqual(crossed, []);
});
