import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { KeepAliveClient } from '../fixtures/keep-alive-client.ts';
import { ManyConnections } from '../fixtures/load/many-connections.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const CLIENTS = parameter('CLIENTS', 1_000);
const FILES = 256;

/** `auto` keeps descriptors free for connections to pods. With a setting that is too high podway gets EMFILE. */
for (const maxConnections of ['auto', '10000']) {
  test(`${FILES} descriptors, ${CLIENTS} clients, MAX_CONNECTIONS=${maxConnections}: served, shed, recovered (PR-05)`, async (t) => {
    using pod = await LoadPod.start();
    await using podway = await startPodway({
      manifests: { 'pod.json': pod.manifest },
      env: { MAX_CONNECTIONS: maxConnections },
      launcher: ['/usr/bin/prlimit', `--nofile=${FILES}`],
    });
    await podway.until(200);
    const existing = new KeepAliveClient(podway.port, podway.address);
    assert.equal((await existing.get('t.local')).status, 200);
    const statuses = new Map<number, number>();
    {
      using connections = new ManyConnections(podway);
      await connections.openMore(CLIENTS, (socket) =>
        socket.write('GET / HTTP/1.1\r\nHost: t.local\r\n\r\n'),
      );
      for (let asked = 0; asked < 100; asked += 1) {
        const { status } = await existing.get('t.local').catch(() => ({ status: 0 }));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await sleep(10);
      }
    }
    const began = performance.now();
    await podway.eventually(async () => assert.equal((await podway.get('/')).status, 200));
    const recovery = performance.now() - began;
    existing.close();
    const samples = await metricsOf(podway);
    const shed = sumOf(samples, 'podway_downstream_connections_shed_total');
    const shortages = sumOf(samples, 'podway_descriptor_shortages_total');
    podway.kill('SIGTERM');
    const { code, stdout } = await podway.ended;
    printFigures(t, {
      'responses on the earlier connection': JSON.stringify(Object.fromEntries(statuses)),
      shed,
      shortages,
      'recovery ms': recovery,
      'log lines': stdout.split('\n').length,
    });
    assert.equal(code, 0);
    assert.equal(statuses.get(0), undefined, 'the earlier connection stays');
    if (maxConnections === 'auto') {
      assert.deepEqual([...statuses.keys()], [200]);
      assert.ok(shed > 0);
      assert.equal(shortages, 0, 'descriptors are kept for the pods');
    } else {
      // When no descriptor is free, libuv closes new connections and reports no event. podway detects this by a check.
      assert.ok(shortages > 0);
      assert.equal(stdout.match(/no file descriptor left/g)?.length, 1, 'reported once a minute');
    }
    assert.ok(recovery < 1_000, `${recovery} ms`);
    assert.ok(stdout.split('\n').length < 200, 'the log is not flooded');
  });
}
