import { choice } from './grammar.ts';
import { setting } from './setting.ts';

/** Setting for load balancers that send the client's address in a PROXY header. */
export const PROXY_PROTOCOL = {
  proxyProtocol: setting(
    'PROXY_PROTOCOL',
    'off',
    choice('off', 'require'),
    'With `require` every connection to the routed ports must come from `TRUSTED_PROXIES` and begin with a PROXY header (version 1 or 2), whose address then counts as that of the client',
  ),
};
