import { WORDS } from './table.ts';
import type { Word } from './word.ts';

/** Every word with its meaning, as a table of Markdown. */
export function wordsTable(): string {
  const rows = Object.entries(WORDS).map(
    ([name, word]) => `| ${spellings(name, word)} | ${word.kind} | ${cell(word.value)} | ${cell(word.doc)} |`,
  );
  return ['| option | kind | value | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function spellings(name: string, { value, optional }: Word): string {
  if (value === '') return `\`${name}\``;
  return optional === true ? `\`${name}\`, \`${name}=\`` : `\`${name}=\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
