import type { RequestHead } from '../../http1/request-head.ts';
import type { Cors } from '../../wiring/options/cors-policy.ts';
import {
  answerLines,
  allowsPreflight,
  isForAll,
  isOriginAllowed,
  isPreflight,
  preflightLines,
} from '../cors.ts';
import type { Grant } from '../grant.ts';
import { bitOf } from '../flavours.ts';
import { newestOf } from '../newest.ts';
import type { Rotation } from '../rotation.ts';
import type { Refusal } from './guard.ts';

/** The CORS options of a flavour, and its bit. */
interface CorsFlavour {
  readonly cors: Cors;
  readonly bit: number;
}

/** True when podway answers preflights for the route, so that no pod gets one. */
export function takesPreflight({ rotation }: Grant, head: RequestHead): boolean {
  return head.method === 'OPTIONS' && corsFlavours(rotation).length > 0 && isPreflight(head);
}

/**
 * The answer to a preflight, if available pods have `cors=`. Browsers send a preflight without key and cookies, so
 * podway answers it before it checks either. It never combines the options of several pods. The newest pod that allows
 * everything that is requested decides, else the newest one that allows the page.
 */
export function preflightOf({ rotation }: Grant, head: RequestHead): Refusal | undefined {
  if (head.method !== 'OPTIONS') return undefined;
  const found = corsFlavours(rotation);
  const [first] = found;
  if (first === undefined || !isPreflight(head)) return undefined;
  const cors =
    newestWith(rotation, found, (it) => allowsPreflight(it, head)) ??
    newestWith(rotation, found, (it) => isOriginAllowed(it, head)) ??
    first.cors;
  return { reason: 'preflight', fields: preflightLines(cors, head) };
}

/**
 * Field lines of podway's own answer to a request for which no pod was picked: those of the newest pod that allows the
 * page.
 */
export function ownCorsLines({ rotation }: Grant, head: RequestHead): string {
  const found = corsFlavours(rotation);
  const [first] = found;
  if (first === undefined) return '';
  const cors = newestWith(rotation, found, (it) => isOriginAllowed(it, head)) ?? first.cors;
  return `${answerLines(cors, head)}${isForAll(cors) ? '' : 'Vary: Origin\r\n'}`;
}

const NONE: readonly CorsFlavour[] = [];

function corsFlavours({ flavours, live }: Rotation): readonly CorsFlavour[] {
  if (flavours === undefined || flavours.every(({ guards }) => guards?.cors === undefined)) return NONE;
  return flavours.flatMap(({ guards, bit }) => {
    const cors = (bit & live) === 0 ? undefined : guards?.cors;
    return cors === undefined ? [] : [{ cors, bit }];
  });
}

/** If none of these pods is available, all of them count. */
function newestWith(
  { flavours = [], members }: Rotation,
  found: readonly CorsFlavour[],
  fits: (cors: Cors) => boolean,
): Cors | undefined {
  const fitting = found.filter(({ cors }) => fits(cors));
  if (fitting.length < 2) return fitting[0]?.cors;
  const mask = fitting.reduce((bits, { bit }) => bits | bit, 0);
  const theirs = members.filter((it) => (bitOf(flavours, it) & mask) !== 0);
  const asked = theirs.filter(({ endpoint }) => endpoint !== undefined);
  return newestOf(asked.length === 0 ? theirs : asked)?.guards?.cors;
}
