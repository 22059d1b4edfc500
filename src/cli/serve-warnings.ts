import type { Config } from '../config/load.ts';
import { isLoopback } from '../config/loopback.ts';
import { memoryShortage } from '../config/thread-budget.ts';
import { unknownVariables } from '../config/unknown-variables.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Runtime } from './runtime.ts';

/** Logs settings that are valid but may not be what the operator meant. */
export function warnOf(
  config: Config,
  { machine, env }: Pick<Runtime, 'machine' | 'env'>,
  logger: Logger,
): void {
  for (const { name: variable, meant } of unknownVariables(env))
    logger.warn({ variable, meant }, 'a variable is not a setting');
  const shortage = memoryShortage(config, machine);
  if (shortage !== undefined) logger.warn(shortage);
  if (config.podAccess === 'tunnel' && !isLoopback(config.address)) {
    const { address } = config;
    logger.warn(
      { address },
      'other machines reach pods with the rights of this kubeconfig: ADDRESS is not a loopback address',
    );
  }
}
