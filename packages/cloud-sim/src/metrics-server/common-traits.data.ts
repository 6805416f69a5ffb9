import type { ReadinessProbe } from '../kube-apiserver/service-readiness.ts';
import type { ViewTraits } from './cluster-view.ts';

// What generations have in common; kubernetes-sigs/metrics-server pkg/sources/manager.go, pkg/scraper/scraper.go,
// manifests/base/deployment.yaml.

export const scraper = {
  jitterPerNodeMs: 8,
  jitterMaxMs: 4_000,
  jitterCountsAsTime: true,
  notReady: 'scraped',
} as const;

export const nineTenths = { partOfResolution: 0.9 };

export const protobuf: ViewTraits = { pods: 'all', accept: 'application/vnd.kubernetes.protobuf, */*' };

export const readinessProbe: ReadinessProbe = {
  path: '/readyz',
  initialDelayMs: 0,
  periodMs: 10_000,
  failureThreshold: 3,
};
