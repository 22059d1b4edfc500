import type { RefusalReason } from '../../src/terminal/rules/reasons.ts';

/** A request to the listener of a terminal, and its response. No part of it reaches the API server. */
export interface VisitCase {
  readonly name: string;
  /** GET of the page, POST for a session with the right secret, or the WebSocket with the right ticket. */
  readonly what: 'page' | 'session' | 'socket';
  /** Fields that replace those of the page; PORT stands for the port; undefined: the field is left out. */
  readonly fields: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The reason of a refusal; undefined: the request is served with 200, 201 or 101. */
  readonly refused?: RefusalReason;
}

const NO_BROWSER = {
  origin: undefined,
  'sec-fetch-site': undefined,
  'sec-fetch-mode': undefined,
  'sec-fetch-dest': undefined,
};

const FOREIGN_ORIGINS = [
  'https://evil.example',
  'null',
  '',
  'http://127.0.0.1',
  'http://127.0.0.1:1',
  'https://127.0.0.1:PORT',
  'http://localhost:PORT',
  'http://127.0.0.1:PORT.evil.example',
  'http://127.0.0.1:PORT/',
  'http://127.0.0.1:PORT@evil.example',
  'HTTP://127.0.0.1:PORT ',
] as const;

const FOREIGN_HOSTS = [
  'evil.example',
  'evil.example:PORT',
  'localhost.evil.example:PORT',
  '127.0.0.1.evil.example:PORT',
  '127.0.0.1:1',
  '127.0.0.1',
  '0.0.0.0:PORT',
  '[::]:PORT',
  'localhost.:PORT',
  '2130706433:PORT',
  '127.0.0.1:PORT, evil.example',
] as const;

/** Requests from the page, from other origins, and from clients without a browser. */
export const VISITS: readonly VisitCase[] = [
  { name: 'the page requests a session (TT-15)', what: 'session', fields: {} },
  { name: 'the page opens its WebSocket (TT-15)', what: 'socket', fields: {} },
  ...(['session', 'socket'] as const).flatMap((what) => [
    ...FOREIGN_ORIGINS.map(
      (origin): VisitCase => ({
        name: `a ${what} for the origin ${JSON.stringify(origin)} (TT-15)`,
        what,
        fields: { origin },
        refused: 'origin',
      }),
    ),
    ...['cross-site', 'same-site', 'none', 'same-origin, cross-site', 'SAME-ORIGIN'].map(
      (site): VisitCase => ({
        name: `a ${what} with Sec-Fetch-Site ${site} (TT-15)`,
        what,
        fields: { 'sec-fetch-site': site },
        refused: 'site',
      }),
    ),
    { name: `a ${what} of a client without a browser (TT-15)`, what, fields: NO_BROWSER } as const,
    {
      name: `a ${what} of a browser that sends no origin (TT-15)`,
      what,
      fields: { origin: undefined },
      refused: 'origin',
    } as const,
    {
      name: `a ${what} with Sec-Fetch-Mode and no origin (TT-15)`,
      what,
      fields: { ...NO_BROWSER, 'sec-fetch-mode': 'no-cors' },
      refused: 'origin',
    } as const,
  ]),
  ...FOREIGN_HOSTS.flatMap((host) =>
    (['page', 'session', 'socket'] as const).map(
      (what): VisitCase => ({
        name: `a ${what} for the host ${host} (TT-15)`,
        what,
        fields: { ...NO_BROWSER, host },
        refused: 'host',
      }),
    ),
  ),
  ...['localhost:PORT', 'LOCALHOST:PORT', '[::1]:PORT', '127.0.0.2:PORT'].map(
    (host): VisitCase => ({
      name: `the page at ${host} (TT-15)`,
      what: 'page',
      fields: { ...NO_BROWSER, host },
    }),
  ),
  {
    name: 'a link from another site to the page (TT-15)',
    what: 'page',
    fields: {
      origin: undefined,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    },
  },
  ...['iframe', 'object', 'script', 'image', 'empty'].map(
    (dest): VisitCase => ({
      name: `the page as ${dest} of another site (TT-15)`,
      what: 'page',
      fields: {
        origin: undefined,
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': dest === 'iframe' ? 'navigate' : 'no-cors',
        'sec-fetch-dest': dest,
      },
      refused: 'site',
    }),
  ),
  {
    name: 'the secret as a cookie (TT-17)',
    what: 'session',
    fields: { authorization: undefined, cookie: 'token=SECRET' },
    refused: 'unauthorized',
  },
  {
    name: 'the secret in two field lines (TT-17)',
    what: 'session',
    fields: { authorization: ['Bearer SECRET', 'Bearer SECRET'] },
    refused: 'unauthorized',
  },
  {
    name: 'the secret for Basic (TT-17)',
    what: 'session',
    fields: { authorization: 'Basic SECRET' },
    refused: 'unauthorized',
  },
  {
    name: 'a body that a form of another site can send (TT-15)',
    what: 'session',
    fields: { 'content-type': 'text/plain' },
    refused: 'bad-request',
  },
  {
    name: 'a ticket without the protocol (TT-16)',
    what: 'socket',
    fields: { 'sec-websocket-protocol': 'podway.ticket.TICKET' },
    refused: 'bad-request',
  },
  {
    name: 'two tickets (TT-16)',
    what: 'socket',
    fields: { 'sec-websocket-protocol': 'podway.terminal.v1, podway.ticket.TICKET, podway.ticket.TICKET' },
    refused: 'bad-request',
  },
  {
    name: 'a ticket with one changed character (TT-16)',
    what: 'socket',
    fields: { 'sec-websocket-protocol': 'podway.terminal.v1, podway.ticket.TICKET_' },
    refused: 'ticket',
  },
];
