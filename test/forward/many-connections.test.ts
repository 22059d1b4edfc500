import { test } from 'node:test';
import { clientsGoAway, oneDoesNotRead, podsAreReplaced } from './many-connections.ts';

test('a client that does not read holds up no other one', () => oneDoesNotRead(4));

test('clients that go away in the middle of a download leave nothing behind', () => clientsGoAway(20));

test('pods are replaced, and no new connection fails', () => podsAreReplaced(20));
