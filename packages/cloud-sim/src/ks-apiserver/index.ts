export { type KsApiserver, type KsApiserverOptions, startKsApiserver } from './ks-apiserver.ts';
export type { PrometheusOptions } from './prometheus.ts';
export { type KubesphereTag, type KubesphereVersion, kubesphereVersions } from './versions.data.ts';

import './trace-kinds.ts';
