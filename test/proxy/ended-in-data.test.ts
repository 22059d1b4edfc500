import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { RequestHead } from '../../src/http1/request-head.ts';
import { LARGE } from '../../src/proxy/bytes/read-buffers.ts';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import type { UpstreamEvents, UpstreamRequest } from '../../src/proxy/exchange/ends.ts';
import { newConnectionBehaviour } from '../../src/routing/connection-behaviour.ts';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import { ok } from '../fixtures/origin.ts';
import { workerSettings } from '../fixtures/settings.ts';

const SIZE = 500_000;

for (const ending of ['in the middle', 'with the last piece'] as const)
  test(`an exchange that ends in the call with a piece, ${ending}, of which a write still needs the bytes`, async (t) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(ok('x'.repeat(SIZE)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const plane = new DataPlane(workerSettings());
    t.after(() => {
      plane.close();
      server.close();
    });
    const endpoint = {
      address: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      secondAddress: undefined,
      behaviour: newConnectionBehaviour(),
      health: { inFlight: 0, gone: false },
      options: { protocol: 'http' },
    } as Endpoint;
    const ended = Promise.withResolvers<Buffer>();
    let request: UpstreamRequest | undefined = undefined;
    let size = 0;
    let later = 0;
    const events: Partial<UpstreamEvents> = {
      stalled: false,
      opened: () => undefined,
      responded: () => undefined,
      data: (buf, start, end) => {
        later += 1;
        size += end - start;
        if (buf.length < LARGE || (ending === 'with the last piece' && size < SIZE)) return 'sent';
        later = 0;
        request?.abandon();
        ended.resolve(buf);
        return 'kept';
      },
      complete: () => {
        later += 1;
      },
      failed: (reason) => ended.reject(new Error(reason)),
    };
    const head = Object.assign(new RequestHead(), { method: 'GET' });
    request = plane.upstreams.request(endpoint, 'fresh', head, events as UpstreamEvents);
    const pending = await ended.promise;
    assert.equal(plane.buffers.inUse, 0);
    assert.notEqual(plane.buffers.own(0), pending, 'no other connection reads over the bytes');
    assert.equal(later, 0, 'the exchange hears no more of the try');
  });
