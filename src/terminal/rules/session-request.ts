import { own, ownString } from '../../wiring/json.ts';
import { nameProblem, type PodTarget } from '../../podstream/pod-target.ts';
import { terminalSize, type TerminalSize } from '../../podstream/terminal-size.ts';

/** Maximum size of a command with its arguments, in bytes, and maximum number of arguments. */
const MAX_COMMAND_BYTES = 4_096;
const MAX_ARGUMENTS = 64;

const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** Runs bash if the container has it, otherwise sh. */
const SHELL: readonly string[] = ['sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'];

/** The program of a session: the container's shell, its main process (attach), or a command. */
export type Program = 'shell' | 'attach' | { readonly command: readonly string[] };

/** The command with its arguments; undefined: attach. */
export function commandOf(program: Program): readonly string[] | undefined {
  if (program === 'attach') return undefined;
  return program === 'shell' ? SHELL : program.command;
}

/** A request for a terminal. */
export interface SessionRequest {
  readonly target: PodTarget;
  readonly program: Program;
  /** podway passes no input to the pod. */
  readonly readOnly: boolean;
  /** The size of the page's terminal at the beginning. */
  readonly size: TerminalSize;
}

const FIELDS = ['namespace', 'pod', 'container', 'command', 'attach', 'readonly', 'columns', 'rows'];

/** Reads the JSON body of a request for a session. A problem is one printable sentence. */
export function readSessionRequest(body: unknown): SessionRequest | { readonly problem: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { problem: 'expected a JSON object' };
  if (Object.keys(body).some((name) => !FIELDS.includes(name)))
    return { problem: `expected no other fields than ${FIELDS.join(', ')}` };
  const target = readTarget(body);
  if ('problem' in target) return target;
  const program = readProgram(body);
  if (typeof program === 'object' && 'problem' in program) return program;
  const readOnly = own(body, 'readonly') ?? false;
  if (typeof readOnly !== 'boolean') return { problem: 'expected true or false as readonly' };
  return { target, program, readOnly, size: readSize(body) };
}

/** The size of the page's terminal, or the default. */
export function readSize(body: unknown): TerminalSize {
  return terminalSize({ columns: own(body, 'columns'), rows: own(body, 'rows') }) ?? DEFAULT_SIZE;
}

function readTarget(body: object): PodTarget | { readonly problem: string } {
  const [namespace, pod] = [ownString(body, 'namespace'), ownString(body, 'pod')];
  if (namespace === undefined || pod === undefined)
    return { problem: 'expected a namespace and the name of a pod' };
  const given = own(body, 'container') ?? '';
  if (typeof given !== 'string') return { problem: 'expected the name of a container' };
  const target = { namespace, pod, container: given === '' ? undefined : given };
  const problem = nameProblem(target);
  return problem === undefined ? target : { problem };
}

function readProgram(body: object): Program | { readonly problem: string } {
  const attach = own(body, 'attach') ?? false;
  const command = own(body, 'command') ?? undefined;
  if (typeof attach !== 'boolean') return { problem: 'expected true or false as attach' };
  if (attach) return command === undefined ? 'attach' : { problem: 'expected a command or attach, not both' };
  return command === undefined ? 'shell' : readCommand(command);
}

function readCommand(command: unknown): Program | { readonly problem: string } {
  const isArgument = (it: unknown): it is string => typeof it === 'string' && !it.includes('\0');
  if (!Array.isArray(command) || command.length === 0 || !command.every(isArgument) || command[0] === '')
    return { problem: 'expected a list of strings as command' };
  const bytes = command.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
  if (command.length > MAX_ARGUMENTS || bytes > MAX_COMMAND_BYTES)
    return { problem: `expected at most ${MAX_ARGUMENTS} words and ${MAX_COMMAND_BYTES} bytes of command` };
  return { command };
}
