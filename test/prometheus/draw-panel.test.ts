import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Panel, readDashboard } from './dashboard.ts';
import { drawPanel, type Line } from './draw-panel.ts';

const panelOf = (start: string): Panel =>
  readDashboard().panels.find(({ title }) => title.startsWith(start)) ?? assert.fail(start);
/** 2026-01-02T03:04:00Z */
const BEGAN = 1_767_323_040;

function line(name: string, seconds = 75): Line {
  return { name, points: Array.from({ length: seconds + 1 }, (_, n) => [BEGAN + n, n] as const) };
}

interface Drawn {
  readonly style: string;
  readonly x: number;
  readonly y: number;
  readonly content: string;
}

function textsOf(svg: string): Drawn[] {
  const found = svg.matchAll(/<text x="([^"]*)" y="([^"]*)" class="([^"]*)">([^<]*)</g);
  return [...found].map(([, x, y, style = '', content = '']) => ({
    style,
    x: Number(x),
    y: Number(y),
    content,
  }));
}

test('a panel has a time axis with round times', () => {
  const times = textsOf(drawPanel(panelOf('Requests by route'), [line('a')])).filter(
    ({ style }) => style === 'time',
  );
  assert.deepEqual(
    times.map(({ content }) => content),
    ['03:04:00', '03:04:30', '03:05:00'],
  );
});

test('a legend has every name in full, within its panel and outside of the plot', () => {
  const names = [
    ...Array.from({ length: 12 }, (_, n) => `host-${n}.example.com/path`),
    'x'.repeat(150),
    'short',
  ];
  const panel = panelOf('Requests by route');
  const texts = textsOf(
    drawPanel(
      panel,
      names.map((name) => line(name)),
    ),
  );
  const legend = texts.filter(({ style }) => style === 'name');
  assert.equal(legend.map(({ content }) => content).join(''), names.join(''));
  const bottom = (panel.gridPos.y + panel.gridPos.h) * 28;
  const lowest = Math.max(...texts.filter(({ style }) => style !== 'name').map(({ y }) => y));
  for (const { x, y, content } of legend) {
    assert.ok(y <= bottom && y > lowest, content);
    assert.ok(x + content.length * 6 <= (panel.gridPos.x + panel.gridPos.w) * 50, content);
  }
});

test('series of errors are red, each in a different shade', () => {
  const svg = drawPanel(
    panelOf('Requests by status'),
    ['200', '502', '503', '404'].map((name) => line(name)),
  );
  const strokes = [...svg.matchAll(/<polyline [^>]*stroke="([^"]*)"/g)].map(([, colour]) => colour);
  assert.deepEqual(strokes, ['#73bf69', '#f2495c', '#f78995', '#ff9830']);
  const marks = [...svg.matchAll(/height="3" fill="([^"]*)"/g)].map(([, colour]) => colour);
  assert.deepEqual(marks, strokes);
});

test('a panel without data has a text instead', () => {
  assert.ok(drawPanel(panelOf('Requests by route'), []).includes('No data'));
});
