import type { Conflict, Word } from './word.ts';

const SHARE = /^(\d{1,3}(?:\.\d{1,2})?)%$/;
const GROUP = /^[A-Za-z0-9](?:[-._A-Za-z0-9]{0,62})$/;

export const CANARY_WORDS = {
  share: {
    kind: 'guard',
    value: 'a percentage such as 5% or 0.5%, at most 100%',
    doc: "Part of the requests that all pods of the route with this share get together, however many they are; pods without a share get the rest. Shares of more than 100 % together are scaled; a part whose pods are not ready goes to the others. With `if-` words the pods get this share of the requests that meet nobody's conditions",
    example: 'share=5%',
    read: (value, _, { guards }) => {
      const share = Number(SHARE.exec(value)?.[1] ?? Number.NaN);
      if (!(share <= 100)) return undefined;
      const conditions = guards?.conditions && ({ ...guards.conditions, sharesOthers: true } as const);
      return { candidate: { share }, ...(conditions && { guards: { conditions } }) };
    },
  },
  group: {
    kind: 'guard',
    value: 'letters, digits, `-`, `_` and `.`, at most 63',
    doc: 'With `share=`: pods of different groups have a share each, also where it is the same',
    example: 'group=blue',
    read: (value) => (GROUP.test(value) ? { candidate: { group: value } } : undefined),
  },
} as const satisfies Readonly<Record<string, Word>>;

export const canaryConflict: Conflict = ({ candidate }) =>
  candidate?.group !== undefined && candidate.share === undefined ? 'group= without share=' : undefined;
