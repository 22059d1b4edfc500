import { readFileSync } from 'node:fs';

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** One `FROM` with the instructions after it. */
export interface Stage {
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** The stages of the project's Dockerfile, with continued lines joined and comments left out. */
export function readDockerfile(): Stage[] {
  const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const stages: { name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push({ name: / AS (\w+)$/.exec(rest)?.[1], instructions: [] });
    else if (name !== '') stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

/** The texts of one instruction, in order. */
export function all(stage: Stage | undefined, name: string): string[] {
  return (stage?.instructions ?? []).filter((it) => it.name === name).map(({ text }) => text);
}

/** The text of the last such instruction, which is the one in effect. */
export function last(stage: Stage | undefined, name: string): string {
  return all(stage, name).at(-1) ?? '';
}

/** The sources and target of each copy from the context, or with `from` from another stage. */
export function copies(
  stage: Stage | undefined,
): { from: string | undefined; paths: string[]; to: string }[] {
  return all(stage, 'COPY').map((text) => {
    const words = text.split(/\s+/);
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
    const paths = words.filter((word) => !word.startsWith('--'));
    return { from, paths: paths.slice(0, -1), to: paths.at(-1) ?? '' };
  });
}
