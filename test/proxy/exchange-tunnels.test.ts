/**
 * An exchange that becomes a tunnel, between two ends without HTTP and without sockets (see exchange-ends.test.ts): bytes in both
 * directions with back-pressure, the end of either side, and every other way in which a tunnel ends.
 */
import assert from 'node:assert/strict';
import type { RequestHead } from '../../src/http1/request-head.ts';
import type { ResponseHead } from '../../src/http1/response-head.ts';
import {
  checkExchanges,
  type ExchangeCase,
  LARGE_BODY,
  type ExchangeScene,
} from '../fixtures/fakes/check-exchange.ts';

const UPGRADE: Partial<RequestHead> = { upgrade: 'websocket', websocketKeys: 1 };
const ACCEPTED: Partial<ResponseHead> = { upgrade: 'websocket', hasAccept: true };
const SWITCH = 'switch 101 websocket';
const SENT = 'send GET /';
/** The last calls at the try and at its side of the tunnel. */
const ENDED = ['abandon', 'destroy'];

function open({ pod, worker }: ExchangeScene): void {
  pod().opens();
  assert.equal(worker.counts.gauges.exchanges_in_flight, 1);
  pod().switches(ACCEPTED);
  assert.equal(worker.counts.gauges.exchanges_in_flight, 0);
  assert.equal(worker.counts.gauges.tunnels, 1);
}

const CASES: readonly ExchangeCase[] = [
  {
    name: 'bytes in both directions, including those from before the switch',
    before: (client) => client.sends('a'),
    run: (scene) => {
      const { client, pod } = scene;
      open(scene);
      client.sends('b');
      pod().sends('xy');
      client.sends('c');
      pod().sends('z');
      assert.equal(pod().received, 'abc');
      assert.equal(client.sendQueue.taken, 'xyz');
      client.disconnects();
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, ...ENDED]],
    record: { status: 101, reason: 'client-left', tunnel: true, bytesReceived: 3, bytesSent: 3 },
    counts: { tunnels_opened: 1 },
  },
  {
    name: 'a client is not read while its pod takes no more',
    run: (scene) => {
      const { client, pod } = scene;
      open(scene);
      pod().stopsReading();
      client.sends(LARGE_BODY);
      client.sends('b');
      assert.equal(client.receiver.pending, LARGE_BODY.length);
      assert.ok(client.unread > 0);
      pod().takes();
      pod().takes();
      assert.equal(pod().received, `${LARGE_BODY}b`);
      client.disconnects();
    },
    // Each time a pod reports that it takes bytes again, podway reads its client again.
    client: [SWITCH, 'resume', 'resume', 'destroy'],
    tries: [[SENT, ...ENDED]],
    record: { status: 101, bytesReceived: 20_001 },
  },
  {
    name: 'a pod is not read while its client takes no more',
    run: (scene) => {
      const { client, pod } = scene;
      open(scene);
      client.stopsReading();
      pod().sends(LARGE_BODY);
      pod().sends('y');
      assert.ok(pod().isHeldBack);
      client.takes();
      assert.ok(!pod().isHeldBack);
      client.takes();
      assert.equal(client.sendQueue.taken, `${LARGE_BODY}y`);
      client.disconnects();
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, 'resume', ...ENDED]],
    record: { status: 101, bytesSent: 20_001 },
  },
  {
    name: 'a client that ends its side: the pod may continue, then both are ended',
    settings: { lingerTimeout: 100 },
    run: (scene) => {
      const { client, pod, worker, expiresAfter } = scene;
      open(scene);
      client.halfCloses();
      worker.advance(99);
      pod().sends('xyz');
      expiresAfter(100);
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, 'end', ...ENDED]],
    record: { status: 101, reason: '', bytesSent: 3 },
  },
  {
    name: 'a pod that ends its side: the client may continue, and its close is not a failure',
    settings: { lingerTimeout: 100 },
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      pod().halfCloses();
      worker.advance(99);
      client.sends('abc');
      worker.advance(99);
      client.disconnects();
      assert.equal(pod().received, 'abc');
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, ...ENDED]],
    record: { status: 101, reason: '', bytesReceived: 3 },
  },
  {
    name: 'a client that ends its side before the switch',
    settings: { halfCloseTimeout: 60_000 },
    before: (client) => {
      client.sends('abc');
      client.halfCloses();
    },
    run: (scene) => {
      open(scene);
      assert.equal(scene.pod().received, 'abc');
      scene.client.disconnects();
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, 'end', ...ENDED]],
    record: { status: 101, reason: '', bytesReceived: 3 },
  },
  {
    name: 'both sides end, one after the other',
    run: (scene) => {
      const { client, pod } = scene;
      open(scene);
      client.halfCloses();
      pod().sends('xyz');
      pod().halfCloses();
      pod().closes('in order');
      client.disconnects();
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'end', 'abandon']],
    record: { status: 101, reason: '', bytesSent: 3 },
  },
  ...(['client', 'pod'] as const).map(
    (side): ExchangeCase => ({
      name: `a ${side} that ends its side, while the other side sends no more`,
      settings: { lingerTimeout: 100 },
      run: (scene) => {
        open(scene);
        (side === 'client' ? scene.client : scene.pod()).halfCloses();
        scene.expiresAfter(100);
      },
      client: side === 'client' ? [SWITCH, 'destroy'] : [SWITCH, 'end', 'destroy'],
      tries: [side === 'client' ? [SENT, 'end', ...ENDED] : [SENT, ...ENDED]],
      record: { status: 101, reason: '' },
    }),
  ),
  {
    name: 'the queued bytes of a pod that ends its side get the longer time of a slow reader',
    settings: { lingerTimeout: 100, clientIdleTimeout: 1_000 },
    run: (scene) => {
      open(scene);
      scene.client.stopsReading();
      scene.pod().sends('xyz');
      scene.pod().halfCloses();
      scene.expiresAfter(1_000);
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, ...ENDED]],
    record: { status: 101, reason: '' },
  },
  {
    name: 'the queued bytes of a client that ends its side get the longer time of a slow reader',
    settings: { lingerTimeout: 100, clientIdleTimeout: 1_000 },
    run: (scene) => {
      open(scene);
      scene.pod().stopsReading();
      scene.client.sends('abc');
      scene.client.halfCloses();
      scene.expiresAfter(1_000);
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, 'end', ...ENDED]],
    record: { status: 101, reason: '' },
  },
  {
    name: 'a tunnel without bytes',
    settings: { tunnelIdleTimeout: 100 },
    run: (scene) => {
      const { client, pod, worker, expiresAfter } = scene;
      open(scene);
      worker.advance(99);
      client.sends('a');
      worker.advance(99);
      pod().sends('x');
      expiresAfter(100);
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, ...ENDED]],
    record: { status: 101, reason: 'tunnel-idle' },
  },
  ...(['in order', 'failed'] as const).map(
    (how): ExchangeCase => ({
      name: `a pod whose connection breaks (${how}): the client gets a reset`,
      run: (scene) => {
        open(scene);
        scene.pod().closes(how);
      },
      client: [SWITCH, 'reset'],
      tries: [[SENT, 'abandon']],
      record: { status: 101, reason: 'upstream-reset' },
    }),
  ),
  {
    name: 'a pod whose connection breaks after its end: the bytes queued for the client are delivered',
    settings: { lingerTimeout: 100, clientIdleTimeout: 1_000 },
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      client.stopsReading();
      pod().sends('xyz');
      pod().halfCloses();
      pod().closes('in order');
      assert.equal(worker.counts.gauges.tunnels, 1);
      // No pod gets later bytes.
      client.sends('abc');
      client.takes();
      assert.equal(client.sendQueue.taken, 'xyz');
      client.disconnects();
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'abandon']],
    record: { status: 101, reason: '', bytesSent: 3, bytesReceived: 0 },
  },
  {
    name: 'a pod that fails after its end: both sides are ended, and it is not a failure',
    run: (scene) => {
      open(scene);
      scene.pod().halfCloses();
      scene.pod().closes('failed');
      assert.equal(scene.worker.counts.gauges.tunnels, 0);
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'abandon']],
    record: { status: 101, reason: '' },
  },
  {
    name: 'a pod is read again only when its client has taken enough',
    run: (scene) => {
      const { client, pod } = scene;
      open(scene);
      client.stopsReading();
      pod().sends(LARGE_BODY.slice(10_000));
      pod().sends(LARGE_BODY);
      pod().sends('y');
      client.takes(20_000);
      assert.ok(pod().isHeldBack);
      client.takes();
      assert.ok(!pod().isHeldBack);
      client.disconnects();
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, 'resume', ...ENDED]],
    record: { status: 101, reason: 'client-left', bytesSent: 30_001 },
  },
  {
    name: 'the drain timeout is over',
    run: (scene) => {
      open(scene);
      scene.client.reachesDrainTimeout();
    },
    client: [SWITCH, 'destroy'],
    tries: [[SENT, ...ENDED]],
    record: { status: 101, reason: 'drain-timeout' },
  },
  {
    name: 'a pod that switches to another protocol',
    run: ({ pod }) => {
      pod().opens();
      pod().switches({ upgrade: 'h2c' });
    },
    client: ['answer 502 bad-upgrade-response', 'finish'],
    tries: [[SENT, 'abandon']],
    record: { status: 502, reason: 'bad-upgrade-response', detail: 'other-protocol', tunnel: false },
    counts: { tunnels_opened: 0 },
  },
  {
    name: 'a pod that does not switch',
    run: ({ pod }) => {
      pod().opens();
      pod().answers(403, 'no');
    },
    client: ['respond 403 length', 'write no and end', 'finish'],
    tries: [[SENT]],
    record: { status: 403, reason: '', tunnel: false },
  },
];

checkExchanges(CASES.map((one) => ({ request: UPGRADE, ...one })));
