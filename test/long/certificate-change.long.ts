import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { parameter } from '../fixtures/load/figures.ts';
import { makeCertificate, type MadeCertificate } from '../fixtures/certificates.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { CertificateScene, NOW, routing, tlsSecret } from '../inventory/certificate-scene.ts';
import { startPodway } from '../process/podway.ts';

const CERTIFICATES = parameter('CERTIFICATES', 1_000);
const CHANGES = parameter('CHANGES', 200);
const SECRETS = parameter('SECRETS', 10_000);

function stored(namespace: string, { chain, key }: MadeCertificate) {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const metadata = { name: 'routing-tls', namespace };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { 'tls.crt': base64(chain), 'tls.key': base64(key) },
  };
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

test(`podway serves a changed certificate within 10 ms, with ${CERTIFICATES} certificates`, async (t) => {
  const { keys } = await makeCertificate();
  const of = (at: number) => makeCertificate({ names: [`h${at}.x`], keys });
  await using api = await KubernetesApi.start({ window: 10 * CERTIFICATES });
  for (let at = 0; at < CERTIFICATES; at += 1) {
    api.apply(podManifest({ name: 'web', namespace: `ns${at}`, hosts: `h${at}.x`, paths: '/', port: 80 }));
    api.apply(stored(`ns${at}`, await of(at)));
  }
  await using podway = await startPodway({
    tls: true,
    kubeconfig: JSON.parse(api.kubeconfig()),
    timeout: 60_000,
  });
  await podway.until(200);
  const waits: number[] = [];
  const handshakes: number[] = [];
  for (let change = 0; change < CHANGES; change += 1) {
    const at = (change * 7) % CERTIFICATES;
    const next = await of(at);
    const began = performance.now();
    api.apply(stored(`ns${at}`, next));
    for (;;) {
      const asked = performance.now();
      const socket = connect({
        host: podway.address,
        port: podway.tlsPort,
        servername: `h${at}.x`,
        rejectUnauthorized: false,
      });
      await once(socket, 'secureConnect');
      const isNew = socket.getPeerCertificate().raw.equals(next.der);
      socket.destroy();
      handshakes.push(performance.now() - asked);
      if (!isNew) continue;
      waits.push(asked - began);
      break;
    }
  }
  const figures = [waits, handshakes].map((all) =>
    [0.5, 0.99, 1].map((share) => quantile(all, share).toFixed(1)),
  );
  t.diagnostic(
    `ms from the change to the beginning of the handshake: p50 p99 maximum ${figures[0]?.join(' ')}`,
  );
  t.diagnostic(`ms of a handshake: p50 p99 maximum ${figures[1]?.join(' ')}`);
  assert.ok(quantile(waits, 0.99) < 10, 'p99 below 10 ms');
});

test(`${SECRETS} Secrets are read in short steps`, async (t) => {
  const { keys } = await makeCertificate();
  const secrets = await Promise.all(
    Array.from({ length: SECRETS }, async (_, at) =>
      tlsSecret(`ns${at}`, await makeCertificate({ names: [`h${at}.x`], keys })),
    ),
  );
  const scene = new CertificateScene();
  for (const { namespace } of secrets)
    scene.inventory.pods({ type: 'apply', object: routing(`${namespace}: h${namespace.slice(2)}.x`) });
  scene.publish();
  scene.inventory.tlsSecretsOf('routing-tls', { type: 'init' });
  for (const object of secrets) scene.inventory.tlsSecretsOf('routing-tls', { type: 'init-apply', object });
  scene.inventory.tlsSecretsOf('routing-tls', { type: 'init-done' });
  const steps: number[] = [];
  const began = performance.now();
  const changes = scene.inventory.changes(NOW);
  for (let done = false; !done; ) {
    const from = performance.now();
    done = changes.next().done === true;
    steps.push(performance.now() - from);
  }
  const total = performance.now() - began;
  t.diagnostic(
    `${total.toFixed(0)} ms in ${steps.length} steps: p99 ${quantile(steps, 0.99).toFixed(2)} ms, longest ${Math.max(...steps).toFixed(1)} ms`,
  );
  assert.equal(scene.inventory.certificates?.size, SECRETS);
  assert.ok(quantile(steps, 0.99) < 5, 'no step blocks the main thread');
});
