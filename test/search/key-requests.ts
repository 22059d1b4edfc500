import assert from 'node:assert/strict';
import { pick, type Random } from '../http1/random.ts';
import { get } from '../fixtures/check.ts';
import { base64, secretManifest } from '../fixtures/manifest.ts';
import type { Origin } from '../fixtures/origin.ts';
import type { RawClient, RawResponse } from '../fixtures/raw-client.ts';
import { startScene } from '../fixtures/scene.ts';
import { KEY_HEADER, keyLines, type SecretFields, secretFields } from './generate-key-lines.ts';
import { expected, type Secrets, SITES } from './key-model.ts';

export const KEYS = [
  'first secret key',
  'second\x00\xff\x0a key',
  'third?>key~~~?',
  'f',
  'a key of forty bytes, to have more of them',
];
const KEYED = ['a', 'b'];
const CLIENTS = 8;
/** Maximum number of requests on one connection. */
const A_CONNECTION = 50;
/** Marks a request in which all lines have the name of the key's header: no part of them may reach a pod. */
const ROUTER_FIELDS = '?own';

/** All spellings of the keys that are long enough not to be found by chance. */
const SPELLINGS = KEYS.filter((it) => it.length > 8).flatMap((key) => [
  JSON.stringify(key).slice(1, -1),
  base64(Buffer.from(key, 'latin1')),
]);

/** Fails if a text contains a spelling of a key. */
export function assertNoKey(where: string, text: string): void {
  for (const spelling of SPELLINGS) assert.ok(!text.includes(spelling), `${where} shows ${spelling}`);
}

export function manifestOf(namespace: string, fields: NonNullable<SecretFields>) {
  const octets = Object.entries(fields).map(([name, value]) => [name, Buffer.from(value, 'latin1')] as const);
  return secretManifest(namespace, Object.fromEntries(octets));
}

/** Gives a keyed namespace another Secret, or removes it; returns the new state of the cluster. */
export function rotated(
  secrets: Secrets,
  random: Random,
  apply: (it: string, fields: SecretFields) => void,
): Secrets {
  const namespace = pick(KEYED, random);
  const fields = secretFields(KEYS, random);
  if (fields === undefined && secrets[namespace] === undefined) return secrets;
  apply(namespace, fields);
  return { ...secrets, [namespace]: fields };
}

/** A request for a path of SITES, with lines around a key. */
export interface KeyRequest {
  readonly path: string;
  readonly lines: readonly string[];
  readonly bytes: string;
}

export function keyRequest(random: Random): KeyRequest {
  const path = pick(Object.keys(SITES), random);
  const lines = keyLines(KEYS, random);
  const isOwn = lines.every((line) => /^x[-_]routing[-_]api[-_]key:/i.test(line));
  return { path, lines, bytes: get(isOwn ? path + ROUTER_FIELDS : path, ...lines) };
}

/**
 * Sends requests while keys change every `rotation` milliseconds. One of the Secrets that existed during a request must explain how
 * podway decided it, and no output of the router may contain a key.
 */
export async function searchKeys(requests: number, rotation: number, random: Random): Promise<void> {
  const pods = Object.entries(SITES).flatMap(([paths, namespaces]) =>
    namespaces.map((namespace) => ({ name: `${namespace}${paths.replace('/', '-')}`, namespace, paths })),
  );
  await using scene = await startScene({ pods });
  const history: Secrets[] = [{}];
  const rotate = setInterval(() => {
    const next = rotated(history.at(-1) ?? {}, random, (namespace, fields) => {
      if (fields === undefined) scene.router.removeSecret(namespace);
      else scene.router.applySecret(manifestOf(namespace, fields));
    });
    history.push(next);
  }, rotation);
  let left = requests;
  const client = async (): Promise<void> => {
    while (left > 0) {
      using connection = await scene.client();
      for (let asked = 0; asked < A_CONNECTION && left > 0; asked += 1) {
        left -= 1;
        const goesOn = await ask(connection, keyRequest(random), history);
        if (!goesOn) break;
      }
      assertNoKey('an answer', connection.reader.received.toString('latin1'));
    }
  };
  try {
    await Promise.all(Array.from({ length: CLIENTS }, client));
  } finally {
    clearInterval(rotate);
  }
  assertNoKey('log or metrics', JSON.stringify([scene.router.log, scene.router.snapshot()]));
  for (const { name } of pods) assertNoPartOfKey(scene.origin(name));
}

/** Resolves with whether the connection can carry another request. */
async function ask(
  connection: RawClient,
  request: KeyRequest,
  history: readonly Secrets[],
): Promise<boolean> {
  const from = history.length - 1;
  const { path, lines, bytes } = request;
  const response = await connection.exchange(bytes);
  const allowed = history.slice(from).flatMap<number | string>((secrets) => expected(path, secrets, lines));
  const outcome = outcomeOf(response);
  assert.ok(allowed.includes(outcome), `${outcome}, not ${allowed.join()}: ${JSON.stringify(lines)}`);
  return response.value('connection') !== 'close';
}

/** The namespace that served the request, or the status. */
function outcomeOf(response: RawResponse): number | string {
  return response.value('x-origin')?.split('-', 1)[0] ?? response.status;
}

/** Fails if a pod received a line with the key's name, or a key that was in no other line. */
export function assertNoPartOfKey({ name, requests }: Origin): void {
  for (const { target, head } of requests) {
    const text = head.lines.join('\n');
    assert.doesNotMatch(text, /^x[-_]routing[-_]api[-_]key[ \t]*:/im, `${name} got a ${KEY_HEADER}`);
    if (target.endsWith(ROUTER_FIELDS)) assertNoKey(name, text);
  }
}
