/** Steps of a scenario that are requests of a client. */
import assert from 'node:assert/strict';
import { forwarded, withPlaceholders } from '../fixtures/check.ts';
import type { Step } from './cluster-scenario.ts';
import { HALVES } from './cluster-harness.ts';

/** The pod gets exactly this request, on a connection that podway keeps for the client; no other pod gets a byte. */
export const served =
  (request: string, by: string): Step =>
  async (harness) => {
    const recording = harness.scene.record();
    const response = await (await harness.client()).exchange(request);
    const { status, text } = response;
    assert.deepEqual([status, response.value('x-origin')], [200, by], text);
    assert.notEqual(response.value('connection'), 'close');
    const received = Object.entries(recording()).map(([name, bytes]) => [name, withPlaceholders(bytes)]);
    assert.deepEqual(received, [[by, asForwarded(request)]], 'the bytes that pods received');
  };

/** The head of a GET at the pod: its lines without the key, and the fields that the router adds. */
function asForwarded(request: string): string {
  const [start = '', ...lines] = request.split('\r\n\r\n', 1).join('').split('\r\n');
  const fields = lines.filter((line) => !line.startsWith('X-ROUTING-API-KEY:'));
  return forwarded(start.replace(/ HTTP\/1\.1$/, ''), fields);
}

/** The router answers with this reason, keeps the connection, and no pod gets the request. */
export const refused =
  (request: string, status: number, reason: string): Step =>
  async (harness) => {
    const before = harness.scene.traffic();
    const response = await (await harness.client()).exchange(request);
    assert.deepEqual([response.status, response.value('x-podway-reason')], [status, reason]);
    assert.notEqual(response.value('connection'), 'close');
    if (status === 503) assert.match(response.value('retry-after') ?? '', /^\d+$/);
    assert.equal(harness.scene.traffic(), before, 'nothing upstream');
  };

/** The connection ends without a byte, and no pod gets the request. */
export const unknown =
  (request: string): Step =>
  async (harness) => {
    const before = harness.scene.traffic();
    using client = await harness.scene.client();
    void client.send(request);
    assert.equal((await client.closed()).received.toString('latin1'), '');
    assert.equal(harness.scene.traffic(), before, 'nothing upstream');
  };

/** A request for `/held`, or a handshake, that has reached this pod and lasts until the step `finishes`. */
export const startRequest =
  (request: string, by: string): Step =>
  async (harness) => {
    const client = await harness.scene.client();
    const recording = harness.scene.record();
    void client.send(request);
    if (isHandshake(request)) await client.reader.readUntil('\r\n\r\n');
    else await client.reader.readUntil(HALVES[0].slice(-3));
    assert.deepEqual(Object.keys(recording()), [by]);
    harness.pendingAnswers.push({ client, tunnel: isHandshake(request) });
  };

/** The running exchange ends normally. */
export const finishes: Step = async (harness) => {
  harness.release();
  assert.ok(harness.pendingAnswers.length > 0);
  for (const { client, tunnel } of harness.pendingAnswers.splice(0)) {
    if (tunnel) void client.send('ping');
    const bytesAfterHead = tunnel ? 'ping' : HALVES[1];
    assert.equal((await client.reader.read(bytesAfterHead.length)).toString('latin1'), bytesAfterHead);
    assert.equal(client.reader.ending, undefined);
    client.close();
  }
};

const isHandshake = (request: string): boolean => request.includes('\r\nUpgrade: websocket\r\n');
