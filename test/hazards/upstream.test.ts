import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from '../../src/proxy/exchange/failure.ts';
import { connectFailure } from '../../src/proxy/upstream/connect-failure.ts';
import { checkConversations } from '../fixtures/conversation.ts';
import { BAD_HEADS, BODIES, GOOD_HEADS, INTERIM, LEFTOVERS, ODDITIES, RETRIES } from './upstream-rows.ts';

await checkConversations(
  'for a malformed head the client gets 502, and the connection is not used again',
  BAD_HEADS,
);
await checkConversations('a valid head is forwarded, except hop-by-hop fields', GOOD_HEADS);
await checkConversations('a truncated body never looks complete', BODIES);
await checkConversations('a pod connection is used again only when no unexpected bytes are on it', LEFTOVERS);
await checkConversations('tolerated forms of responses', ODDITIES);
await checkConversations('interim responses', INTERIM);
await checkConversations('a request is retried only where that is safe', RETRIES);

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
