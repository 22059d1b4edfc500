import { whole } from './grammar.ts';
import { setting } from './setting.ts';

/** How `rate=` after a path counts. */
export const RATES = {
  rateClients: setting(
    'RATE_CLIENTS',
    '65536',
    whole(1_024, 16_777_216),
    'Number of clients of routes with `rate=` to remember, 8 bytes each for all workers together; when there are more, those without a request for the longest time are forgotten',
  ),
  rateIpv6Prefix: setting(
    'RATE_IPV6_PREFIX',
    '64',
    whole(32, 128),
    'Bits of an IPv6 address that `rate=` counts as one client',
  ),
} as const;
