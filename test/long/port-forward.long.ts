import { test } from 'node:test';
import {
  checkDisconnectingClients,
  checkStalledClient,
  checkReplacedPods,
} from '../forward/many-connections.ts';

test('one reader that stops among a hundred', () => checkStalledClient(100));

test('1,000 clients that leave during a download', () => checkDisconnectingClients(1_000));

test('300 replacements of pods', () => checkReplacedPods(300));
