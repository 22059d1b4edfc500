import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrackedFile, trackFile, trackFileAtStart } from '../../src/cluster/manifests/tracked-file.ts';
import { KINDS } from '../../src/cluster/kinds.ts';
import type { Contents } from '../../src/cluster/manifests/selected.ts';
import { type FileState, UNREAD } from '../../src/cluster/manifests/manifest-file.ts';
import { readPod } from '../../src/wiring/pod.ts';
import { readSecret } from '../../src/wiring/secret.ts';
import { pod, secret } from './objects.ts';

// Which content of a file podway uses as time passes. The test has no file and no real time.

function contents(words: string): Contents {
  const pods = [...words.matchAll(/pod-(\w+)/g)].flatMap(
    ([, name = '']) => readPod(pod(name), { hosts: 'h', paths: 'p', options: 'o' }) ?? [],
  );
  const secrets = [...words.matchAll(/key-(\w+)/g)].flatMap(
    ([, namespace = '']) => readSecret(secret(namespace), 'api-key') ?? [],
  );
  const suspects = [...words.matchAll(/suspect-(\w+)/g)].map(
    ([, namespace]) => ({ namespace, reason: 'not-understood', detail: 'x' }) as const,
  );
  return { objects: { pods, secrets }, suspects };
}

/** `pod-a key-shop`; `unreadable`; `gone`; with `cut`, the end of the file may be missing. */
function state(words: string, signature: string): FileState | undefined {
  if (words === 'gone') return undefined;
  const problem = { reason: 'syntax', detail: 'x' } as const;
  if (words === 'unreadable') return { ...UNREAD, signature, problems: [problem] };
  return { ...UNREAD, signature, contents: contents(words), mayBeCut: words.includes('cut') };
}

function usedContent({ contents, vanished }: TrackedFile): string {
  return [
    ...(contents?.objects['pods'] ?? []).map(({ name }) => `pod-${name}`),
    ...[contents, vanished]
      .flatMap((it) => it?.objects['secrets'] ?? [])
      .map(({ namespace }) => `key-${namespace}`),
    ...[...(contents?.suspects ?? []), ...vanished.suspects].map((it) => `suspect-${String(it.namespace)}`),
  ].join(' ');
}

interface Case {
  readonly name: string;
  /** Milliseconds, and the content of the file from then on; an entry at 0 is the content at the start. */
  readonly file: readonly (readonly [number, string])[];
  /** Milliseconds, and the content that podway uses at that time. */
  readonly expected: readonly (readonly [number, string])[];
}

const WHOLE = 'pod-a pod-b key-shop';

const CASES: readonly Case[] = [
  { name: 'the content at the start counts', file: [[0, `${WHOLE} cut`]], expected: [[0, WHOLE]] },
  { name: 'a new file counts immediately', file: [[10, WHOLE]], expected: [[10, WHOLE]] },
  {
    name: 'an addition counts immediately',
    file: [
      [0, 'pod-a'],
      [10, WHOLE],
    ],
    expected: [[10, WHOLE]],
  },
  {
    name: 'a new file that may be cut counts after a pause',
    file: [[10, 'pod-a cut']],
    expected: [
      [10, ''],
      [59, ''],
      [60, 'pod-a'],
    ],
  },
  {
    name: 'a pod that leaves the file counts as deleted after a pause, and so do the other changes',
    file: [
      [0, WHOLE],
      [10, 'pod-a pod-c key-shop'],
    ],
    expected: [
      [10, WHOLE],
      [59, WHOLE],
      [60, 'pod-a pod-c key-shop'],
    ],
  },
  {
    name: 'a file that was cut at --- keeps its key for a second only',
    file: [
      [0, 'key-shop pod-a pod-b'],
      [10, 'pod-a pod-b pod-c'],
    ],
    expected: [
      [10, 'pod-a pod-b pod-c key-shop'],
      [500, 'pod-a pod-b pod-c key-shop'],
      [1009, 'pod-a pod-b pod-c key-shop'],
      [1010, 'pod-a pod-b pod-c'],
    ],
  },
  {
    name: 'every change restarts the second',
    file: [
      [0, 'key-shop pod-a'],
      [10, 'pod-a'],
      [900, 'pod-a pod-b'],
      [1800, 'pod-a pod-b pod-c'],
    ],
    expected: [
      [1010, 'pod-a pod-b key-shop'],
      [2799, 'pod-a pod-b pod-c key-shop'],
      [2800, 'pod-a pod-b pod-c'],
    ],
  },
  {
    name: 'the rest of the file arrives in time',
    file: [
      [0, WHOLE],
      [10, 'pod-a'],
      [40, WHOLE],
    ],
    expected: [
      [10, WHOLE],
      [40, WHOLE],
      [2000, WHOLE],
    ],
  },
  {
    name: 'two keys disappear one after the other',
    file: [
      [0, 'key-a key-b pod-a'],
      [10, 'key-b pod-a'],
      [20, 'pod-a'],
    ],
    expected: [
      [20, 'pod-a key-b key-a'],
      [1019, 'pod-a key-b key-a'],
      [1020, 'pod-a'],
    ],
  },
  {
    name: 'the pods of a removed file are removed after a pause, its keys after a second',
    file: [
      [0, WHOLE],
      [10, 'gone'],
    ],
    expected: [
      [10, WHOLE],
      [60, 'key-shop'],
      [1009, 'key-shop'],
      [1010, ''],
    ],
  },
  {
    name: 'an unreadable file keeps its last content without a time limit',
    file: [
      [0, WHOLE],
      [10, 'unreadable'],
    ],
    expected: [
      [10, WHOLE],
      [9999, WHOLE],
    ],
  },
  {
    name: 'an unreadable document is kept as long as a key',
    file: [
      [0, 'suspect-shop pod-a'],
      [10, 'pod-a'],
    ],
    expected: [
      [1009, 'pod-a suspect-shop'],
      [1010, 'pod-a'],
    ],
  },
  {
    name: 'an unreadable state between two readable ones does not remove a key early',
    file: [
      [0, WHOLE],
      [10, 'pod-a pod-b'],
      [100, 'unreadable'],
      [1500, 'pod-a pod-b'],
    ],
    expected: [
      [1400, WHOLE],
      [1500, WHOLE],
      [2499, WHOLE],
      [2500, 'pod-a pod-b'],
    ],
  },
];

for (const { name, file, expected } of CASES) {
  test(`the content of a file that podway uses: ${name}`, () => {
    let believed: TrackedFile | undefined;
    const changes = new Map(file);
    const expectedAt = new Map(expected);
    let current: readonly [string, string] = ['gone', ''];
    for (let now = 0; now <= Math.max(...expected.map(([time]) => time)); now += 1) {
      const change = changes.get(now);
      if (change !== undefined) current = [change, String(now)];
      const is = state(...current);
      if (now === 0 && is !== undefined) believed = trackFileAtStart(is);
      // The folder calls it in the same cases: on a change, and when a decision is due.
      else if (change !== undefined || (believed?.due ?? Number.POSITIVE_INFINITY) <= now) {
        believed = trackFile(believed, is, now, KINDS);
      }
      const due = expectedAt.get(now);
      const used = believed === undefined ? '' : usedContent(believed);
      if (due !== undefined) assert.equal(used, due, `after ${now} ms`);
    }
  });
}
