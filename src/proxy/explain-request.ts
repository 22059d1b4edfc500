import type { ExplainedRequest, ExplainQuestion } from '../boundary/explanation.ts';
import { REASONS } from '../boundary/reasons.ts';
import { ForwardedLines, type Peer } from '../http1/forwarded-lines.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { RequestParser } from '../http1/request-parser.ts';
import { writeRequestHead } from '../http1/request-writer.ts';
import { decide } from '../routing/decide.ts';
import type { Forward, Settled } from '../routing/decision.ts';
import { explain } from '../routing/explain.ts';
import { firstPeek } from '../routing/sticky.ts';
import { UNCOUNTED } from '../routing/authorise.ts';
import type { ExchangeNeeds } from './exchange/needs.ts';
import type { RequestReadings } from './downstream/request-readings.ts';
import { clientNetwork } from './load/client-network.ts';

type ExplainNeeds = Pick<ExchangeNeeds, 'settings' | 'table' | 'clock' | 'trusted' | 'rates'> & {
  readonly readings: RequestReadings;
};

/** Text in place of values that only the pod should see. */
const NOT_SHOWN = '(not shown)';
const MADE_LATER = '(made for each request)';
const SECRET = /^(authorization|cookie|proxy-authorization)$/i;

/**
 * What this worker would do with a request. It is read by the parser and decided by the function that clients' requests
 * use, but the decision changes no counts. The checks that depend on a connection or on the state of the worker come
 * before, and are not included (a redirect of all requests to https, overload, drain, foreign pages).
 */
export function explainRequest(question: ExplainQuestion, needs: ExplainNeeds): ExplainedRequest {
  const peer = peerOf(question, needs);
  const { trusted, others } = needs.readings;
  const parser = new RequestParser((peer.trusted ? trusted : others).reading);
  const bytes = Buffer.from(textOf(question), 'latin1');
  const end = parser.parse(bytes, 0, bytes.length);
  if (end < 0) return { kind: 'unreadable', status: REASONS[parser.error].status, reason: parser.error };
  if (end !== bytes.length) return { kind: 'unreadable', status: 400, reason: 'bad-header' };
  const { head } = parser;
  const judging = { ...needs, effects: UNCOUNTED };
  const explanation = explain(head, peer, judging);
  const decision = decide(head, peer, judging);
  const settled = decision.kind === 'authenticate' ? (decision.answered(true) as Settled) : decision;
  const sent = settled.kind === 'forward' ? sentTo(settled, { head, peer, needs }) : [];
  return { kind: 'explained', explanation, sent };
}

function peerOf({ peer: address, secure }: ExplainQuestion, { trusted }: ExplainNeeds): Peer {
  const network = clientNetwork(address);
  return { address, network, trusted: trusted.has(address), proto: secure ? 'https' : 'http' };
}

/** A question cannot contain line ends: they would begin further lines. */
function textOf({ method, target, host, fields }: ExplainQuestion): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
}

interface Forwarding {
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly needs: ExplainNeeds;
}

/** The head that the next pod would get; empty if there is no next pod. */
function sentTo(
  { route, grant, hop, showKey, upgrade }: Forward,
  { head, peer, needs }: Forwarding,
): string[] {
  const endpoint = firstPeek(route, grant, head, needs.clock.now);
  if (endpoint === undefined) return [];
  const outgoing = {
    forwarded: new ForwardedLines(peer),
    requestId: peer.trusted && head.requestId !== '' ? head.requestId : MADE_LATER,
    hop,
    forwardKey: showKey,
    upgrade,
    route: route.path,
    auth: undefined,
    trace: needs.settings.traces === 'off' ? undefined : { lines: `traceparent: ${MADE_LATER}\r\n` },
  };
  const text = writeRequestHead(head, outgoing, 'keep-alive', endpoint.options.requestEdits);
  const key = needs.settings.apiKeyHeader;
  const secrets = new Set((endpoint.options.setRequest ?? []).map(({ name }) => name.toLowerCase()));
  return text
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line, at) => (at === 0 ? line : shown(line, (name) => name === key || secrets.has(name))));
}

function shown(line: string, isSecret: (name: string) => boolean): string {
  const name = line.slice(0, line.indexOf(':'));
  return SECRET.test(name) || isSecret(name.toLowerCase()) ? `${name}: ${NOT_SHOWN}` : line;
}
