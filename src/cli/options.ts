import { type Option, spellings } from '../wiring/options/option.ts';
import { OPTIONS } from '../wiring/options/table.ts';
import { textOf } from './operator/shown.ts';
import type { Command } from './runtime.ts';

/** Maximum length of a printed line: a terminal of 80 columns shows it whole. */
const MAX_LINE_LENGTH = 80;
const INDENT = '    ';

/** `podway options`: prints every option that may follow a path. */
export const options: Command = async (runtime) => {
  const entries = Object.entries(OPTIONS).map(([name, option]) => described(name, option));
  runtime.print(textOf(entries.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))));
  return 0;
};

function described(name: string, option: Option): string[] {
  const { value, kind, doc, example } = option;
  return [
    `${spellings(name, option).join(', ')}  (${kind}, such as ${example})`,
    ...(value === '' ? [] : folded(`Value: ${value}.`)),
    ...folded(`${doc.replaceAll('`', '')}.`),
  ];
}

/** Breaks a text at spaces into indented lines. A longer word has a line for itself. */
function folded(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && INDENT.length + line.length + 1 + word.length > MAX_LINE_LENGTH) {
      lines.push(INDENT + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, INDENT + line];
}
