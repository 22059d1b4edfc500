import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, forwarded, get } from '../rig/check.ts';
import { startScene } from '../rig/scene.ts';

const BURST = 500;

test(`DF-23 ${BURST} connections at once: every one is accepted and answered`, async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const answers = await Promise.all(
    Array.from({ length: BURST }, (_, index) => scene.exchange(get(`/${index}`))),
  );
  for (const [index, { text }] of answers.entries()) assert.equal(text, `o1 GET /${index}`);
});

await checkExchanges(
  'PR-13 the pages of the admin listener are paths like any other on the public port',
  { pods: [{ name: 'o1' }] },
  ['/metrics', '/healthz', '/readyz', '/routes', '/explain'].map((path) => ({
    name: `PR-13 ${path}`,
    send: get(path),
    status: 200,
    origin: 'o1',
    upstream: forwarded(`GET ${path}`),
  })),
);
