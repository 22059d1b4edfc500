import { size, whole } from './grammar.ts';
import { setting } from './setting.ts';

const FIELDS = whole(1, 2_000);

/** Settings that limit the heads of requests and responses. */
export const HEADS = {
  maxRequestLine: setting(
    'MAX_REQUEST_LINE',
    '8k',
    size('128', '1m'),
    'Maximum size of the request line; a longer one gets 414',
  ),
  maxRequestHead: setting(
    'MAX_REQUEST_HEAD',
    '32k',
    size('1k', '1m'),
    'Maximum size of a request head; a larger one gets 431',
  ),
  maxRequestFields: setting(
    'MAX_REQUEST_FIELDS',
    '100',
    FIELDS,
    'Maximum number of fields in a request head; more get 431',
  ),
  maxResponseHead: setting(
    'MAX_RESPONSE_HEAD',
    '64k',
    size('1k', '1m'),
    'Maximum size of a response head; a larger one causes 502',
  ),
  maxResponseFields: setting(
    'MAX_RESPONSE_FIELDS',
    '256',
    FIELDS,
    'Maximum number of fields in a response head; more cause 502',
  ),
  maxInterimResponses: setting(
    'MAX_INTERIM_RESPONSES',
    '32',
    whole(1, 1_000),
    'Maximum number of 1xx responses before the final one; more cause 502',
  ),
} as const;
