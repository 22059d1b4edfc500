import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { printable } from '../../wiring/rejection.ts';
import { ApiFailure } from '../failure.ts';
import type { ProblemReason } from '../source.ts';
import { parseJson, readStatus } from '../watch-line.ts';
import type { EventObject } from './event-object.ts';

/** Milliseconds for each step of the answer: an Event is small, and nobody waits for it. */
const PATIENCE = 10_000;
const LARGEST_STATUS = 64 * 1024;

/** Creates an Event. Resolves also when it is there already. Rejects with an ApiFailure, or anything when aborted. */
export type PostEvent = (event: EventObject, signal: AbortSignal) => Promise<void>;

/**
 * Posts Events to the cluster of a kubeconfig, each with the credentials of its moment: Events are rare, so there is
 * no connection or token to keep.
 *
 * @param load reads the kubeconfig
 * @param namespace the one that is watched, for the advice when it is forbidden; undefined: all
 */
export function postEventTo(load: () => KubeConfig, namespace: string | undefined): PostEvent {
  return async (event, signal) => {
    const context = await authenticated(load, event.metadata.namespace);
    const dispatcher = context.getDispatcher() ?? new Agent();
    try {
      const { status, message } = await post(context, dispatcher, event, signal);
      if (status < 300 || status === 409) return;
      const failure = reasonOf(status);
      const advice = failure === 'forbidden' ? `${permissionNeeded(namespace)}. ` : '';
      const said = message === undefined ? '' : `: ${printable(message)}`;
      throw new ApiFailure(failure, `${advice}create events was answered ${status}${said}`);
    } finally {
      void dispatcher.destroy().catch(() => undefined);
    }
  };
}

async function authenticated(load: () => KubeConfig, namespace: string): Promise<RequestContext> {
  try {
    const config = load();
    const server = config.getCurrentCluster()?.server ?? '';
    // client-node refuses `http://` unless TLS verification is off, which says nothing where there is no TLS.
    if (server.startsWith('http:')) {
      config.clusters = config.clusters.map((cluster) => ({ ...cluster, skipTLSVerify: true }));
    }
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const context = new RequestContext(server.replace(/\/+$/, '') + path, HttpMethod.POST);
    await config.applySecurityAuthentication(context);
    return context;
  } catch {
    // The parser's message may quote a token.
    throw new ApiFailure('credentials', 'no credentials to create events with');
  }
}

async function post(
  context: RequestContext,
  dispatcher: Dispatcher,
  event: EventObject,
  signal: AbortSignal,
): Promise<{ status: number; message: string | undefined }> {
  const { origin, pathname } = new URL(context.getUrl());
  // A token file often ends in a newline, which no header value may.
  const given = Object.entries(context.getHeaders()).map(([name, value]) => [name, value.trim()]);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'podway',
    ...Object.fromEntries(given),
  } as Record<string, string>;
  try {
    const timeouts = { headersTimeout: PATIENCE, bodyTimeout: PATIENCE };
    const body = JSON.stringify(event);
    const request = { origin, path: pathname, method: 'POST', headers, body, signal, ...timeouts } as const;
    const answer = await dispatcher.request(request);
    let text = '';
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (text.length < LARGEST_STATUS) text += chunk.toString('latin1');
    }
    return { status: answer.statusCode, message: readStatus(parseJson(text)).message };
  } catch (error) {
    const why = error instanceof Error ? printable(error.message || error.name) : 'unknown error';
    throw new ApiFailure('unreachable', `create events: ${why}`);
  }
}

function reasonOf(status: number): ProblemReason {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'server-error' : 'refused';
}

function permissionNeeded(namespace: string | undefined): string {
  const role =
    namespace === undefined ? 'a ClusterRole bound cluster-wide' : `a Role in namespace ${namespace}`;
  return `grant apiGroups [""], resources ["events"], verbs ["create"] in ${role}, or set EVENTS=false`;
}
