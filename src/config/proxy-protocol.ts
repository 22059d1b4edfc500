import { choice } from './grammar.ts';
import { setting } from './setting.ts';

/** What a balancer says of its clients below HTTP. */
export const PROXY_PROTOCOL = {
  proxyProtocol: setting(
    'PROXY_PROTOCOL',
    'off',
    choice('off', 'require'),
    'With `require` every connection to the routed ports must come from `TRUSTED_PROXIES` and begin with a PROXY header (version 1 or 2), whose address then counts as that of the client',
  ),
};
