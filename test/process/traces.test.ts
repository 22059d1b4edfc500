import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podManifest } from '../fixtures/manifest.ts';
import { Origin } from '../fixtures/origin.ts';
import { OtlpCollector } from '../fixtures/otlp-collector.ts';
import { startPodway } from './podway.ts';

test('a process with TRACES=otlp sends the spans of its workers, and sends the remaining spans when it ends', async () => {
  await using collector = await OtlpCollector.start();
  const origin = await Origin.start('o1');
  const manifests = {
    'o1.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/shop', port: origin.port }),
  };
  await using podway = await startPodway({
    manifests,
    env: {
      TRACES: 'otlp',
      TRACE_SAMPLING: '1',
      WORKERS: '2',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=podway-0',
    },
  });
  await podway.until(200);
  assert.equal((await podway.get('/shop/a', { traceparent: 'no trace' })).status, 200);
  await collector.until(() => collector.spans.length >= 2);
  const server = collector.spans.find(({ kind }) => kind === 2);
  const client = collector.spans.find(({ kind }) => kind === 3);
  assert.deepEqual([server?.name, server?.resource['k8s.pod.name']], ['GET /shop', 'podway-0']);
  assert.deepEqual([client?.traceId, client?.parentSpanId], [server?.traceId, server?.spanId]);
  const { lines } = (await origin.request(0)).head;
  assert.ok(lines.includes(`traceparent: 00-${server?.traceId}-${client?.spanId}-01`), lines.join('\n'));
  const metrics = await podway.admin('/metrics');
  assert.match(metrics.body, /^podway_trace_spans_total\{result="exported"\} 2$/m);

  assert.equal((await podway.get('/shop/b')).status, 200);
  podway.kill('SIGTERM');
  const { code } = await podway.ended;
  assert.deepEqual([code, collector.spans.length], [0, 4]);
  await origin.close();
});
