import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../../process/podway.ts';
import { get } from '../check.ts';
import { type LoadReport, RequestLoad } from '../request-load.ts';
import { Crowd } from './crowd.ts';
import { cpuSeconds, metricsOf, total } from './look.ts';
import { LoadPod } from './pod.ts';

/** What clients wait for: events that come now and then, or an answer that does not come. */
export type Wait = '/events' | '/never';

export interface WaitingFigures {
  readonly inFlight: number;
  /** By `podway_refused_total`, for whatever reason. */
  readonly refused: number;
  readonly intakeLimit: number;
  /** Of others meanwhile; anything but 200 is a failure. */
  readonly others: LoadReport;
  /** Cores that the router used while all of them waited. */
  readonly cores: number;
}

const EVENT = 'data: 0123\n\n';
const EVENTS_A_SECOND = 1_000;
/** Milliseconds. */
const BEAT = 50;
/** As many begin at a time: the start of thousands at once would be overload, which is another rig. */
const STEP = 50;
const OTHERS = { connections: 8, perSecond: 200, host: () => 't.local' };

/** Lets so many wait at a router with default settings, for so long. Fails when one of them is ended. */
export async function manyWaiting(wait: Wait, count: number, seconds: number): Promise<WaitingFigures> {
  using answers = new Answers();
  using pod = await LoadPod.start(({ url }, response) => {
    if (url === wait) answers.add(response);
    else response.end('well');
  });
  const env = { RESPONSE_HEAD_TIMEOUT: '10m' };
  await using podway = await startPodway({ manifests: { 'pod.json': pod.manifest }, env });
  await podway.until(200);
  using others = new RequestLoad({ ...OTHERS, address: podway.address, port: podway.port });
  others.start();
  await sleep(seconds * 1_000);
  using crowd = new Crowd(podway);
  if (wait === '/events') answers.beat();
  while (crowd.sockets.length < count) {
    await crowd.grow(Math.min(STEP, count - crowd.sockets.length), (socket: Socket) => {
      socket.resume().write(get(wait));
    });
    await answers.reached(crowd.sockets.length);
  }
  const cpu = cpuSeconds(podway.pid);
  await sleep(seconds * 1_000);
  const cores = (cpuSeconds(podway.pid) - cpu) / seconds;
  const samples = await metricsOf(podway);
  assert.equal(crowd.ended, 0);
  return {
    inFlight: total(samples, 'podway_exchanges_in_flight'),
    refused: total(samples, 'podway_refused_total'),
    intakeLimit: total(samples, 'podway_intake_limit'),
    others: await others.stop(),
    cores,
  };
}

/** The answers that a pod owes. */
class Answers implements Disposable {
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: ServerResponse[] = [];
  readonly #changes = new EventEmitter();

  add(response: ServerResponse): void {
    this.#waiting.push(response);
    this.#changes.emit('more');
  }

  async reached(count: number): Promise<void> {
    while (this.#waiting.length < count) await once(this.#changes, 'more');
  }

  /** One after the other gets an event, from now on. */
  beat(): void {
    let next = 0;
    this.#timer = setInterval(() => {
      for (let left = (EVENTS_A_SECOND * BEAT) / 1_000; left > 0; left -= 1) {
        const response = this.#waiting[next++ % this.#waiting.length];
        if (response?.headersSent === false) response.setHeader('Content-Type', 'text/event-stream');
        response?.write(EVENT);
      }
    }, BEAT);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
