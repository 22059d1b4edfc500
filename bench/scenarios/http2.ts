import { H2LOAD } from '../harness/programs.ts';
import type { Scenario } from '../harness/scenario.ts';
import { h2load } from '../load/h2load.ts';

function http2(connections: number, streams: number): Scenario {
  return {
    name: `http2-${connections}x${streams}`,
    title: `small GET over HTTP/2 without TLS, ${connections} connections with ${streams} stream${streams > 1 ? 's' : ''} each`,
    operation: 'request',
    byDefault: 'leaders',
    requiredPrograms: [H2LOAD],
    requiredCapabilities: ['http2'],
    setup: { http2: true },
    origin: 'plain',
    headline: 'cpu',
    columns: ['cpu', 'perSecond', 'busy', 'resident'],
    measure: (run) => h2load(run, { connections, streams }),
  };
}

/** The scenario over TLS with an ECDSA certificate; clients choose HTTP/2 by ALPN. */
function byTls(scenario: Scenario): Scenario {
  const { name, title, requiredCapabilities } = scenario;
  return {
    ...scenario,
    name: `tls-${name}`,
    title: title.replace('without TLS', 'by TLS'),
    requiredCapabilities: [...requiredCapabilities, 'tls'],
    tls: 'ec',
  };
}

export const http2Few = http2(8, 16);
export const http2Many = http2(64, 1);
export const tlsHttp2Few = byTls(http2Few);
export const tlsHttp2Many: Scenario = { ...byTls(http2Many), byDefault: 'no' };
