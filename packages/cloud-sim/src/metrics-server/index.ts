export { argumentsFor, type MetricsServerFlags, parseFlags } from './flags.ts';
export { FlagError } from './known-flags.ts';
export type { NodeMetrics, PodMetrics, Usage } from './metrics-api.ts';
export { type MetricsServer, type MetricsServerOptions, startMetricsServer } from './metrics-server.ts';
export {
  milliValue,
  type Nano,
  parseQuantity,
  unitValue,
} from './quantity.ts';
export { type MetricsServerTag, metricsServerTags } from './tags.ts';
export type { MetricsServerVersion } from './version.ts';
export { metricsServerVersions } from './versions.data.ts';

import './trace-kinds.ts';
