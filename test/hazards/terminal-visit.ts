import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { REFUSALS } from '../../src/terminal/rules/reasons.ts';
import { TerminalListener, TOKEN } from '../terminal/listener.ts';
import { sendRequest, type RequestSpec, pageHeaders, handshakeWith } from '../terminal/page-client.ts';
import type { VisitCase } from './terminal-rows.ts';

const SERVED = { page: 200, session: 201, socket: 101 };
const NO_BROWSER = { origin: undefined, 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined };

/** Sends every request to the same listener. */
export async function checkVisits(title: string, cases: readonly VisitCase[]): Promise<void> {
  await describe(title, () => {
    let listener: TerminalListener;
    before(async () => {
      listener = await TerminalListener.start();
    });
    after(() => listener[Symbol.asyncDispose]());
    for (const one of cases) void test(one.name, () => check(listener, one));
  });
}

async function check(listener: TerminalListener, { what, fields, refused }: VisitCase): Promise<void> {
  const { port } = listener;
  const isBrowser = !Object.hasOwn(fields, 'origin') || fields['origin'] !== undefined;
  const ticket = what === 'socket' ? await ticketFor(port, isBrowser) : '';
  const answer = await sendRequest(port, changed(usual(what, port, ticket), fields, { port, ticket }));
  assert.equal(answer.status, refused === undefined ? SERVED[what] : REFUSALS[refused], answer.body);
  for (const secret of [TOKEN, ticket])
    assert.ok(secret === '' || what === 'session' || !answer.body.includes(secret));
  if (refused !== undefined) assert.equal((JSON.parse(answer.body) as { reason: string }).reason, refused);
}

/** A ticket for the page, or for a client that is not a browser. */
async function ticketFor(port: number, isBrowser: boolean): Promise<string> {
  const fields = isBrowser ? {} : { ...NO_BROWSER, 'sec-fetch-dest': undefined };
  const answer = await sendRequest(port, changed(usual('session', port, ''), fields, { port, ticket: '' }));
  assert.equal(answer.status, 201, answer.body);
  return (JSON.parse(answer.body) as { ticket: string }).ticket;
}

/** The request that the page sends. */
function usual(what: VisitCase['what'], port: number, ticket: string): RequestSpec {
  const page = pageHeaders(port);
  if (what === 'page')
    return { headers: { ...page, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } };
  if (what === 'socket') return { path: '/terminal/socket', headers: handshakeWith(port, ticket) };
  return {
    method: 'POST',
    path: '/terminal/sessions',
    headers: { ...page, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
  };
}

function changed(
  asked: RequestSpec,
  fields: VisitCase['fields'],
  { port, ticket }: { readonly port: number; readonly ticket: string },
): RequestSpec {
  const fill = (value: string) =>
    value.replaceAll('PORT', String(port)).replaceAll('SECRET', TOKEN).replaceAll('TICKET', ticket);
  const all = { ...asked.headers, ...fields };
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? fill(value) : value.map(fill);
  }
  return { ...asked, headers };
}
