import { test } from 'node:test';
import { clientsGoAway, oneDoesNotRead, podsAreReplaced } from '../forward/many-connections.ts';

test('one reader that stops among a hundred', () => oneDoesNotRead(100));

test('1,000 clients that leave during a download', () => clientsGoAway(1_000));

test('300 replacements of pods', () => podsAreReplaced(300));
