import { printable } from '../../wiring/rejection.ts';
import { historyText } from './history-text.ts';
import type { Problem, ReadArguments } from './operator-arguments.ts';
import { type CommandContext, firstAnswer, operatorCommand } from './operator-command.ts';
import { ListenerFinder } from './listener-finder.ts';
import { jsonOf, textOf } from './shown.ts';

const USAGE = `podway history [flags]: print the last changes of a router's routes, the
    newest first, with time and cause

      --host HOST             only changes of this host
      --since REVISION        only changes after this revision
      --limit NUMBER          maximum number of entries, 1 to 1000; default: 100

podway explain --at REVISION explains a request with the table of a
revision. The exit code is 0, 1 when the router remembers nothing (HISTORY=0),
and 2 for misuse and when no router answers.
`;

interface HistoryQuestion {
  readonly query: URLSearchParams;
}

/** `podway history`. */
export const history = operatorCommand<HistoryQuestion>({
  name: 'history',
  usage: USAGE,
  flags: { host: { type: 'string' }, since: { type: 'string' }, limit: { type: 'string' } },
  read,
  run,
});

function read({ flags, positionals }: ReadArguments): HistoryQuestion | Problem {
  if (positionals.length > 0) return { problem: 'expected no argument: --host HOST selects the host' };
  const query = new URLSearchParams();
  for (const [name, values] of flags) query.set(name, values.at(-1) ?? '');
  const [since, limit] = [query.get('since') ?? '0', query.get('limit') ?? '1'];
  if (!/^\d{1,15}$/.test(since)) return { problem: 'expected a revision for --since' };
  if (!/^\d{1,6}$/.test(limit) || Number(limit) < 1)
    return { problem: 'expected a number from 1 for --limit' };
  return { query };
}

async function run({ query }: HistoryQuestion, context: CommandContext): Promise<number> {
  const { common, print, signal } = context;
  const { answer, listener } = await firstAnswer(await new ListenerFinder(context).listeners(true), (it) =>
    it.document({ path: '/history', query, signal }),
  );
  const from = printable(listener.name, 400);
  await print(common.output === 'json' ? jsonOf(answer, 2) : textOf(historyText(answer, from)));
  return 0;
}
