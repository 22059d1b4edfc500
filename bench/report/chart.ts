import type { Spread } from '../harness/metrics.ts';

export interface Bar {
  readonly name: string;
  readonly value: Spread;
  /** The ratio to the yardstick in the same rounds. */
  readonly ratio: number | undefined;
  readonly own: boolean;
}

/** The cost of one kind of work for each rival. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly footer: string;
  readonly panels: readonly Panel[];
}

const WIDTH = 760;
const LEFT = 190;
const RIGHT = 150;
const TOP = 62;
const ROW = 24;
const BAR = 16;
/** The title of a panel, with the space above it. */
const HEAD = 34;
const FOOT = 40;

/** Horizontal bars of medians, shortest first, with the range over the rounds as a whisker. Each panel has its own scale. */
export function chart({ title, subtitle, footer, panels }: Chart): string {
  const rows: string[] = [];
  let y = TOP;
  for (const panel of panels) {
    rows.push(...panelRows(panel, y));
    y += HEAD + panel.bars.length * ROW;
  }
  const height = y + FOOT;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${escape(title)}</title>
<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .panel { font-weight: 600 }
  .quiet { font-size: 12px; fill: #57606a }
  .bar { fill: #9aa4af }
  .own { fill: #2f6fde }
  .range { stroke: #24292f; stroke-width: 1.5 }
  .ground { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #8d96a0 }
    .bar { fill: #6e7781 }
    .own { fill: #4c8dff }
    .range { stroke: #e6edf3 }
    .ground { fill: #0d1117 }
  }
</style>
<rect class="ground" width="${WIDTH}" height="${height}"/>
<text class="title" x="16" y="26">${escape(title)}</text>
<text class="quiet" x="16" y="46">${escape(subtitle)}</text>
${rows.join('\n')}
<text class="quiet" x="16" y="${height - 14}">${escape(footer)}</text>
</svg>
`;
}

function panelRows({ title, unit, bars }: Panel, y: number): string[] {
  const sorted = bars.toSorted((a, b) => a.value.median - b.value.median);
  const scale = (WIDTH - LEFT - RIGHT) / Math.max(1e-9, ...sorted.map((it) => it.value.high));
  return [
    `<text class="panel" x="16" y="${y + HEAD - 12}">${escape(title)}</text>`,
    ...sorted.map((bar, at) => row(bar, y + HEAD + at * ROW, scale, unit)),
  ];
}

function row({ name, value, ratio, own }: Bar, y: number, scale: number, unit: string): string {
  const middle = y + BAR / 2;
  const at = (amount: number): string => (LEFT + amount * scale).toFixed(1);
  const relative = ratio === undefined ? '' : ` (${ratio.toFixed(2)} x)`;
  return `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escape(name)}</text>
<rect class="${own ? 'own' : 'bar'}" x="${LEFT}" y="${y}" width="${(value.median * scale).toFixed(1)}" height="${BAR}" rx="2"/>
<line class="range" x1="${at(value.low)}" y1="${middle}" x2="${at(value.high)}" y2="${middle}"/>
<text x="${(LEFT + value.high * scale + 8).toFixed(1)}" y="${middle + 4}">${value.median.toFixed(1)} ${escape(unit)}${relative}</text>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
