/** WebSockets and event streams that podway ends when it stops (see exchange-ends.test.ts for the ends). */
import assert from 'node:assert/strict';
import type { RequestHead } from '../../src/http1/request-head.ts';
import type { ResponseHead } from '../../src/http1/response-head.ts';
import { checkExchanges, type ExchangeCase, type ExchangeScene } from '../fixtures/fakes/check-exchange.ts';

const UPGRADE: Partial<RequestHead> = { upgrade: 'websocket', websocketKeys: 1 };
const ACCEPTED: Partial<ResponseHead> = { upgrade: 'websocket', hasAccept: true };
const SWITCH = 'switch 101 websocket';
const SENT = 'send GET /';
const CLOSE = '\x88\x02\x03\xe9';
/** A frame of a client that fills the queue to its pod. */
const LARGE = `\x82\xfe\x75\x30\0\0\0\0${'x'.repeat(30_000)}`;
/** The Close frame with which a client answers, masked with zeros. */
const ANSWER = '\x88\x82\0\0\0\0\x03\xe9';
const ENDED = { status: 101, reason: 'drain-closed' } as const;
/** The tunnel is ended at once: by the drain timeout, or by a client that got a Close frame. */
const GONE = { client: [SWITCH, 'destroy'], tries: [[SENT, 'abandon', 'destroy']] } as const;
const CUT = { ...GONE, record: { status: 101, reason: 'drain-timeout' } } as const;
const LEFT = { ...GONE, record: ENDED } as const;

function open({ pod }: ExchangeScene): void {
  pod().opens();
  pod().switches(ACCEPTED);
}

/** The drain begins, and all streams are due at once. */
function drains({ worker }: ExchangeScene): void {
  worker.streams.begin(0);
  worker.advance(0);
}

const SOCKETS: readonly ExchangeCase[] = [
  {
    name: 'a client gets a Close frame, answers, and both sides are ended',
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      pod().sends('\x81\x02hi');
      drains(scene);
      pod().sends('\x81\x04late');
      client.sends('\x81\x80\0\0\0\0');
      client.sends(ANSWER);
      client.sends('more');
      assert.equal(client.sendQueue.taken, `\x81\x02hi${CLOSE}`);
      assert.equal(pod().received, `\x81\x80\0\0\0\0${ANSWER}`);
      worker.advance(10_000);
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'end', 'abandon', 'destroy']],
    record: { ...ENDED, bytesSent: 4 },
    counts: { drain_websockets_closed: 1, drain_closes_unanswered: 0 },
  },
  {
    name: 'a partly sent frame is completed first (DR-01)',
    run: (scene) => {
      const { client, pod } = scene;
      open(scene);
      pod().sends('\x82\x05ab');
      drains(scene);
      assert.equal(client.sendQueue.taken, '\x82\x05ab');
      pod().sends('cde\x81\x04late');
      assert.equal(client.sendQueue.taken, `\x82\x05abcde${CLOSE}`);
      client.disconnects();
    },
    ...LEFT,
  },
  {
    name: 'a client that does not answer the Close is ended after two seconds, regardless of what else it sends (DR-04)',
    run: (scene) => {
      const { client, worker } = scene;
      open(scene);
      drains(scene);
      worker.advance(1_000);
      client.sends('\x81\x80\0\0\0\0');
      worker.advance(999);
      client.sends('\x81\x80\0\0\0\0');
      worker.advance(1);
      worker.advance(10_000);
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'end', 'abandon', 'destroy']],
    record: ENDED,
    counts: { drain_websockets_closed: 1, drain_closes_unanswered: 1 },
  },
  {
    name: "if the pod ends in the meantime, the client's answer still counts",
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      drains(scene);
      pod().closes('failed');
      client.sends(ANSWER);
      worker.advance(10_000);
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'abandon']],
    record: ENDED,
    counts: { drain_websockets_closed: 1, drain_closes_unanswered: 0 },
  },
  {
    name: 'a pod that continues to send after the end cannot keep the tunnel open',
    settings: { lingerTimeout: 1_000 },
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      drains(scene);
      client.sends(ANSWER);
      for (let time = 0; time < 1_000; time += 250) {
        pod().sends('\x81\x04late');
        worker.advance(250);
      }
      assert.equal(client.exchange.stage, 'over');
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'end', 'abandon', 'destroy']],
    record: { ...ENDED, bytesSent: 0 },
  },
  {
    name: 'a client that closes during the last frame of its pod gets the answer of the pod',
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      pod().sends('\x82\x05ab');
      drains(scene);
      client.sends(ANSWER);
      pod().sends('cde\x81\x02hi');
      pod().sends('\x88\x02\x03\xe9');
      worker.advance(50);
      assert.equal(client.sendQueue.taken, '\x82\x05abcde\x81\x02hi\x88\x02\x03\xe9');
      client.reachesDrainTimeout();
    },
    ...CUT,
    counts: { drain_websockets_closed: 0 },
  },
  {
    name: 'no bytes of the pod are lost between its last frame and a Close of the client',
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      pod().sends('\x82\x05ab');
      drains(scene);
      pod().sends('cde\x81\x04late');
      client.sends(ANSWER);
      pod().sends('\x88\x02\x03\xe9');
      assert.equal(client.sendQueue.taken, `\x82\x05abcde${CLOSE}`);
      worker.advance(10_000);
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'end', 'abandon', 'destroy']],
    record: ENDED,
    counts: { drain_websockets_closed: 1, drain_closes_unanswered: 0 },
  },
  {
    name: 'a client that is not read because its pod is full is read again when its time is over, and its end is detected',
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      pod().stopsReading();
      client.sends(LARGE);
      client.sends(ANSWER);
      drains(scene);
      worker.advance(2_000);
      assert.equal(client.unread, 0);
      client.halfCloses();
      worker.advance(10_000);
      client.reachesDrainTimeout();
    },
    client: [SWITCH, 'end', 'resume', 'destroy'],
    tries: [[SENT, 'end', 'abandon', 'destroy']],
    record: ENDED,
    counts: { drain_closes_unanswered: 1 },
  },
  {
    name: "if the pod ends while podway does not read from the client, the client's answer is read",
    run: (scene) => {
      const { client, pod, worker } = scene;
      open(scene);
      pod().stopsReading();
      client.sends(LARGE);
      client.sends(ANSWER);
      drains(scene);
      pod().closes('failed');
      worker.advance(10_000);
    },
    client: [SWITCH, 'resume', 'end', 'destroy'],
    tries: [[SENT, 'abandon']],
    record: ENDED,
    counts: { drain_closes_unanswered: 0 },
  },
  {
    name: 'a client that ends its side instead of answering',
    run: (scene) => {
      open(scene);
      drains(scene);
      scene.client.halfCloses();
      scene.worker.advance(10_000);
    },
    client: [SWITCH, 'end', 'destroy'],
    tries: [[SENT, 'end', 'abandon', 'destroy']],
    record: ENDED,
  },
  {
    name: 'sides that are already closing are not interrupted',
    run: (scene) => {
      const { client, pod } = scene;
      open(scene);
      pod().sends('\x88\x02\x03\xe8');
      drains(scene);
      client.reachesDrainTimeout();
      assert.equal(client.sendQueue.taken, '\x88\x02\x03\xe8');
    },
    ...CUT,
    counts: { drain_websockets_closed: 0 },
  },
  {
    name: 'a tunnel whose bytes are not those of a WebSocket is only cut (DR-03)',
    run: (scene) => {
      open(scene);
      scene.pod().sends('garbage');
      drains(scene);
      scene.pod().sends('more');
      scene.client.reachesDrainTimeout();
      assert.equal(scene.client.sendQueue.taken, 'garbagemore');
    },
    ...CUT,
  },
  {
    name: 'DRAIN_CLOSE_CODE=none',
    settings: { drainCloseCode: 'none' },
    run: (scene) => {
      open(scene);
      drains(scene);
      scene.client.reachesDrainTimeout();
      assert.equal(scene.client.sendQueue.taken, '');
    },
    ...CUT,
  },
  {
    name: 'DRAIN_CLOSE_CODE=1012',
    settings: { drainCloseCode: '1012' },
    run: (scene) => {
      open(scene);
      drains(scene);
      assert.equal(scene.client.sendQueue.taken, '\x88\x02\x03\xf4');
      scene.client.disconnects();
    },
    ...LEFT,
  },
];

/** Server-sent events. `text`: further lines of the head. */
function begin({ pod }: ExchangeScene, body: 'chunked' | 'close' | 'length', text = ''): void {
  pod().opens();
  pod().responds(200, body, { streaming: 'events', text });
}

const EVENTS: readonly ExchangeCase[] = [
  {
    name: 'the response ends between two events',
    run: (scene) => {
      begin(scene, 'chunked');
      scene.pod().sends('data: 1\n\n');
      drains(scene);
    },
    client: ['respond 200 chunked', 'write data: 1', 'write  and end', 'finish'],
    tries: [[SENT, 'abandon']],
    record: { status: 200, reason: 'drain-closed', bytesSent: 9 },
    counts: { drain_event_streams_ended: 1 },
  },
  {
    name: 'the response ends before the first event, and for an HTTP/1.0 client without framing',
    run: (scene) => {
      begin(scene, 'close');
      drains(scene);
    },
    client: ['respond 200 close', 'write  and end', 'finish'],
    tries: [[SENT, 'abandon']],
    record: { status: 200, reason: 'drain-closed' },
  },
  {
    name: 'a partly sent event is completed, and no other event is sent',
    run: (scene) => {
      begin(scene, 'chunked');
      scene.pod().sends('data: 1');
      drains(scene);
      scene.pod().sends('2\n\ndata: 3\n\n');
      scene.pod().sends('data: 4\n\n');
      scene.worker.advance(50);
    },
    client: ['respond 200 chunked', 'write data: 1', 'write 2', 'write  and end', 'finish'],
    tries: [[SENT, 'abandon']],
    record: { status: 200, reason: 'drain-closed', bytesSent: 10 },
  },
  {
    name: 'a pod that ends its events in the meantime',
    run: (scene) => {
      begin(scene, 'chunked');
      scene.pod().sends('data: 1');
      drains(scene);
      scene.pod().sends('\n\n', '');
      scene.worker.advance(50);
    },
    client: ['respond 200 chunked', 'write data: 1', 'write \n\n and end', 'finish'],
    tries: [[SENT]],
    record: { status: 200, reason: '' },
    counts: { drain_event_streams_ended: 0 },
  },
  ...[
    {
      name: 'compressed events are cut',
      body: 'chunked',
      text: 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n',
    } as const,
    {
      name: 'events with a Content-Length are cut',
      body: 'length',
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n',
    } as const,
  ].map(
    ({ name, body, text }): ExchangeCase => ({
      name,
      run: (scene) => {
        begin(scene, body, text);
        scene.pod().sends('data: 1\n\n');
        drains(scene);
        scene.client.reachesDrainTimeout();
      },
      client: [`respond 200 ${body}`, 'write data: 1', 'abort'],
      tries: [[SENT, 'abandon']],
      record: { status: 200, reason: 'drain-timeout' },
      counts: { drain_event_streams_ended: 0 },
    }),
  ),
];

checkExchanges([...SOCKETS.map((one) => ({ request: UPGRADE, ...one })), ...EVENTS]);
