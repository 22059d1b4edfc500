import {
  CODE,
  data,
  FLAG,
  FRAME,
  frame,
  number32,
  PREFACE,
  reset,
  SETTING,
  settings,
  windowUpdate,
} from '../fixtures/http2/frames.ts';
import type { Field } from '../fixtures/http2/hpack.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { pick as pickOf, type Random } from '../http1/random.ts';

/** The next action of one side of a connection. */
export interface Step {
  /** Turns of the event loop before the action. */
  readonly after?: number;
  readonly sends?: readonly Buffer[];
  /** How the connection ends: the side destroys the socket, resets it, or ends its direction. */
  readonly ends?: 'destroy' | 'reset' | 'fin';
}

/** Size of the text from which bodies are taken. No body is as long. */
const BODY = 80_000;

/** The text for a path. A response's body is a prefix of the text for its path, a request's of the text for `up` and its path. */
export const bodyOf = (path: string): Buffer => patternOf(path, BODY);

const pick = <T>(draw: Random, list: readonly T[]): T => pickOf(list, draw);
const acknowledged = frame(FRAME.settings, FLAG.ack, 0);
const windowOf = (size: number): Buffer => settings([[SETTING.initialWindow, size]]);
const STATUS: readonly Field[] = [[':status', '200']];

/** DATA frames with these sizes that carry one body. */
function frames(id: number, body: Buffer, sizes: readonly number[], end: 'end' | 'more'): Buffer[] {
  let at = 0;
  return sizes.map((size, index) => {
    at += size;
    return data(id, body.subarray(at - size, at), index === sizes.length - 1 ? end : 'more');
  });
}

function padded(id: number, content: Buffer, size: number): Buffer {
  return frame(FRAME.data, FLAG.padded, id, Buffer.concat([Buffer.of(size), content, Buffer.alloc(size)]));
}

/** The steps of a client: requests with these paths, and actions on windows, streams and its connection in between. */
export function clientSteps(draw: Random, paths: readonly string[]): Step[] {
  const windows = [0, 1_000, 30_000, 65_535];
  const steps: Step[] = [{ sends: [Buffer.from(PREFACE), windowOf(pick(draw, windows)), acknowledged] }];
  for (const [at, path] of paths.entries()) {
    const id = at * 2 + 1;
    steps.push(...requestSteps(draw, id, path));
    const kind = draw(24);
    if (kind < 4) steps.push({ after: draw(20), sends: [reset(id, CODE.cancel)] });
    else if (kind < 8)
      steps.push({ after: draw(20), sends: [windowUpdate(id, 1 + draw(70_000)), windowUpdate(0, 70_000)] });
    else if (kind < 12) steps.push({ sends: [windowOf(pick(draw, [0, 500, 65_535, 300_000]))] });
    else if (kind === 12) steps.push({ sends: [windowUpdate(id, 0)] });
  }
  if (draw(5) < 2) steps.push({ after: draw(60), sends: [windowOf(1_000_000), windowUpdate(0, 10_000_000)] });
  steps.push({ after: draw(200), ends: pick(draw, ['destroy', 'reset', 'fin']) });
  return steps;
}

function requestSteps(draw: Random, id: number, path: string): Step[] {
  const body = bodyOf(`up${path}`);
  const kind = draw(5);
  if (kind < 2) return [{ after: draw(10), sends: [headers(id, pseudo('GET', path))] }];
  const post = pseudo('POST', path);
  if (kind === 2) {
    const sizes = Array.from({ length: 1 + draw(5) }, () => draw(13_000));
    const end = draw(5) === 0 ? 'more' : 'end';
    return [{ sends: [headers(id, post, 'more'), ...frames(id, body, sizes, end)] }];
  }
  if (kind === 3) {
    const size = 1 + draw(3_000);
    const head = headers(id, [...post, ['content-length', String(size)]], 'more');
    const late = draw(5) === 0 ? [data(id, 'y')] : [];
    const end = draw(3) === 0 ? 'more' : 'end';
    return [{ sends: [head, ...frames(id, body, [size], end), ...late] }];
  }
  // Padded frames. Each arrives in two reads.
  const steps: Step[] = [{ sends: [headers(id, post, 'more')] }];
  const sizes = Array.from({ length: 1 + draw(3) }, () => 1 + draw(15_000));
  let at = 0;
  for (const size of sizes) {
    const bytes = padded(id, body.subarray(at, at + size), draw(256));
    const cut = 1 + draw(bytes.length - 1);
    steps.push({ sends: [bytes.subarray(0, cut)] }, { after: 1 + draw(4), sends: [bytes.subarray(cut)] });
    at += size;
  }
  return [...steps, { sends: [data(id, '', 'end')] }];
}

/** The frames with which a pod opens a connection. */
export const POD_OPENING: readonly Buffer[] = [windowOf(20_000), acknowledged];

/** The steps of a pod for one request. */
export function podSteps(draw: Random, id: number, path: string): Step[] {
  const after = draw(10) < 7 ? 0 : draw(25);
  const [first = {}, ...others] = answerSteps(draw, id, bodyOf(path));
  return [{ ...first, after }, ...others];
}

function answerSteps(draw: Random, id: number, body: Buffer): Step[] {
  const head = (...more: Field[]) => headers(id, [...STATUS, ...more], 'more');
  const bytes = (sizes: readonly number[], end: 'end' | 'more' = 'end') => frames(id, body, sizes, end);
  switch (draw(16)) {
    case 0:
      return [{ sends: [headers(id, [...STATUS, ['content-length', '0']])] }];
    case 1:
    case 2:
      return [{ sends: [head(), ...bytes([draw(16_384), draw(16_384), draw(16_384)])] }];
    case 3:
      return [{ sends: [head(), ...bytes([16_384, 16_384, 16_384, 16_383])] }];
    case 4:
      return [
        { sends: [head(), ...bytes([draw(9_000)], 'more')] },
        { after: draw(20), sends: [cut(draw, id)] },
      ];
    case 5:
      return [{ sends: [cut(draw, id)] }];
    case 6:
      return [
        { sends: [head(), ...bytes([100], 'more')] },
        { after: draw(30), sends: [data(id, '', 'end')] },
      ];
    case 7:
      return [
        { sends: [headers(id, [[':status', '103']], 'more'), head(), ...bytes([draw(9_000)]), reset(id, 0)] },
      ];
    case 8:
      return [{ sends: [head(['content-length', '10']), ...bytes([draw(20)])] }];
    case 9:
      return [{ sends: [head(), ...bytes([10], 'more'), headers(id, pick(draw, TRAILERS))] }];
    case 10:
      return [{ sends: [headers(id, [...STATUS, ['Bad', 'x']])] }];
    case 11:
      return [{ sends: [head(), ...bytes([3])] }, { after: draw(10), sends: [changed(draw)] }];
    case 12:
      return [{ sends: [head(), padded(id, body.subarray(0, 100), draw(256)), data(id, '', 'end')] }];
    case 13:
      // The pod does not answer, and the request times out.
      return [];
    default:
      return draw(4) === 0 ? [lastStep(draw, id)] : [{ sends: [head(), ...bytes([1 + draw(100)])] }];
  }
}

const TRAILERS: readonly (readonly Field[])[] = [[['x-sum', '1']], STATUS];

function cut(draw: Random, id: number): Buffer {
  const { noError, refusedStream, cancel, internalError, http11Required } = CODE;
  return reset(id, pick(draw, [noError, refusedStream, cancel, internalError, http11Required]));
}

function changed(draw: Random): Buffer {
  return settings([
    [SETTING.initialWindow, pick(draw, [0, 1_000, 65_535, 200_000])],
    [SETTING.maxStreams, pick(draw, [1, 5, 100])],
  ]);
}

/** The connection ends. */
function lastStep(draw: Random, id: number): Step {
  const last = number32(Math.max(0, id - pick(draw, [0, 2, 4])));
  return pick<Step>(draw, [
    { sends: [frame(FRAME.goaway, 0, 0, Buffer.concat([last, number32(0)]))] },
    { sends: [frame(FRAME.goaway, 0, 0, Buffer.concat([last, number32(0)]))] },
    { sends: [frame(FRAME.pushPromise, FLAG.endHeaders, id, Buffer.alloc(8))] },
    { ends: 'destroy' },
    { ends: 'fin' },
  ]);
}
