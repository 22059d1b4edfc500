import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { grpcMethod } from '../fixtures/grpc-method.ts';
import { makeCertificate } from '../fixtures/certificates.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startPodway } from './podway.ts';

const HOST = 'a.grpc.test';

const streamOf = grpcMethod('Talk', true, true);

type Talk = grpc.ClientDuplexStream<Buffer, Buffer>;

/** Echoes every message. The details of the status contain the number of messages. */
function talk(call: grpc.ServerDuplexStream<Buffer, Buffer>): void {
  let count = 0;
  call.on('data', (message: Buffer) => {
    count += 1;
    call.write(message);
  });
  call.on('end', () => {
    call.emit('error', { code: grpc.status.DATA_LOSS, details: `${count} messages` });
  });
}

test("grpc-js over TLS, which verifies the operator's certificate, to a pod with h2c (GR-01)", async (t) => {
  const certificate = await makeCertificate({ names: ['*.grpc.test'] });
  const folder = await mkdtemp(join(tmpdir(), 'podway-grpc-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'wild.crt'), certificate.chain);
  await writeFile(join(folder, 'wild.key'), certificate.key);
  const server = new grpc.Server();
  t.after(() => server.forceShutdown());
  server.addService({ talk: streamOf }, { talk });
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('127.0.0.1:0', grpc.ServerCredentials.createInsecure());
  await using podway = await startPodway({
    tls: true,
    env: { TLS_CERTIFICATES: folder },
    manifests: { 'g.json': podManifest({ name: 'g', hosts: HOST, paths: `${port}:/ proto=grpc`, port }) },
  });
  const trust = grpc.credentials.createSsl(Buffer.from(certificate.chain));
  const options = { 'grpc.ssl_target_name_override': HOST, 'grpc.default_authority': HOST };
  const client = new grpc.Client(`${podway.address}:${podway.tlsPort}`, trust, options);
  t.after(() => client.close());
  await promisify(client.waitForReady.bind(client))(Date.now() + 20_000);
  const call: Talk = client.makeBidiStreamRequest(
    streamOf.path,
    streamOf.requestSerialize,
    streamOf.responseDeserialize,
  );
  const failed = once(call, 'error');
  for (const text of ['one', 'two', 'three']) {
    call.write(Buffer.from(text));
    const [answer] = (await once(call, 'data')) as [Buffer];
    assert.equal(answer.toString(), text);
  }
  call.end();
  const [{ code, details }] = (await failed) as [grpc.ServiceError];
  assert.deepEqual([code, details], [grpc.status.DATA_LOSS, '3 messages']);
});
