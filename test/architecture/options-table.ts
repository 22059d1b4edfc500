import { OPTIONS } from '../../src/wiring/options/table.ts';
import { spellings } from '../../src/wiring/options/option.ts';

/** Every option with its meaning, as a Markdown table. */
export function optionsTable(): string {
  const rows = Object.entries(OPTIONS).map(
    ([name, option]) =>
      `| ${spellings(name, option)
        .map((it) => `\`${it}\``)
        .join(', ')} | ${option.kind} | ${cell(option.value)} | ${cell(option.doc)} |`,
  );
  return ['| option | kind | value | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
