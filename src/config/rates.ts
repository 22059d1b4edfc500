import { whole } from './grammar.ts';
import { setting } from './setting.ts';

/** How `rate=` behind a path counts. */
export const RATES = {
  rateClients: setting(
    'RATE_CLIENTS',
    '65536',
    whole(1_024, 16_777_216),
    'Clients of routes with `rate=` that are remembered at a time, 8 bytes each for all workers together; when there are more, those that waited longest are forgotten',
  ),
  rateIpv6Prefix: setting(
    'RATE_IPV6_PREFIX',
    '64',
    whole(32, 128),
    'Bits of an IPv6 address that `rate=` counts as one client',
  ),
} as const;
