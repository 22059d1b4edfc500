import type { Panel } from './dashboard.ts';
import { Palette } from './palette.ts';

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
/** Maximum width of a character, and height of a line of a legend, in pixels. */
const CHARACTER = 6;
const LINE = 13;
const MARK = 13;
/** The distance between two times, in pixels. */
const APART = 80;
/** The possible intervals between two times, in seconds. */
const STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];

export const WIDTH = 24 * COLUMN;

export function bottomOf({ gridPos }: Panel): number {
  return (gridPos.y + gridPos.h) * ROW + GAP;
}

/** A panel as SVG, at its grid position. */
export function drawPanel(panel: Panel, lines: readonly Line[]): string {
  const { x, y, w, h } = panel.gridPos;
  const box = { x: x * COLUMN + GAP, y: y * ROW + GAP, width: w * COLUMN - GAP, height: h * ROW - GAP };
  if (panel.type === 'row') return text(box.x, box.y + 17, panel.title, 'section');
  const frame = `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" class="panel"/>`;
  const title = text(box.x + 8, box.y + 16, panel.title, 'title');
  return (
    frame + title + (panel.type === 'stat' ? drawNumber(lines, panel, box) : drawLines(lines, panel, box))
  );
}

function drawNumber(lines: readonly Line[], { fieldConfig }: Panel, { x, y, width, height }: Box): string {
  const { unit = 'short', thresholds } = fieldConfig?.defaults ?? {};
  const value = lines[0]?.points.at(-1)?.[1] ?? 0;
  const reached = thresholds?.steps.findLast((step) => step.value === null || value >= step.value);
  return text(x + width / 2, y + height / 2 + 20, format(value, unit), `number ${reached?.color}`);
}

function drawLines(lines: readonly Line[], panel: Panel, box: Box): string {
  const unit = panel.fieldConfig?.defaults.unit ?? 'short';
  const palette = new Palette(panel);
  const colours = lines.map(({ name }) => palette.take(name));
  const legend = placed(
    lines.map(({ name }) => name),
    box,
  );
  const plot = {
    x: box.x + 62,
    y: box.y + 28,
    width: box.width - 76,
    height: box.height - 52 - legend.height,
  };
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return text(plot.x, plot.y + plot.height / 2, 'No data', 'time');
  const most = Math.max(...points.map(([, value]) => value)) || 1;
  const times = points.map(([time]) => time);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const across = (time: number) => plot.x + ((time - first) / Math.max(1, last - first)) * plot.width;
  const scale = ([time, value]: Line['points'][number]) => {
    const down = plot.y + plot.height - (value / most) * plot.height;
    return `${across(time).toFixed(1)},${down.toFixed(1)}`;
  };
  const grid = [0, 0.5, 1].map((part) => {
    const at = plot.y + plot.height * (1 - part);
    const label = text(plot.x - 6, at + 4, format(most * part, unit), 'axis');
    return `<path d="M${plot.x} ${at}h${plot.width}" class="grid"/>${label}`;
  });
  const clock = timesBetween(first, last, plot.width).map((time) => {
    const at = across(time).toFixed(1);
    const label = text(Number(at), plot.y + plot.height + 14, clockTime(time), 'time');
    return `<path d="M${at} ${plot.y}v${plot.height + 3}" class="grid"/>${label}`;
  });
  const drawn = lines.map(
    ({ points }, index) => `<polyline points="${points.map(scale).join(' ')}" stroke="${colours[index]}"/>`,
  );
  const names = legend.names.map(
    ({ x, y, name, index }) =>
      (index === undefined
        ? ''
        : `<rect x="${x}" y="${y - 5}" width="9" height="3" fill="${colours[index]}"/>`) +
      text(x + MARK, y, name, 'name'),
  );
  return [...grid, ...clock, ...drawn, ...names].join('');
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  /** The colour of its line; undefined: the rest of a name that is wider than the panel. */
  readonly index?: number;
}

/** Every name in full, at the bottom of the panel, in as many lines as needed. */
function placed(
  names: readonly string[],
  box: Box,
): { readonly names: readonly Placed[]; readonly height: number } {
  const most = Math.floor((box.width - 20 - MARK) / CHARACTER);
  const pieces = names.flatMap((name, index) =>
    (name.match(new RegExp(`.{1,${most}}`, 'g')) ?? ['']).map((piece, at) =>
      at === 0 ? { name: piece, index } : { name: piece },
    ),
  );
  let [x, row] = [0, 0];
  const rows = pieces.map((piece) => {
    const wide = piece.name.length * CHARACTER + MARK + 9;
    const breaks = x > 0 && x + wide > box.width - 20;
    if (breaks) [x, row] = [0, row + 1];
    const at = { ...piece, x: box.x + 10 + x, row };
    x += wide;
    return at;
  });
  const height = pieces.length === 0 ? 0 : (row + 1) * LINE;
  const top = box.y + box.height - 6 - row * LINE;
  return { names: rows.map(({ row, ...piece }) => ({ ...piece, y: top + row * LINE })), height };
}

/** Round times with enough distance between them. */
function timesBetween(first: number, last: number, width: number): number[] {
  const target = ((last - first) * APART) / width;
  const step = STEPS.find((it) => it >= target) ?? 86_400;
  const from = Math.ceil(first / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((last - from) / step) + 1) }, (_, n) => from + n * step);
}

function clockTime(time: number): string {
  return new Date(time * 1_000).toISOString().slice(11, 19);
}

function text(x: number, y: number, content: string, style: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" class="${style}">${escaped}</text>`;
}

/** A value in a unit of Grafana. */
export function format(value: number, unit: string): string {
  if (unit === 's') return time(value);
  if (unit === 'percentunit') return `${trim(value * 100)} %`;
  if (unit === 'bytes') return `${short(value)}B`;
  if (unit === 'Bps') return `${short(value)}B/s`;
  if (unit === 'reqps') return `${short(value)} req/s`;
  if (unit === 'ops') return `${short(value)}/s`;
  return short(value);
}

function time(seconds: number): string {
  if (seconds < 1) return `${trim(seconds * 1_000)} ms`;
  return seconds < 86_400 ? `${trim(seconds)} s` : `${trim(seconds / 86_400)} d`;
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
