import type { Panel } from './dashboard.ts';

/** One line of a panel: time in seconds and value. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const COLUMN = 50;
const ROW = 28;
const GAP = 6;
const COLOURS = [
  '#73bf69',
  '#f2cc0c',
  '#5794f2',
  '#ff9830',
  '#f2495c',
  '#b877d9',
  '#37872d',
  '#8ab8ff',
  '#c4162a',
];
/** More names than these would not fit below a panel. */
const NAMES = 6;
const CHARACTER = 6;

export const WIDTH = 24 * COLUMN;

export function bottomOf({ gridPos }: Panel): number {
  return (gridPos.y + gridPos.h) * ROW + GAP;
}

/** A panel as SVG, where its grid position says. */
export function drawPanel(panel: Panel, lines: readonly Line[]): string {
  const { x, y, w, h } = panel.gridPos;
  const box = { x: x * COLUMN + GAP, y: y * ROW + GAP, width: w * COLUMN - GAP, height: h * ROW - GAP };
  if (panel.type === 'row') return text(box.x, box.y + 17, panel.title, 'section');
  const frame = `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" class="panel"/>`;
  const title = text(box.x + 8, box.y + 16, panel.title, 'title');
  const unit = panel.fieldConfig?.defaults.unit ?? 'short';
  return (
    frame + title + (panel.type === 'stat' ? drawNumber(lines, panel, box) : drawLines(lines, unit, box))
  );
}

function drawNumber(lines: readonly Line[], { fieldConfig }: Panel, { x, y, width, height }: Box): string {
  const { unit = 'short', thresholds } = fieldConfig?.defaults ?? {};
  const value = lines[0]?.points.at(-1)?.[1] ?? 0;
  const reached = thresholds?.steps.findLast((step) => step.value === null || value >= step.value);
  return text(x + width / 2, y + height / 2 + 20, format(value, unit), `number ${reached?.color}`);
}

function drawLines(lines: readonly Line[], unit: string, box: Box): string {
  const plot = { x: box.x + 62, y: box.y + 28, width: box.width - 72, height: box.height - 62 };
  const points = lines.flatMap((line) => line.points);
  const most = Math.max(...points.map(([, value]) => value)) || 1;
  const times = points.map(([time]) => time);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const scale = ([time, value]: readonly [number, number]) => {
    const across = plot.x + ((time - first) / Math.max(1, last - first)) * plot.width;
    const down = plot.y + plot.height - (value / most) * plot.height;
    return `${across.toFixed(1)},${down.toFixed(1)}`;
  };
  const grid = [0, 0.5, 1].map((part) => {
    const at = plot.y + plot.height * (1 - part);
    const label = text(plot.x - 6, at + 4, format(most * part, unit), 'axis');
    return `<path d="M${plot.x} ${at}h${plot.width}" class="grid"/>${label}`;
  });
  const drawn = lines.map(
    ({ points }, index) => `<polyline points="${points.map(scale).join(' ')}" stroke="${colour(index)}"/>`,
  );
  return grid.join('') + drawn.join('') + drawNames(lines, box);
}

function drawNames(lines: readonly Line[], { x, y, width, height }: Box): string {
  let at = x + 10;
  const names: string[] = [];
  for (const [index, { name }] of lines.slice(0, NAMES).entries()) {
    const wide = name.length * CHARACTER + 22;
    if (at + wide > x + width) break;
    names.push(`<rect x="${at}" y="${y + height - 16}" width="9" height="3" fill="${colour(index)}"/>`);
    names.push(text(at + 13, y + height - 11, name, 'name'));
    at += wide;
  }
  return names.join('');
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? 'white';
}

function text(x: number, y: number, content: string, style: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" class="${style}">${escaped}</text>`;
}

/** A value in a unit of Grafana's. */
export function format(value: number, unit: string): string {
  if (unit === 's') return value < 1 ? `${trim(value * 1_000)} ms` : `${trim(value)} s`;
  if (unit === 'percentunit') return `${trim(value * 100)} %`;
  if (unit === 'bytes') return `${short(value)}B`;
  if (unit === 'Bps') return `${short(value)}B/s`;
  if (unit === 'reqps') return `${short(value)} req/s`;
  if (unit === 'ops') return `${short(value)}/s`;
  return short(value);
}

function short(value: number): string {
  const step = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ].find(([size]) => value >= Number(size));
  return step === undefined ? trim(value) : `${trim(value / Number(step[0]))} ${step[1]}`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 4 : 2)));
}
