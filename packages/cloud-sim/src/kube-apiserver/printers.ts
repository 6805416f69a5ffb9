import type { ConfigMap, Endpoints, Event, Lease, Namespace, Secret, Service } from './objects.ts';
import { age, column, type Printer } from './table.ts';

// Cells as in kubernetes/kubernetes v1.19.10 pkg/printers/internalversion/printers.go; descriptions are our own.

const name = column('Name', 'Name of the object', { format: 'name' });
const created = column('Age', 'Age of the object');

export const configMapPrinter: Printer<ConfigMap> = {
  columns: [name, column('Data', 'Number of keys'), created],
  cells: ({ metadata, data = {}, binaryData = {} }, nowMs) => [
    metadata.name,
    Object.keys(data).length + Object.keys(binaryData).length,
    age(metadata.creationTimestamp, nowMs),
  ],
};

export const secretPrinter: Printer<Secret> = {
  columns: [name, column('Type', 'Type of the data'), column('Data', 'Number of keys'), created],
  cells: ({ metadata, type = '', data = {} }, nowMs) => [
    metadata.name,
    type,
    Object.keys(data).length,
    age(metadata.creationTimestamp, nowMs),
  ],
};

export const namespacePrinter: Printer<Namespace> = {
  columns: [name, column('Status', 'Phase of the namespace'), created],
  cells: ({ metadata, status }, nowMs) => [
    metadata.name,
    status?.phase ?? '',
    age(metadata.creationTimestamp, nowMs),
  ],
};

export const leasePrinter: Printer<Lease> = {
  columns: [name, column('Holder', 'Who holds the lease'), created],
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec?.holderIdentity ?? '',
    age(metadata.creationTimestamp, nowMs),
  ],
};

export const eventPrinter: Printer<Event> = {
  columns: [
    column('Last Seen', 'When it happened last'),
    column('Type', 'Normal or Warning'),
    column('Reason', 'Short reason'),
    column('Object', 'What it is about'),
    column('Message', 'What happened'),
  ],
  cells({ metadata, lastTimestamp, type = '', reason = '', involvedObject, message = '' }, nowMs) {
    const { kind = '', name: object = '' } = involvedObject;
    const seen = age(lastTimestamp ?? metadata.creationTimestamp, nowMs);
    return [seen, type, reason, `${kind.toLowerCase()}/${object}`, message.trim()];
  },
};

export const servicePrinter: Printer<Service> = {
  columns: [
    name,
    column('Type', 'Type of the service'),
    column('Cluster-IP', 'Virtual address'),
    column('External-IP', 'Addresses from outside'),
    column('Port(s)', 'Ports and their protocols'),
    created,
    column('Selector', 'Labels of its pods', { priority: 1 }),
  ],
  cells({ metadata, spec: { type = 'ClusterIP', clusterIP, ports = [], selector = {} } }, nowMs) {
    const texts = ports.map(({ port, nodePort, protocol = 'TCP' }) =>
      nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
    );
    const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
    return [
      metadata.name,
      type,
      clusterIP || '<none>',
      '<none>',
      texts.join(',') || '<none>',
      age(metadata.creationTimestamp, nowMs),
      labels.join(',') || '<none>',
    ];
  },
};

export const endpointsPrinter: Printer<Endpoints> = {
  columns: [name, column('Endpoints', 'Addresses and ports'), created],
  cells({ metadata, subsets = [] }, nowMs) {
    const places = subsets.flatMap(({ addresses = [], ports = [] }) =>
      addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`)),
    );
    const more = places.length > 3 ? ` + ${places.length - 3} more...` : '';
    const text = places.length === 0 ? '<none>' : `${places.slice(0, 3).join(',')}${more}`;
    return [metadata.name, text, age(metadata.creationTimestamp, nowMs)];
  },
};
