import { readFileSync } from 'node:fs';

/** How a series is coloured. */
export interface Colour {
  readonly mode: string;
  readonly fixedColor?: string;
}

/** A colour for the series whose name is, or fits, `matcher.options`. */
interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: Colour }[];
}

interface Link {
  readonly title: string;
  readonly url: string;
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly links?: readonly Link[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly color: Colour;
      readonly thresholds?: {
        readonly steps: readonly { readonly color: string; readonly value: number | null }[];
      };
    };
    readonly overrides: readonly Override[];
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
}

export interface Dashboard {
  readonly title: string;
  readonly links: readonly Link[];
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query?: string | { readonly query: string } }[];
  };
}

const FILE = new URL('../../charts/podway/dashboards/podway.json', import.meta.url);

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard;
}

/**
 * The rule that colours a series of this name, as in Grafana: the last override that matches, or the default of the
 * panel.
 */
export function colourOf({ fieldConfig }: Panel, name: string): Colour {
  const override = fieldConfig?.overrides.findLast(({ matcher }) => isMatched(matcher, name));
  const own = fieldConfig?.defaults.color ?? { mode: 'palette-classic' };
  return override?.properties.find(({ id }) => id === 'color')?.value ?? own;
}

function isMatched({ id, options }: Override['matcher'], name: string): boolean {
  return id === 'byRegexp' ? new RegExp(options.slice(1, -1)).test(name) : options === name;
}

/** An expression as Grafana sends it when every variable is set to "All". */
export function expanded(expression: string, interval: string): string {
  return expression
    .replaceAll('$__rate_interval', interval)
    .replaceAll(/\$(job|instance|host|path|namespace)\b/g, '.*');
}
