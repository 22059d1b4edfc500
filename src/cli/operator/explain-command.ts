import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { own } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { answerText } from './answer-text.ts';
import { EXPLAIN_FLAGS, type ExplainQuestion, headerProblem, KEY_HEADER } from './explain-question.ts';
import { readExplainQuestion, type RequestQuestion, containsSecrets } from './explain-question.ts';
import { explanationText, isGood } from './explanation-text.ts';
import type { Listener } from './listener.ts';
import { type CommandContext, firstAnswer, operatorCommand } from './operator-command.ts';
import { NOT_FOUND, OperatorError } from './operator-error.ts';
import { ListenerFinder } from './listener-finder.ts';
import { jsonOf, textOf } from './shown.ts';

const USAGE = `podway explain [flags] URL: print what a router would do with a request
    now, and why
podway explain [flags] --id ID: print why a router answered a past
    request itself (ID: X-Request-Id of the answer)

URL is http://HOST/PATH or https://HOST/PATH. podway uses it unchanged,
including dots and escapes in its path. The router sends nothing to a pod, and
changes no counter.

  -X, --method METHOD         default: GET
  -H, --header 'NAME: VALUE'  header of the request, may be repeated; @FILE: the
                              lines of a file, @-: those of stdin
      --key-file FILE         file with the key, as a client sends it; -: stdin.
                              (Other users can see arguments.)
      --key-header NAME       header that carries the key (API_KEY_HEADER);
                              default: ${KEY_HEADER}
      --peer ADDRESS          address of the client; default: 192.0.2.1, which
                              no host has
      --at REVISION           use the route table of this revision

The exit code is 0 when a pod gets the request, or when the answer has a status
below 400; 1 when the request is refused, and for an ID that no router
remembers; 2 for misuse and when no router answers.
`;

/** `podway explain`. */
export const explain = operatorCommand<ExplainQuestion>({
  name: 'explain',
  usage: USAGE,
  flags: EXPLAIN_FLAGS,
  read: readExplainQuestion,
  holdsSecrets: containsSecrets,
  run: (question, context) =>
    question.kind === 'answer' ? explainAnswer(question.id, context) : explainRequest(question, context),
});

async function explainRequest(question: RequestQuestion, context: CommandContext): Promise<number> {
  const { common, print, signal } = context;
  const query = await queryOf(question, context);
  const key = question.keyFile === undefined ? undefined : await readKey(question.keyFile, context);
  const headers = key === undefined ? {} : { [question.keyHeader]: key };
  const listeners = await new ListenerFinder(context).listeners(true);
  const { answer, listener } = await firstAnswer(listeners, (it) =>
    it.document({ path: '/explain', query, headers, signal }),
  );
  if (question.at !== undefined && own(answer, 'at') === undefined)
    throw new OperatorError(
      `${listener.name} does not explain past revisions: its podway is older than this one`,
    );
  const { output } = common;
  const from = printable(listener.name, 400);
  await print(
    output === 'json'
      ? jsonOf(answer, 2)
      : textOf(explanationText(answer, { wide: output === 'wide', from })),
  );
  return isGood(answer) ? 0 : NOT_FOUND;
}

/** Asks all replicas, since only the replica that gave the answer remembers it. */
async function explainAnswer(id: string, context: CommandContext): Promise<number> {
  const { common, print, signal } = context;
  const query = new URLSearchParams({ id });
  const ask = async (listener: Listener) => ({
    answer: await listener.document({ path: '/explain', query, signal }),
    from: listener.name,
  });
  const replies = await Promise.allSettled((await new ListenerFinder(context).listeners(false)).map(ask));
  const found = replies.find((it) => it.status === 'fulfilled');
  if (found !== undefined) {
    const { answer, from } = found.value;
    await print(common.output === 'json' ? jsonOf(answer, 2) : textOf(answerText(answer, from)));
    return 0;
  }
  const failures = replies.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []));
  // A replica that cannot be asked may be the one that remembers the answer, so its failure is reported first.
  const unknown = failures.filter((it) => !(it instanceof OperatorError) || it.code !== NOT_FOUND);
  throw unknown[0] ?? failures[0] ?? new OperatorError('no router was found');
}

async function queryOf(question: RequestQuestion, context: CommandContext): Promise<URLSearchParams> {
  const { url, method, peer, at } = question;
  const query = new URLSearchParams({ host: url.host, path: url.target, method });
  if (url.secure) query.set('tls', 'true');
  if (peer !== undefined) query.set('peer', peer);
  if (at !== undefined) query.set('at', at);
  for (const line of await fieldLines(question, context)) query.append('header', line);
  return query;
}

async function fieldLines(
  { headers, keyHeader }: RequestQuestion,
  context: CommandContext,
): Promise<string[]> {
  const lines: string[] = [];
  for (const header of headers) {
    if (!header.startsWith('@')) {
      lines.push(header);
      continue;
    }
    const all = (await readInput(header.slice(1), context)).split(/\r?\n/).filter((it) => it !== '');
    for (const line of all) {
      const problem = headerProblem(line, keyHeader);
      if (problem !== undefined) throw new OperatorError(`${printable(header)}: ${problem}`);
    }
    lines.push(...all);
  }
  return lines;
}

/** Reads the key, one line, in the form that clients send. */
async function readKey(file: string, context: CommandContext): Promise<string> {
  const key = (await readInput(file, context)).replace(/\r?\n$/, '');
  if (/^[\x20-\x7e]{1,8192}$/.test(key)) return key;
  throw new OperatorError('the key has to be one line of printable characters');
}

/** Reads a file, or stdin for `-`. @throws OperatorError */
async function readInput(file: string, { runtime }: CommandContext): Promise<string> {
  try {
    return file === '-' ? await text(runtime.streams.stdin) : await readFile(file, 'latin1');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new OperatorError(`${printable(file)} cannot be read (${code})`);
  }
}
