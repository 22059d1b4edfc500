import type { Conflict, Option } from './option.ts';

const SHARE = /^(\d{1,3}(?:\.\d{1,2})?)%$/;
const GROUP = /^[A-Za-z0-9](?:[-._A-Za-z0-9]{0,62})$/;

export const CANARY_OPTIONS = {
  share: {
    kind: 'guard',
    value: 'a percentage such as 5% or 0.5%, at most 100%',
    doc: "Percentage of the route's requests for all pods with this share together, regardless of their number; pods without a share get the rest. podway scales shares that add up to more than 100 %; the share of pods that are not ready goes to the others. With `if-` options, it is a share of the requests that meet no pod's conditions",
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
    doc: 'With `share=`: each group of pods gets its own share, even if the percentages are equal',
    example: 'group=blue',
    read: (value) => (GROUP.test(value) ? { candidate: { group: value } } : undefined),
  },
} as const satisfies Readonly<Record<string, Option>>;

export const canaryConflict: Conflict = ({ candidate }) =>
  candidate?.group !== undefined && candidate.share === undefined ? 'group= without share=' : undefined;
