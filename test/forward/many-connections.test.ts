import { test } from 'node:test';
import {
  checkDisconnectingClients,
  echoAtOnce,
  checkStalledClient,
  checkReplacedPods,
} from './many-connections.ts';

test('a client that does not read delays no other client', () => checkStalledClient(4));

test('clients that disconnect during a download leave no connection open', () =>
  checkDisconnectingClients(20));

test('no new connection fails while pods are replaced', () => checkReplacedPods(20));

for (const overTls of [true, false]) {
  const how = overTls ? 'over TLS' : 'over plain HTTP';
  test(`clients that send at the same time get back exactly their bytes, ${how}`, () =>
    echoAtOnce(6, overTls));
}
