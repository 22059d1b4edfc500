import { whole } from './grammar.ts';
import { setting } from './setting.ts';

/** Settings for counting the rates of `rate=`. */
export const RATES = {
  rateClients: setting(
    'RATE_CLIENTS',
    '65536',
    whole(1_024, 16_777_216),
    'Number of clients of routes with `rate=` to remember, 8 bytes each for all workers together; when there are more, podway forgets those that have sent no request for the longest time',
  ),
  rateIpv6Prefix: setting(
    'RATE_IPV6_PREFIX',
    '64',
    whole(32, 128),
    'Length in bits of the IPv6 prefix whose addresses `rate=` counts as one client',
  ),
} as const;
