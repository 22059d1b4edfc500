import type { Run, Scenario } from '../harness/scenario.ts';
import type { HandshakesOptions } from '../load/handshakes.ts';
import { runLoad } from '../load/run-load.ts';
import type { LoadResult } from '../load/target.ts';
import { keepAlive64 } from './keep-alive.ts';
import { answer10m } from './large-answers.ts';
import { upload10m } from './uploads.ts';

/** Seconds of warm-up. At 500 connections per second V8 compiles functions for longer than at 20,000 requests. */
const WARM_UP = 15;

/** The scenario over TLS, with an ECDSA certificate. */
function byTls(scenario: Scenario): Scenario {
  const { name, title } = scenario;
  return {
    ...scenario,
    name: `tls-${name}`,
    title: `${title}, by TLS`,
    requiredCapabilities: ['tls'],
    tls: 'ec',
  };
}

export const tlsKeepAlive: Scenario = { ...byTls(keepAlive64), byDefault: 'leaders' };
export const tlsAnswer10m = byTls(answer10m);
export const tlsUpload10m = byTls(upload10m);

type Handshakes = Pick<HandshakesOptions, 'resumed' | 'maxVersion'>;

function handshakes(kind: 'ec' | 'rsa', options: Handshakes, byDefault: Scenario['byDefault']): Scenario {
  const { resumed, maxVersion } = options;
  const measure = (run: Run): Promise<LoadResult> =>
    runLoad(run, 'handshakes.ts', {
      target: run.target,
      connections: 16,
      seconds: run.seconds,
      ...options,
    } satisfies HandshakesOptions);
  const version = maxVersion.slice('TLSv'.length);
  const name = resumed ? `tls-resumed-${version}` : `tls-handshakes-${kind}`;
  return {
    name,
    title: `TLS ${version}: a ${resumed ? 'continued session' : 'full handshake'} (${kind}) and one small GET, 16 at a time`,
    operation: 'connection',
    byDefault,
    requiredPrograms: [],
    requiredCapabilities: ['tls'],
    tls: kind,
    origin: 'plain',
    headline: 'cpu',
    columns: ['cpu', 'perSecond', 'busy', 'p50', 'p99', 'resident'],
    async prepare(run) {
      await measure({ ...run, seconds: WARM_UP });
      return 0;
    },
    measure,
  };
}

export const tlsHandshakes = handshakes('ec', { resumed: false, maxVersion: 'TLSv1.3' }, 'leaders');
export const tlsHandshakesRsa = handshakes('rsa', { resumed: false, maxVersion: 'TLSv1.3' }, 'no');
export const tlsResumed = handshakes('ec', { resumed: true, maxVersion: 'TLSv1.3' }, 'no');
export const tlsResumedOld = handshakes('ec', { resumed: true, maxVersion: 'TLSv1.2' }, 'no');
