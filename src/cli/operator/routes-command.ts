import { parseHost } from '../../wiring/host.ts';
import { printable } from '../../wiring/rejection.ts';
import { NOT_FOUND, OperatorError } from './operator-error.ts';
import { type CommandContext, firstAnswer, operatorCommand } from './operator-command.ts';
import type { Problem, ReadArguments } from './operator-arguments.ts';
import { ListenerFinder } from './listener-finder.ts';
import { onlyHost, routesText } from './routes-text.ts';
import { jsonOf, textOf } from './shown.ts';

const USAGE = `podway routes [flags] [HOST]: print the routes of a router, and its
    rejections

With HOST it prints the routes that serve this host, also those of wildcards.
READY is the number of pods that get requests; KEY marks namespaces with a key
(key?: not known yet). -o wide prints a line for each port of each pod, and
certificates.

The exit code is 0, 1 when no route serves HOST, and 2 for misuse and when no
router answers.
`;

interface RoutesQuestion {
  /** The canonical host; undefined: all hosts. */
  readonly host: string | undefined;
}

/** `podway routes`. */
export const routes = operatorCommand<RoutesQuestion>({
  name: 'routes',
  usage: USAGE,
  flags: {},
  read,
  run,
});

function read({ positionals }: ReadArguments): RoutesQuestion | Problem {
  const [text, ...more] = positionals;
  if (more.length > 0) return { problem: 'expected one host at most' };
  if (text === undefined) return { host: undefined };
  const host = parseHost(text);
  return 'problem' in host ? { problem: `expected a host, not ${printable(text)}` } : { host: host.host };
}

async function run({ host }: RoutesQuestion, context: CommandContext): Promise<number> {
  const { common, print, signal } = context;
  const { answer, listener } = await firstAnswer(await new ListenerFinder(context).listeners(true), (it) =>
    it.document({ path: '/routes', signal }),
  );
  if (typeof answer !== 'object' || answer === null)
    throw new OperatorError(`${listener.name}: expected a route table, the answer has none`);
  const { document, found } =
    host === undefined ? { document: answer, found: Number.POSITIVE_INFINITY } : onlyHost(answer, host);
  const from = printable(listener.name, 400);
  await print(
    common.output === 'json'
      ? jsonOf(document, 2)
      : textOf(routesText(document, { wide: common.output === 'wide', from })),
  );
  return found > 0 ? 0 : NOT_FOUND;
}
