import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANY_HOST } from '../../src/boundary/certificates.ts';
import { GrpcCore, skipWithoutGrpcCore } from '../fixtures/grpc-core/core.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { startRouter, type TestRouter } from '../fixtures/router.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { TestCertificates } from '../fixtures/tls-scene.ts';

const options = { skip: skipWithoutGrpcCore };
const NAMES = ['grpc', 'keyed', 'unready', 'refusing', 'unknown'].map((it) => `DNS:${it}.local`).join();
const certificates = await TestCertificates.untilExit({ t: { names: NAMES } });

async function routed(port: number, settings: SettingsOverrides = {}): Promise<TestRouter & Disposable> {
  const pods = [
    podManifest({ name: 'g', hosts: 'grpc.local', paths: `${port}:/ proto=grpc`, port }),
    podManifest({ name: 'k', namespace: 'keyed', hosts: 'keyed.local', paths: '/', port }),
    podManifest({ name: 'u', hosts: 'unready.local', paths: '/', port, condition: 'unready' }),
    podManifest({ name: 'r', hosts: 'refusing.local', paths: '1:/ proto=h2c', port: 1 }),
  ];
  const router = await startRouter({
    pods,
    secrets: [secretManifest('keyed', { 'api-key': 'secret' })],
    settings: { http2Plain: true, tlsPort: 0, unknownHost: '404', ...settings },
  });
  certificates.serve(router, { [ANY_HOST]: ['t'] });
  return Object.assign(router, { [Symbol.dispose]: () => router.close() });
}

const byTls = (router: TestRouter) => ({ port: router.tlsPort as number, ca: certificates.ca });

test(
  "gRPC's interop cases have the same results as without the router, over h2c and over TLS (GR-01)",
  options,
  async () => {
    await using core = await GrpcCore.start();
    using router = await routed(core.port);
    const direct = await core.call({ port: core.port });
    assert.ok(Object.keys(direct).length >= 20);
    assert.deepEqual(await core.call({ port: router.port }), direct);
    assert.deepEqual(await core.call(byTls(router)), direct);
    while (router.snapshot().gauges.exchanges_in_flight > 0) await new Promise((done) => setTimeout(done, 5));
  },
);

const OWN: Readonly<Record<string, { readonly code: string; readonly settings?: SettingsOverrides }>> = {
  unknown: { code: 'UNIMPLEMENTED unknown-host' },
  keyed: { code: 'PERMISSION_DENIED key-refused' },
  unready: { code: 'UNAVAILABLE no-ready-pod' },
  refusing: { code: 'UNAVAILABLE connect-refused' },
  grpc: { code: 'RESOURCE_EXHAUSTED body-too-large', settings: { clientMaxBodySize: 10 } },
};

test("the router's own answers are gRPC statuses for every kind of call (GR-03)", options, async () => {
  await using core = await GrpcCore.start();
  for (const [name, { code, settings }] of Object.entries(OWN)) {
    using router = await routed(core.port, settings);
    const authority = `${name}.local`;
    const [plain, tls] = [{ port: router.port }, byTls(router)];
    for (const place of [plain, tls]) {
      const outcomes = Object.entries(await core.call({ ...place, authority, own: true }));
      assert.deepEqual(
        outcomes.map(([kind, it]) => `${kind}: ${it.code} ${it.details}`),
        ['unary', 'client stream', 'server stream', 'both'].map((kind) => `${kind}: ${code}`),
      );
    }
  }
});
