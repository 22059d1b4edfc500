import { access, constants } from 'node:fs/promises';
import { type SettingInForce, settingsInForce } from '../config/settings-in-force.ts';
import { unknownVariables } from '../config/unknown-variables.ts';
import { suggestSetting } from '../config/suggest-setting.ts';
import { printable } from '../wiring/rejection.ts';
import { parseFlags } from './flags.ts';
import { type Column, columns } from './operator/columns.ts';
import { jsonOf, textOf } from './operator/shown.ts';
import type { Runtime } from './runtime.ts';
import { unknownVariableLines } from './unknown-variable-lines.ts';

const USAGE = `podway settings [flags] [PART ...]: print the settings that are in force
    here, and where each comes from

PART is a name or a part of one: podway settings tls max_ prints the
settings whose names contain tls or max_.

  -o, --output FORMAT     text; wide, which adds default and meaning; or json
      --changed           print only settings that differ from their default

Settings are environment variables; those of a router in a cluster are in its
pod. FROM shows where a value comes from: the environment, the default, or
another setting. For a file, podway prints whether it can read it, but not its
contents.

The exit code is 0, and 2 when a setting is wrong.
`;

const OPTIONS = {
  output: { type: 'string', short: 'o' },
  changed: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const UNUSABLE_EXIT_CODE = 2;

interface Row extends SettingInForce {
  /** Undefined: the setting names no file. */
  readonly file?: 'readable' | 'not readable' | 'missing';
}

const TEXT_COLUMNS: readonly Column<Row>[] = [
  ['SETTING', ({ name }) => name],
  ['VALUE', ({ value, auto }) => (auto === undefined ? value : `${value} (${auto})`)],
  ['FROM', ({ from, file }) => (file === undefined ? from : `${from}, file is ${file}`)],
];

const WIDE_COLUMNS: readonly Column<Row>[] = [
  ...TEXT_COLUMNS,
  ['DEFAULT', (row) => row.default],
  ['MEANING', ({ doc }) => doc.replaceAll('`', '')],
];

/** Maximum width of a column, so that the lines of nearly all settings fit a terminal of 80 columns. */
const MAX_TEXT_WIDTH = 32;

/** `podway settings`. */
export async function settings(runtime: Runtime): Promise<number> {
  const printError = (...lines: readonly string[]) =>
    runtime.printError(...lines.map((it) => `podway settings: ${it}`));
  const parsed = parseFlags(runtime.args, OPTIONS);
  const misuse = typeof parsed === 'string' ? parsed : outputProblem(parsed.values.output);
  if (typeof parsed === 'string' || misuse !== undefined) {
    printError(`${misuse} (podway settings --help)`);
    return UNUSABLE_EXIT_CODE;
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    runtime.print(USAGE);
    return 0;
  }
  const { settings: all, problems } = settingsInForce(runtime.env, runtime.machine);
  const parts = positionals.map((it) => it.toUpperCase().replaceAll('-', '_'));
  const chosen = all.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  if (chosen.length === 0) {
    printError(noneOf(positionals));
    return UNUSABLE_EXIT_CODE;
  }
  const shown = values.changed === true ? chosen.filter(({ from }) => from !== 'default') : chosen;
  const rows = await Promise.all(shown.map(withFile));
  const unknown = unknownVariables(runtime.env);
  runtime.print(
    values.output === 'json'
      ? jsonOf({ version: runtime.version, settings: rows, problems, unknown }, 2)
      : textOf(
          values.output === 'wide'
            ? columns(rows, WIDE_COLUMNS)
            : columns(rows, TEXT_COLUMNS, MAX_TEXT_WIDTH),
        ),
  );
  printError(...problems, ...unknownVariableLines(unknown));
  return problems.length === 0 ? 0 : UNUSABLE_EXIT_CODE;
}

function outputProblem(output: string | undefined): string | undefined {
  if (output === undefined || ['text', 'wide', 'json'].includes(output)) return undefined;
  return `expected text, wide or json for -o, not ${printable(output)}`;
}

function noneOf(parts: readonly string[]): string {
  const meant = parts.map((it) => suggestSetting(it)).find((it) => it !== undefined);
  const near = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return `no setting has ${parts.map((it) => printable(it)).join(' or ')} in its name${near}`;
}

async function withFile(setting: SettingInForce): Promise<Row> {
  const { value, isPath } = setting;
  if (!isPath || value === '') return setting;
  return access(value, constants.R_OK).then(
    () => ({ ...setting, file: 'readable' }),
    ({ code }: NodeJS.ErrnoException) => ({
      ...setting,
      file: code === 'ENOENT' ? 'missing' : 'not readable',
    }),
  );
}
