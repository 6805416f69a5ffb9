import type { Placement } from '../edge-watcher-agent/placement.ts';
import type { KubeObject } from '../kube-apiserver/objects.ts';
import type { ResourceType } from '../kube-apiserver/resource-types.ts';
import { listOf, type StructShape, struct } from '../kube-apiserver/shape.ts';

/**
 * A rule as the custom resource has it. "Source" is the original destination: the edge. All of it is text, ports too.
 * zhu733756/edge-watcher 8113f4d api/v1alpha1/iptablesrules_types.go
 */
export interface IptablesRule {
  table: string;
  chain: string;
  jump: string;
  protocol: string;
  source_ip: string;
  source_port: string;
  destination_ip: string;
  destination_port: string;
}

/** What EdgeWatcher wants the rules of every host to be. */
export interface IptablesRules extends KubeObject {
  spec: { rules?: Partial<IptablesRule>[] };
}

/** How the agents are deployed. api/v1alpha1/iptables_types.go */
export interface Iptables extends KubeObject {
  spec: Placement & {
    image?: string;
    imagePullPolicy?: string;
  };
}

const group = { group: 'kubeedge.kubesphere.io', version: 'v1alpha1', namespaced: true } as const;

export const rulesShape = listOf(
  struct('v1alpha1.IPTablesRule', {
    table: 'string',
    chain: 'string',
    jump: 'string',
    protocol: 'string',
    source_ip: 'string',
    source_port: 'string',
    destination_ip: 'string',
    destination_port: 'string',
  } satisfies Record<keyof IptablesRule, 'string'>),
);

const shape: StructShape['members'] = { spec: struct('v1alpha1.IPTablesRulesSpec', { rules: rulesShape }) };

export const iptablesRulesType: ResourceType<IptablesRules> = {
  ...group,
  plural: 'iptablesrules',
  kind: 'IPTablesRules',
  shape,
  emptyParts: { spec: {} },
};

export const iptablesType: ResourceType<Iptables> = {
  ...group,
  plural: 'iptables',
  kind: 'IPTables',
  shape: { spec: struct('v1alpha1.IPTablesSpec', { image: 'string', imagePullPolicy: 'string' }) },
  emptyParts: { spec: {} },
};

/** Where KubeEdge's cloud and EdgeWatcher live. */
export const NAMESPACE = 'kubeedge';
/** Name of the IPTablesRules (ConfigMap edge-watcher, `iptablesrules.name`). */
export const RULES_NAME = 'edge-watcher';
/** Name of the IPTables, and so of the Secret and the DaemonSet made for it. */
export const IPTABLES_NAME = 'iptables';
/** Key of the Secret. controllers/iptables_controller.go */
export const RULES_KEY = 'iptables.conf';
