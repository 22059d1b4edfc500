import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from '../../src/proxy/exchange/failure.ts';
import { connectFailure } from '../../src/proxy/upstream/connect-failure.ts';
import { checkConversations } from '../fixtures/conversation.ts';
import { BAD_HEADS, BODIES, GOOD_HEADS, INTERIM, LEFTOVERS, ODDITIES, RETRIES } from './upstream-rows.ts';
import { everyNth } from '../fixtures/wide.ts';

await checkConversations(
  'for a malformed head the client gets 502, and the connection is not used again',
  everyNth(2, BAD_HEADS),
);
await checkConversations('a valid head is forwarded, except hop-by-hop fields', everyNth(2, GOOD_HEADS));
await checkConversations('a truncated body never looks complete', everyNth(2, BODIES));
await checkConversations(
  'a pod connection is used again only when no unexpected bytes are on it',
  everyNth(2, LEFTOVERS),
);
await checkConversations('tolerated forms of responses', everyNth(2, ODDITIES));
await checkConversations('interim responses', everyNth(2, INTERIM));
await checkConversations('a request is retried only where that is safe', everyNth(2, RETRIES));

/** The causes of a failed connect: the pod, which is ejected and another one tried, or a shortage of podway itself. */
const CONNECT_ERRORS: Readonly<Record<'pod' | 'late' | 'ours', readonly string[]>> = {
  pod: ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  late: ['ETIMEDOUT'],
  ours: ['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
};
const VERDICTS = {
  pod: { status: 502, fault: 'pod', retry: 'unsent', ejects: true },
  late: { status: 504, fault: 'pod', retry: 'unsent', ejects: true },
  ours: { status: 503, fault: 'router', retry: 'never', ejects: false },
} as const;

for (const fault of ['pod', 'late', 'ours'] as const) {
  for (const code of CONNECT_ERRORS[fault]) {
    test(`a connect that ends with ${code} (UF-04)`, () => {
      const error = Object.assign(new Error(code), { code });
      const { status, fault: whose, retry, ejects } = verdict(connectFailure(error));
      assert.deepEqual({ status, fault: whose, retry, ejects }, VERDICTS[fault]);
    });
  }
}
