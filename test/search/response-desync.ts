import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type Random, pick } from '../http1/random.ts';
import { head } from '../fixtures/check.ts';
import { EndedEarlyError } from '../fixtures/socket-reader.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import { readResponses } from './parsers/strict-reader.ts';
import { DesyncPod, nextTarget, type Push, tokenOf, tokensIn, MAX_TURNS } from './desync-pod.ts';

export interface ResponseFigures {
  exchanges: number;
  /** Final responses that clients received completely. */
  answered: number;
  /** Number of connections to the pod. */
  connections: number;
  /** Pushes between a response and the next request, and the requests that followed a push which crossed a request. */
  pushes: number;
  crossed: number;
}

/** A part of a response that names another exchange. */
interface Foreign {
  readonly target: string;
  readonly message: string;
}

interface Search {
  readonly scene: Scene;
  readonly pod: DesyncPod;
  readonly push: Push;
  readonly figures: ResponseFigures;
  readonly foreign: Foreign[];
}

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE'];

/**
 * Clients send requests to a pod with false responses of every kind. Every part of a response names its exchange. Fails if a client
 * gets a byte of an exchange that is not its own, or a byte in the wrong place.
 */
export async function searchResponses(
  exchanges: number,
  push: Push,
  random: Random,
): Promise<ResponseFigures> {
  const pod = new DesyncPod(push, random);
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: pod.answer }],
    settings: {
      ejectionTime: 1,
      ejectionMaxTime: 1,
      lingerTimeout: 20,
      responseHeadTimeout: 150,
      upstreamIdleTimeout: 150,
      drainTimeout: 300,
    },
  });
  const figures = { exchanges: 0, answered: 0, connections: 0, pushes: 0, crossed: 0 };
  const search: Search = { scene, pod, push, figures, foreign: [] };
  // With several clients another one would use the connection before the router has read the pushed bytes.
  const clients = pod.clientsWait ? 1 : 8;
  const client = async (index: number): Promise<void> => {
    const random = seededBy(index);
    while (figures.exchanges < exchanges) await oneConnection(search, random);
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  const { connections } = scene.origin('o1');
  figures.connections = connections.length;
  // A connection is not clean after bytes that follow a complete response, so it must carry no later exchange.
  for (const { requests } of connections) {
    const pushed = requests.findIndex(({ target }) => pod.pushed.has(target));
    assert.ok(pushed < 0 || pushed === requests.length - 1, 'reused');
  }
  const crossed = pod.pushes.crossedTargets();
  figures.pushes = pod.pushes.count;
  figures.crossed = crossed.size;
  for (const { target, message } of search.foreign) assert.ok(crossed.has(target), message);
  return figures;
}

/** The random numbers of a client, which chooses only methods. They are cheap, and independent of those of the pods. */
function seededBy(index: number): Random {
  let state = index + 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

interface Asked {
  readonly method: string;
  readonly target: string;
}

async function oneConnection(search: Search, random: Random) {
  const { scene, pod, figures } = search;
  const isTimed = search.push === 'around the next request';
  using client = await scene.client();
  const asked: Asked[] = [];
  try {
    for (let left = 1 + random(20); left > 0; left -= 1) {
      const some = Array.from({ length: pod.clientsWait || isTimed ? 1 : 1 + random(3) }, () => ask(random));
      asked.push(...some);
      figures.exchanges += some.length;
      if (isTimed) for (let left = random(MAX_TURNS); left > 0; left -= 1) await turn();
      for (const { target } of some) pod.pushes.recordRequest(target);
      void client.send(
        some.map(({ method, target }) => head(`${method} ${target} HTTP/1.1`, 'Host: t.local')).join(''),
      );
      for (const { method } of some) while ((await client.response(method)).status < 200);
      if (pod.clientsWait) await pod.untilProcessed;
    }
  } catch (error) {
    if (!(error instanceof EndedEarlyError)) throw error;
  }
  judge(client, asked, search);
}

function ask(random: Random): Asked {
  return { method: pick(METHODS, random), target: nextTarget() };
}

function judge(client: RawClient, asked: readonly Asked[], { figures, foreign }: Search): void {
  const text = client.reader.received.toString('latin1');
  const methods = asked.map(({ method }) => method);
  const { messages, starts, end, rest } = readResponses(text, methods, client.reader.ending === 'fin');
  assert.notEqual(rest, 'bad', `not HTTP: ${JSON.stringify(text.slice(end))}`);
  figures.answered += messages.length;
  const parts = [...messages.map((_, at) => text.slice(starts[at], starts[at + 1] ?? end)), text.slice(end)];
  for (const [at, part] of parts.entries()) {
    const target = asked[at]?.target ?? '';
    const others = tokensIn(part);
    others.delete(tokenOf(target));
    if (others.size === 0) continue;
    const message = `answer ${at} of ${parts.length - 1}, not ${target}: ${JSON.stringify(part)}`;
    foreign.push({ target, message });
  }
}
