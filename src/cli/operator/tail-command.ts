import { answerColumns, type GivenAnswer } from './answer-columns.ts';
import { ANSWER_FLAGS, type AnswersQuestion, readAnswersQuestion } from './answers-question.ts';
import { line, titles } from './columns.ts';
import { followRouters } from './follow-routers.ts';
import { type CommandContext, operatorCommand } from './operator-command.ts';
import { jsonOf, textOf } from './shown.ts';

const USAGE = `podway tail [flags]: print the requests that a router answers itself or
    closes, as they happen

It follows all replicas, also new ones. When a connection breaks, it resumes
where it was. -o json prints a line for each answer.

      --host HOST             only answers of this host
      --status STATUS         only answers with this status: 403, 4xx, 5xx, or 0
                              for connections closed without an answer
      --reason REASON         only answers with this reason (docs/reasons.md)

It runs until a signal ends it (exit code 128 plus the number of the signal).
The exit code is 2 for misuse and when no router answers at the start.
`;

/** `podway tail`. */
export const tail = operatorCommand<AnswersQuestion>({
  name: 'tail',
  usage: USAGE,
  flags: ANSWER_FLAGS,
  read: readAnswersQuestion,
  run,
});

async function run({ query }: AnswersQuestion, context: CommandContext): Promise<number> {
  const { common, print } = context;
  const isJson = common.output === 'json';
  // A cluster may get further replicas later.
  const table = answerColumns({ wide: common.output === 'wide', many: common.url === undefined });
  const show = (given: GivenAnswer) =>
    void print(
      isJson ? jsonOf({ ...(given.answer as object), router: given.router }) : textOf([line(given, table)]),
    );
  await followRouters({
    context,
    query,
    onFirstAnswer: () => {
      if (!isJson) void print(textOf([titles(table)]));
    },
    show,
  });
  return 0;
}
