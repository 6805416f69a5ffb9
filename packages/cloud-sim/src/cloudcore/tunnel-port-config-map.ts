import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { configMaps } from '../kube-apiserver/resource-types.ts';
import type { TunnelPortRecord, TunnelPortStore } from './tunnel-port.ts';

const NAMESPACE = 'kubeedge';
const NAME = 'tunnelport';
// kubeedge v1.7.0 cloud/pkg/common/modules/modules.go TunnelPortRecordAnnotationKey
const ANNOTATION = 'tunnelportrecord.kubeedge.io';

/** ConfigMap kubeedge/tunnelport among a cluster's objects, where people read it and change it. */
export function tunnelPortsIn(store: ObjectStore): TunnelPortStore {
  const objects = store.of(configMaps);
  return {
    read() {
      const object = objects.get(NAME, NAMESPACE);
      return object === undefined ? undefined : parseRecord(object.metadata.annotations?.[ANNOTATION]);
    },
    write(record) {
      const { metadata, ...known } = objects.get(NAME, NAMESPACE) ?? { metadata: {} };
      const annotations = { ...metadata.annotations, [ANNOTATION]: formatRecord(record) };
      objects.put({ ...known, metadata: { ...metadata, name: NAME, namespace: NAMESPACE, annotations } });
    },
  };
}

/** As Go marshals its two maps: keys in order. */
function formatRecord({ ipTunnelPort, port }: TunnelPortRecord): string {
  const sorted = Object.fromEntries(Object.entries(ipTunnelPort).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({ ipTunnelPort: sorted, port });
}

/** @throws Error in upstream's words, or Go's, for what is no record */
function parseRecord(text: string | undefined): TunnelPortRecord {
  if (text === undefined) throw new Error('failed to get tunnel port record');
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(wrongType('TunnelPortRecord'));
  const { ipTunnelPort, port } = value as { ipTunnelPort?: unknown; port?: unknown };
  return {
    ipTunnelPort: entriesOf(ipTunnelPort, 'ipTunnelPort', Number.isInteger) as Record<string, number>,
    port: entriesOf(port, 'port', (is) => typeof is === 'boolean') as Record<number, boolean>,
  };
}

function entriesOf(value: unknown, name: string, fits: (value: unknown) => boolean): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value) || !Object.values(value).every(fits))
    throw new Error(wrongType(`TunnelPortRecord.${name}`));
  return value as Record<string, unknown>;
}

const wrongType = (where: string) => `json: cannot unmarshal into Go struct field ${where}`;
