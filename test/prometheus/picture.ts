/**
 * Draws the dashboard with the data of a real Prometheus that scrapes a podway under load: docs/dashboard.svg, and its
 * first rows for docs/operations.md. It does not need Grafana: the panels, their places and their expressions are those
 * of the dashboard.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expanded, type Panel, readDashboard } from './dashboard.ts';
import { bottomOf, drawPanel, type Line, WIDTH } from './draw-panel.ts';
import { prometheusMissing, type Prometheus } from './prometheus.ts';
import { Scene } from './scene.ts';

const SECONDS = 90;
const STEP = 1;
const INTERVAL = '10s';
/** The first seconds are not shown: their rates have too few samples. */
const SHOWN = SECONDS - 15;
/** The first row that is not in the picture of docs/operations.md. */
const FIRST_LEFT_OUT = 'Latency';

const STYLE = `
  svg { background: #111217; font-family: Inter, Helvetica, Arial, sans-serif }
  text { fill: #ccccdc; font-size: 11px }
  .panel { fill: #181b1f; stroke: #2a2d33 }
  .section { font-size: 14px; font-weight: 500 }
  .title { font-size: 12px; font-weight: 500 }
  .number { font-size: 26px; text-anchor: middle }
  .green { fill: #73bf69 }
  .red { fill: #f2495c }
  .blue { fill: #5794f2 }
  .axis { text-anchor: end; fill: #8e8e9a }
  .time { text-anchor: middle; fill: #8e8e9a; font-size: 10px }
  .name { font-size: 10.5px }
  .grid { stroke: #2a2d33 }
  polyline { fill: none; stroke-width: 1.2 }`;

async function linesOf(prometheus: Prometheus, { targets = [] }: Panel): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { expr, legendFormat } of targets) {
    for (const { metric, values } of await prometheus.range(expanded(expr, INTERVAL), SHOWN, STEP)) {
      const name = legendFormat
        .replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '')
        .trim();
      const points = values.map(([time, value]) => [time, Number(value)] as const);
      lines.push({ name, points: points.filter(([, value]) => Number.isFinite(value)) });
    }
  }
  return lines;
}

const missing = await prometheusMissing();
if (missing !== false) throw new Error(missing);
await using scene = await Scene.start();
console.log(`podway is under load for ${SECONDS} seconds`);
await sleep(SECONDS * 1_000);
const { title, panels } = readDashboard();
const drawn: string[] = [];
for (const panel of panels) drawn.push(drawPanel(panel, await linesOf(scene.prometheus, panel)));
const first = panels.findIndex(({ title }) => title === FIRST_LEFT_OUT);
await write('dashboard.svg', panels.length);
await write('dashboard-top.svg', first);

/** Writes the first panels as a separate picture. */
async function write(name: string, count: number): Promise<void> {
  const height = Math.max(...panels.slice(0, count).map(bottomOf));
  const size = `viewBox="0 0 ${WIDTH + 6} ${height}" width="${WIDTH + 6}" height="${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><title>${title}</title><style>${STYLE}</style>
<rect width="100%" height="100%" fill="#111217"/>
${drawn.slice(0, count).join('\n')}
</svg>
`;
  await writeFile(new URL(`../../docs/${name}`, import.meta.url), svg);
  console.log(`docs/${name} is written`);
}
