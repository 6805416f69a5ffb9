import type { KubeObject } from './objects.ts';
import { formatRfc3339 } from './objects.ts';
import type { ResourceType } from './resource-types.ts';
import { apiServiceShape } from './shapes.data.ts';
import { age, column } from './table.ts';

/** An apiregistration.k8s.io/v1 APIService: a group version, and who answers for it. */
export interface ApiServiceObject extends KubeObject {
  spec: {
    group: string;
    version: string;
    service?: { namespace: string; name: string; port?: number };
    groupPriorityMinimum: number;
    versionPriority: number;
    insecureSkipTLSVerify?: boolean;
  };
  status: { conditions?: AvailableCondition[] };
}

export interface AvailableCondition {
  type: 'Available';
  status: 'True' | 'False';
  lastTransitionTime: string;
  reason: string;
  message: string;
}

export const apiServices: ResourceType<ApiServiceObject> = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  plural: 'apiservices',
  kind: 'APIService',
  shape: apiServiceShape,
  emptyParts: { spec: {}, status: { conditions: [] } },
  namespaced: false,
  hasStatus: true,
  printer: {
    columns: [
      column('Name', 'Name of the object', { format: 'name' }),
      column('Service', 'Who answers'),
      column('Available', 'Whether it answers'),
      column('Age', 'Age of the object'),
    ],
    cells: ({ metadata, spec, status }, nowMs) => {
      const { service } = spec;
      const available = (status.conditions ?? []).find(({ type }) => type === 'Available');
      const why = available?.status === 'True' ? '' : ` (${available?.reason ?? ''})`;
      return [
        metadata.name,
        service === undefined ? 'Local' : `${service.namespace}/${service.name}`,
        `${available?.status ?? 'Unknown'}${why}`,
        age(metadata.creationTimestamp, nowMs),
      ];
    },
  },
};

/** kubernetes/kube-aggregator v0.19.8 pkg/controllers/status/available_controller.go */
export const passed = (nowMs: number): AvailableCondition => ({
  type: 'Available',
  status: 'True',
  lastTransitionTime: formatRfc3339(nowMs),
  reason: 'Passed',
  message: 'all checks passed',
});

/** The same for one whose Service has no pod that is ready. */
export const missingEndpoints = (
  nowMs: number,
  { namespace, name }: { namespace: string; name: string },
): AvailableCondition => ({
  type: 'Available',
  status: 'False',
  lastTransitionTime: formatRfc3339(nowMs),
  reason: 'MissingEndpoints',
  message: `endpoints for service/${name} in "${namespace}" have no addresses`,
});

/** The same for one that did not answer at `url`. */
export const failedCheck = (nowMs: number, url: string, why: string): AvailableCondition => ({
  type: 'Available',
  status: 'False',
  lastTransitionTime: formatRfc3339(nowMs),
  reason: 'FailedDiscoveryCheck',
  message: `failing or missing response from ${url}: ${why}`,
});
