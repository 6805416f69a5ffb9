import { formatGoFloat } from './go-text.ts';

/** Seconds since the epoch, and a value. */
export type Point = readonly [atSeconds: number, value: number];

/** One series: its labels and a point (`vector`), or points (`matrix`). Sorting makes some that have neither. */
export interface MetricValue {
  metric?: Readonly<Record<string, string>>;
  value?: Point;
  values?: readonly Point[];
}

/** kubesphere/kubesphere v3.1.0 pkg/simple/client/monitoring/types.go Metric. */
export interface Metric {
  name: string;
  /** Absent when Prometheus failed, or where no query was made. */
  type?: 'vector' | 'matrix';
  result: MetricValue[];
  error?: string;
}

export interface Metrics {
  /** null where no name was selected. */
  results: Metric[] | null;
  page?: number;
  totalPage?: number;
  totalItem?: number;
}

// Always there; metering is who would fill them.
const metering = {
  min_value: '',
  max_value: '',
  avg_value: '',
  sum_value: '',
  fee: '',
  resource_unit: '',
  currency_unit: '',
};

/** What goes over the wire; members that are empty in Go are left out. */
export function metricsJson({ results, page, totalPage, totalItem }: Metrics): object {
  return {
    results: results === null || results.length === 0 ? null : results.map(metricJson),
    ...(page && { page }),
    ...(totalPage && { total_page: totalPage }),
    ...(totalItem && { total_item: totalItem }),
  };
}

function metricJson({ name, type, result, error }: Metric): object {
  return {
    metric_name: name,
    data: {
      ...(type && { resultType: type }),
      ...(result.length > 0 && { result: result.map(valueJson) }),
    },
    ...(error && { error }),
  };
}

function valueJson({ metric = {}, value, values = [] }: MetricValue): object {
  const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(labels.length > 0 && { metric: Object.fromEntries(labels) }),
    ...(value && { value: pointJson(value) }),
    ...(values.length > 0 && { values: values.map(pointJson) }),
    ...metering,
  };
}

const pointJson = ([atSeconds, value]: Point) => [atSeconds, formatGoFloat(value)];
