import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { makeCertificate } from '../fixtures/certificates.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { metricsOf, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { startPodway } from '../process/podway.ts';

const CONNECTIONS = parameter('CONNECTIONS', 2_000);
/** Maximum memory of an idle connection in podway, in KiB. */
const EACH = parameter('EACH', 64);
/** Handshakes that this process makes at the same time. */
const TOGETHER = 50;
const REQUEST = 'GET / HTTP/1.1\r\nHost: t.local\r\n\r\n';

test(`${CONNECTIONS} idle TLS connections cost ${EACH} KiB each`, async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'podway-'));
  const { chain, key } = await makeCertificate({ names: ['t.local'] });
  await writeFile(join(folder.path, 'default.crt'), chain);
  await writeFile(join(folder.path, 'default.key'), key);
  using pod = await LoadPod.start();
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    tls: true,
    env: {
      TLS_CERTIFICATES: folder.path,
      KEEPALIVE_TIMEOUT: '5m',
      MAX_CONNECTIONS: String(CONNECTIONS + 1_000),
      UPSTREAM_IDLE_CONNECTIONS: '8',
    },
    timeout: 90_000,
  });
  await podway.until(200);
  const sockets: TLSSocket[] = [];
  const open = async (): Promise<void> => {
    const options = {
      host: podway.address,
      port: podway.tlsPort,
      servername: 't.local',
      rejectUnauthorized: false,
    };
    const socket = connect(options);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write(REQUEST);
    await once(socket, 'data');
  };
  const grow = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= TOGETHER)
      await Promise.all(Array.from({ length: Math.min(left, TOGETHER) }, open));
    await sleep(2_000);
  };
  try {
    // podway compiles code and allocates its pools with the first connections.
    await grow(500);
    const before = residentBytes(podway.pid);
    await grow(CONNECTIONS);
    const each = (residentBytes(podway.pid) - before) / CONNECTIONS / 1_024;
    printFigures(t, { connections: CONNECTIONS, 'KiB each': each });
    assert.equal(sumOf(await metricsOf(podway), 'podway_downstream_connections'), CONNECTIONS + 500);
    assert.ok(each <= EACH, `${each} KiB each`);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
