import type { GraphFieldConfig } from '@grafana/schema';
import type * as grafana from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** JSON has the values of Grafana's enumerations, not their names. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;

/** A query in the format of Grafana's Prometheus data source. */
interface Query {
  refId: string;
  datasource: grafana.DataSourceRef;
  expr: string;
  legendFormat: string;
  /** Whether the query covers the time range of the dashboard, or only its end. */
  range?: boolean;
  instant?: boolean;
}

interface Shown<Type, Options, Custom>
  extends Omit<grafana.Panel, 'type' | 'options' | 'fieldConfig' | 'targets' | 'title' | 'gridPos' | 'id'> {
  type: Type;
  id: number;
  title: string;
  gridPos: grafana.GridPos;
  options: Options;
  fieldConfig: {
    defaults: Omit<grafana.FieldConfig, 'custom'> & { custom?: Custom };
    overrides: grafana.FieldConfigSource['overrides'];
  };
  targets: Query[];
}

/** A dashboard with the kinds of panels that podway's dashboard has, by the types that Grafana publishes. */
export type TypedDashboard = Plain<
  Omit<grafana.Dashboard, 'panels'> & {
    panels: (
      | (grafana.RowPanel & { type: 'row' })
      | Shown<'stat', StatOptions, never>
      | Shown<'timeseries', TimeSeriesOptions, GraphFieldConfig>
    )[];
  }
>;
