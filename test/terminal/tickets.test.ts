import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../src/terminal/refusal.ts';
import type { RefusalReason } from '../../src/terminal/rules/reasons.ts';
import { newSecret } from '../../src/terminal/rules/tickets.ts';
import type { Terminals } from '../../src/terminal/terminals.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { grantFor, terminalsFor, TOKEN } from './listener.ts';

const ORIGIN = 'http://127.0.0.1:8000';

function admit(terminals: Terminals, origin: string | undefined = ORIGIN, token = TOKEN): Promise<string> {
  return terminals.admit(token, {}, { origin, signal: new AbortController().signal });
}

/** The reason why a ticket is refused; undefined: it is accepted. */
function refusalOf(terminals: Terminals, ticket: string, origin: string | undefined = ORIGIN) {
  try {
    terminals.redeem(ticket, origin);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.reason;
  }
}

interface TicketCase {
  readonly name: string;
  readonly use: (terminals: Terminals, ticket: string, clock: TestClock) => unknown;
  readonly expected: RefusalReason | undefined;
}

const CASES: readonly TicketCase[] = [
  {
    name: 'is valid for 30 seconds (TT-16)',
    use: (terminals, ticket, clock) => {
      clock.advance(29_999);
      return refusalOf(terminals, ticket);
    },
    expected: undefined,
  },
  {
    name: 'is not valid after 30 seconds (TT-16)',
    use: (terminals, ticket, clock) => {
      clock.advance(30_000);
      return refusalOf(terminals, ticket);
    },
    expected: 'ticket',
  },
  {
    name: 'is valid only once (TT-16)',
    use: (terminals, ticket) => {
      assert.equal(refusalOf(terminals, ticket), undefined);
      return refusalOf(terminals, ticket);
    },
    expected: 'ticket',
  },
  {
    name: 'is not valid for another origin, and the attempt uses it up (TT-16)',
    use: (terminals, ticket) => {
      assert.equal(refusalOf(terminals, ticket, 'http://127.0.0.1:8001'), 'ticket');
      return refusalOf(terminals, ticket);
    },
    expected: 'ticket',
  },
  {
    name: 'of a page is not valid for a client that sends no origin (TT-16)',
    use: (terminals, ticket) => {
      try {
        terminals.redeem(ticket, undefined);
      } catch (error) {
        return (error as Refusal).reason;
      }
      return undefined;
    },
    expected: 'ticket',
  },
  {
    name: 'is not valid when its last character is missing (TT-16)',
    use: (terminals, ticket) => refusalOf(terminals, ticket.slice(0, -1)),
    expected: 'ticket',
  },
  {
    name: 'is not valid when podway ends (TT-25)',
    use: (terminals, ticket) => {
      void terminals.drain(0);
      return refusalOf(terminals, ticket);
    },
    expected: 'draining',
  },
];

for (const { name, use, expected } of CASES) {
  test(`a ticket ${name}`, async () => {
    const clock = new TestClock();
    const terminals = terminalsFor({ clock });
    assert.equal(use(terminals, await admit(terminals), clock), expected);
  });
}

test('of a hundred thousand guesses no guess is right and few are checked, and tickets are valid again soon (TT-16)', async () => {
  const clock = new TestClock();
  const terminals = terminalsFor({ clock });
  const tickets: string[] = [];
  for (let at = 0; at < 50; at += 1) tickets.push(await admit(terminals));
  const counts = new Map<string | undefined, number>();
  for (let at = 0; at < 100_000; at += 1) {
    const reason = refusalOf(terminals, newSecret());
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  assert.deepEqual(Object.fromEntries(counts), { ticket: 50, attempts: 99_950 });
  assert.equal(
    refusalOf(terminals, tickets[0] ?? ''),
    'attempts',
    'valid tickets are refused meanwhile, too',
  );
  clock.advance(1_000);
  assert.equal(refusalOf(terminals, tickets[0] ?? ''), undefined);
});

test('wrong tokens are checked only as often as tickets (TT-16)', async () => {
  const clock = new TestClock();
  let asked = 0;
  const admission = {
    admit: async () => {
      asked += 1;
      throw new Refusal('unauthorized', 'wrong');
    },
  };
  const terminals = terminalsFor({ clock, admission });
  for (let at = 0; at < 200; at += 1) await assert.rejects(admit(terminals), Refusal);
  assert.equal(asked, 50);
});

test('terminals and their tickets are limited in total and for one user (TT-21)', async () => {
  let user = 'a';
  const admission = { admit: async () => grantFor(user) };
  const terminals = terminalsFor({ admission, sessions: 5, perUser: 2 });
  await admit(terminals);
  await admit(terminals);
  await assert.rejects(admit(terminals), {
    reason: 'per-user',
    message: /has 2 terminals, and the maximum is 2/,
  });
  user = 'b';
  await admit(terminals);
  await admit(terminals);
  user = 'c';
  await admit(terminals);
  await assert.rejects(admit(terminals), {
    reason: 'sessions',
    message: /podway has 5 terminals, and the maximum is 5/,
  });
});
