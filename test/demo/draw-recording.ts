import { COLUMNS, ROWS, type Screen } from './recording.ts';

/** The contents of a terminal for some time. */
export interface Frame {
  /** The text in the bar of the window. */
  readonly title: string;
  readonly screen: Screen;
  /** How long it is shown, in seconds. */
  readonly shown: number;
}

const CHARACTER = 7.83;
const LINE = 17;
const MARGIN = 14;
const BAR = 30;
const WIDTH = Math.ceil(COLUMNS * CHARACTER) + 2 * MARGIN;
const HEIGHT = BAR + ROWS * LINE + MARGIN;

const STYLE = `
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d1d9e0; white-space: pre }
  .prompt { fill: #7ee787 }
  .comment { fill: #9198a1 }
  .title { fill: #9198a1; text-anchor: middle }
  .frame { visibility: hidden }
  .last { visibility: visible }`;

/**
 * The frames as one animated SVG. Viewers that prefer no motion, and programs without animation, show the last frame.
 * Every text is in the file once, however often it is shown.
 */
export function drawRecording(name: string, frames: readonly Frame[]): string {
  const total = frames.reduce((sum, { shown }) => sum + shown, 0);
  const texts = new Map<string, string>();
  const drawn = frames.map(({ title, screen }, index) => {
    const rows = screen.flatMap((text, row) => {
      if (text.trim() === '') return [];
      const id = texts.get(text) ?? `t${texts.size}`;
      texts.set(text, id);
      return `<use href="#${id}" y="${BAR + (row + 1) * LINE}"/>`;
    });
    const head = `<text class="title" x="${WIDTH / 2}" y="20">${escaped(title)}</text>`;
    const last = index === frames.length - 1 ? ' last' : '';
    return `<g class="frame${last}" id="f${index}">${head}${rows.join('')}</g>`;
  });
  let begin = 0;
  const moves = frames.map(({ shown }, index) => {
    const [from, to] = [begin, begin + shown].map((at) => Number(((100 * at) / total).toFixed(3)));
    begin += shown;
    const before = from === 0 ? '' : '0% { visibility: hidden } ';
    const after = to === 100 ? '' : ` ${to}% { visibility: hidden }`;
    return `  @keyframes f${index} { ${before}${from}% { visibility: visible }${after} 100% { visibility: hidden } }
  #f${index} { animation: f${index} ${total}s step-end infinite }`;
  });
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><title>${escaped(name)}</title><style>${STYLE}
  @media (prefers-reduced-motion: no-preference) {
${moves.join('\n')}
  }
</style>
<defs>${[...texts].map(([text, id]) => `<text id="${id}" x="${MARGIN}"${classOf(text)}>${escaped(text)}</text>`).join('\n')}</defs>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="18" cy="15" r="5" fill="#ff5f57"/><circle cx="35" cy="15" r="5" fill="#febc2e"/><circle cx="52" cy="15" r="5" fill="#28c840"/>
${drawn.join('\n')}
</svg>
`;
}

function classOf(text: string): string {
  if (text.startsWith('$ ')) return ' class="prompt"';
  return text.startsWith('#') ? ' class="comment"' : '';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
