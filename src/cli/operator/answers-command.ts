import { enumeration } from '../../wiring/enumeration.ts';
import { own, ownArray } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { answerColumns, type GivenAnswer } from './answer-columns.ts';
import { ANSWER_FLAGS, type AnswersQuestion, readAnswersQuestion } from './answers-question.ts';
import { columns } from './columns.ts';
import type { Listener } from './listener.ts';
import { type CommandContext, operatorCommand } from './operator-command.ts';
import { OperatorError } from './operator-error.ts';
import { ListenerFinder } from './listener-finder.ts';
import { numberField, jsonOf, textOf, textList } from './shown.ts';

/** Default number of answers; the listener has the same default. */
const DEFAULT_LIMIT = 100;

const USAGE = `podway answers [flags]: print the last requests that a router answered
    itself or closed, the newest first

It merges the answers of all replicas. podway explain --id ID explains
one of them.

      --host HOST             only answers of this host
      --status STATUS         only answers with this status: 403, 4xx, 5xx, or 0
                              for connections closed without an answer
      --reason REASON         only answers with this reason (docs/reasons.md)
      --limit NUMBER          maximum number of answers, 1 to 1000; default: ${DEFAULT_LIMIT}

The exit code is 0, also when there are none, and 2 for misuse and when no
router answers.
`;

/** `podway answers`. */
export const answers = operatorCommand<AnswersQuestion>({
  name: 'answers',
  usage: USAGE,
  flags: { ...ANSWER_FLAGS, limit: { type: 'string' } },
  read: readAnswersQuestion,
  run,
});

interface Reply {
  readonly router: string;
  readonly document: unknown;
}

async function run({ query }: AnswersQuestion, context: CommandContext): Promise<number> {
  const { common, print, printError, signal } = context;
  const listeners = await new ListenerFinder(context).listeners(false);
  const ask = async (listener: Listener): Promise<Reply> => ({
    router: listener.name,
    document: await listener.document({ path: '/answers', query, signal }),
  });
  const settled = await Promise.allSettled(listeners.map(ask));
  const replies = settled.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
  const failures = settled.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []));
  if (replies.length === 0) throw failures[0];
  for (const failure of failures) {
    if (!(failure instanceof OperatorError)) throw failure;
    printError(failure.message);
  }
  for (const { router, document } of replies)
    for (const worker of textList(document, 'missing'))
      printError(`${router}: no reply from worker ${worker}`);
  const all = newestFirst(replies).slice(0, Number(query.get('limit') ?? DEFAULT_LIMIT));
  if (all.length === 0 && common.output !== 'json') printError(`no router remembers ${asked(query)}`);
  const view = { wide: common.output === 'wide', many: listeners.length > 1 };
  await print(
    common.output === 'json'
      ? jsonOf({ answers: all.map(({ answer, router }) => ({ ...(answer as object), router })) }, 2)
      : textOf(columns(all, answerColumns(view))),
  );
  return 0;
}

/** What the command looks for, in words. */
function asked(query: URLSearchParams): string {
  const filters = [...query]
    .filter(([name]) => name !== 'limit')
    .map(([name, value]) => `${name} ${printable(value)}`);
  const which = filters.length === 0 ? '' : ` with ${enumeration(filters)}`;
  return `an answer of its own${which}`;
}

function newestFirst(replies: readonly Reply[]): GivenAnswer[] {
  return replies
    .flatMap(({ router, document }) =>
      ownArray(document, 'answers').flatMap((answer) =>
        typeof own(answer, 'time') === 'number' ? [{ answer, router }] : [],
      ),
    )
    .sort((a, b) => numberField(b.answer, 'time') - numberField(a.answer, 'time'));
}
