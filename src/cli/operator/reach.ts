import { ApiServer } from '../../cluster/api/api-server.ts';
import { serverOf } from '../../cluster/api/kubeconfig.ts';
import { printable } from '../../wiring/rejection.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import { findRouters, placeOf } from './find-routers.ts';
import { Listener } from './listener.ts';
import type { CommandContext } from './operator-command.ts';

/** Milliseconds that the API server may take to answer. */
const API_TIMEOUT = 30_000;

/**
 * The listeners that the flags choose.
 *
 * @param single replicas of one router, of which any can answer
 * @throws ApiFailure, SourceError, OperatorError
 */
export async function reach(context: CommandContext, single: boolean): Promise<readonly Listener[]> {
  const { common, runtime, token, signal } = context;
  const { url } = common;
  if (url !== undefined) return [new Listener({ name: printable(url.href), way: url }, token)];
  const load = chosenKubeconfig(common, runtime.env);
  serverOf(load);
  const api = new ApiServer({ load, timeout: API_TIMEOUT });
  const pods = await findRouters(api, { ...common, single }, signal);
  return pods.map((pod) => new Listener(placeOf(api, pod, common.port), token));
}
