import { colourOf, type Panel } from './dashboard.ts';

/** Grafana's colour names, with the shades that it draws on a dark background. */
const NAMED: Readonly<Record<string, string>> = {
  green: '#73bf69',
  yellow: '#fade2a',
  orange: '#ff9830',
  red: '#f2495c',
  blue: '#5794f2',
  purple: '#b877d9',
  'light-blue': '#8ab8ff',
  'light-orange': '#ffb357',
};
/** Colours for series that have no meaning such as error or success, in turn. */
const CLASSIC = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff9830',
  '#5794f2',
  '#b877d9',
  '#37872d',
  '#fa6400',
  '#1f60c4',
];
/** The difference of each further series of the same colour: darker (below 0) or lighter. */
const SHADES = [0, 0.35, -0.35, 0.6, -0.55, 0.2, -0.2, 0.75];

/** The colours of the series of one panel; each series requests its colour once, in order. */
export class Palette {
  readonly #panel: Panel;
  readonly #taken = new Map<string, number>();

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** `#rrggbb` */
  take(name: string): string {
    const { mode, fixedColor = '' } = colourOf(this.#panel, name);
    const before = this.#taken.get(fixedColor) ?? 0;
    this.#taken.set(fixedColor, before + 1);
    const colour = NAMED[fixedColor] ?? fixedColor;
    if (mode === 'fixed') return colour;
    if (mode === 'shades') return shaded(colour, SHADES[before % SHADES.length] ?? 0);
    return CLASSIC[before % CLASSIC.length] ?? '';
  }
}

function shaded(colour: string, by: number): string {
  const towards = by < 0 ? 0 : 255;
  const mixed = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(part + (towards - part) * Math.abs(by));
  });
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
