import { html } from './html.js';
import uPlot from './vendor/uplot.js';
import { Component, createRef } from './vendor/preact.js';

/** Height of a chart in pixels. */
const HEIGHT = 180;
/** Minimum span of a chart from left to right, in seconds. */
const MIN_SPAN = 120;
/** Possible distances between two times on the axis, in seconds. */
const STEPS = [60, 120, 300, 600];
/** Lines of one chart also differ in their dashes, for users who cannot distinguish the colours. */
const DASHES = [[], [6, 4], [2, 3]];

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {number} column of the points
 * @property {(value: number | null) => string} format
 *
 * @typedef {object} ChartProps
 * @property {string} title
 * @property {Line[]} lines at most three
 * @property {readonly (readonly (number | null)[])[]} points the first column is the time, in seconds since 1970
 * @property {number} [revision] the column with the revision of the table
 *
 * @typedef {object} ChartState
 * @property {number | undefined} at index of the point under the pointer
 */

const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Lines over time, with marks where the table changed. @extends {Component<ChartProps, ChartState>} */
export class Chart extends Component {
  /** @override @type {ChartState} */
  state = { at: undefined };
  #place = createRef();
  /** @type {uPlot | undefined} */
  #plot;
  #sizes = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
  #scheme = matchMedia('(prefers-color-scheme: dark)');
  #recolour = () => this.#plot?.redraw(false);

  /** @override */
  componentDidMount() {
    this.#plot = new uPlot(this.#options(), this.#data(), this.#place.current);
    this.#sizes.observe(this.#place.current);
    this.#scheme.addEventListener('change', this.#recolour);
  }

  /** @override @param {ChartProps} before */
  componentDidUpdate(before) {
    if (before.points !== this.props.points) this.#plot?.setData(this.#data());
  }

  /** @override */
  componentWillUnmount() {
    this.#sizes.disconnect();
    this.#scheme.removeEventListener('change', this.#recolour);
    this.#plot?.destroy();
  }

  /** @override */
  render() {
    const { title, lines, points, revision } = this.props;
    const { at = points.length - 1 } = this.state;
    const point = points[at];
    return html`<figure class="chart">
      <figcaption>
        <h3>${title}</h3>
        <ul class="legend">
          ${lines.map(
            ({ name, column, format }, index) => html`<li key=${name}>
              <span class="line line-${index}" aria-hidden="true"></span> ${name}${' '}<b>${point === undefined ? '–' : format(point[column] ?? null)}</b>
            </li>`,
          )}
        </ul>
        <p class="moment">
          ${point === undefined ? 'nothing yet' : clock.format((point[0] ?? 0) * 1000)}
          ${point !== undefined && revision !== undefined && `, revision ${point[revision]}`}
        </p>
      </figcaption>
      <div class="plot" aria-hidden="true" ref=${this.#place}></div>
    </figure>`;
  }

  #size() {
    return { width: this.#place.current.clientWidth, height: HEIGHT };
  }

  /** @returns {[number, number]} in seconds since 1970 */
  #span() {
    const { points } = this.props;
    const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
    return [Math.min(first, last - MIN_SPAN), last];
  }

  #data() {
    const { points, lines } = this.props;
    const columns = [0, ...lines.map(({ column }) => column)];
    return /** @type {uPlot.AlignedData} */ (columns.map((column) => points.map((point) => point[column])));
  }

  /** @returns {uPlot.Options} */
  #options() {
    const colour = (/** @type {string} */ name) => () =>
      getComputedStyle(this.#place.current).getPropertyValue(name);
    /** @type {uPlot.Axis} */
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--grid') },
      ticks: { stroke: colour('--grid') },
    };
    const format = this.props.lines[0]?.format ?? String;
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { sync: { key: 'overview' }, drag: { x: false, y: false }, points: { show: false } },
      padding: [8, 24, 0, 0],
      scales: {
        x: { range: () => this.#span() },
        y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
      },
      axes: [
        {
          ...axis,
          size: 32,
          space: 70,
          incrs: STEPS,
          values: (_, values) => values.map((it) => minute.format(it * 1000)),
        },
        { ...axis, size: 62, values: (_, values) => values.map(format) },
      ],
      series: [
        {},
        ...this.props.lines.map(({ name }, index) => ({
          label: name,
          stroke: colour(`--line-${index}`),
          width: 1.5,
          dash: DASHES[index] ?? [],
          // A single point makes no line, so it is drawn as a point.
          points: { show: () => this.props.points.length === 1, size: 4 },
        })),
      ],
      hooks: {
        drawAxes: [(plot) => this.#mark(plot, colour('--mark')())],
        setCursor: [({ cursor: { idx } }) => this.setState({ at: idx ?? undefined })],
      },
    };
  }

  /**
   * Draws a thin line and a triangle at each point at which the table changed.
   *
   * @param {uPlot} plot
   * @param {string} colour
   */
  #mark(plot, colour) {
    const { ctx, bbox } = plot;
    const { points, revision } = this.props;
    if (revision === undefined) return;
    const [size, bottom] = [4 * devicePixelRatio, bbox.top + bbox.height];
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    points.forEach((point, at) => {
      const before = points[at - 1];
      if (before === undefined || before[revision] === point[revision]) return;
      const x = Math.round(plot.valToPos(point[0] ?? 0, 'x', true));
      ctx.globalAlpha = 0.4;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bottom);
      ctx.stroke();
      ctx.globalAlpha = 1;
      ctx.beginPath();
      ctx.moveTo(x - size, bbox.top);
      ctx.lineTo(x + size, bbox.top);
      ctx.lineTo(x, bbox.top + size * 1.5);
      ctx.fill();
    });
    ctx.restore();
  }
}
