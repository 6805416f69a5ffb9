import type { Table } from '@kubeedge-sim/cloud-sim';
import { type ApiClient, KubectlError } from './api-client.ts';
import type { KubectlCommand } from './arguments.ts';
import { discoverAll } from './discovery.ts';
import { alignColumns } from './tabwriter.ts';

const TABLE_ACCEPT =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** `kubectl get RESOURCE [NAME] [-A|-n NS] [-o wide]` and `kubectl get --raw PATH`. */
export async function get(
  client: ApiClient,
  command: KubectlCommand,
): Promise<{ stdout: string; stderr: string }> {
  const { raw, words, output, allNamespaces, namespace = 'default', selector } = command;
  if (raw !== undefined) return { stdout: await client.get(raw), stderr: '' };
  const [wanted = '', name] = words;
  if (output !== '' && output !== 'wide') {
    throw new KubectlError(`error: the simulated kubectl prints tables only, not -o ${output}`);
  }
  const resources = await discoverAll(client);
  const resource = resources.find(({ name: plural, kind, shortNames = [] }) =>
    [plural, kind.toLowerCase(), ...shortNames].includes(wanted),
  );
  if (resource === undefined)
    throw new KubectlError(`error: the server doesn't have a resource type "${wanted}"`);
  if (allNamespaces && name !== undefined) {
    throw new KubectlError('error: a resource cannot be retrieved by name across all namespaces');
  }
  const base =
    resource.namespaced && !allNamespaces ? `${resource.base}/namespaces/${namespace}` : resource.base;
  const query = selector === '' ? 'limit=500' : `labelSelector=${encodeURIComponent(selector)}&limit=500`;
  const path = name === undefined ? `${base}/${resource.name}?${query}` : `${base}/${resource.name}/${name}`;
  const table = JSON.parse(await client.get(path, { accept: TABLE_ACCEPT })) as Table;
  if (table.rows.length === 0) {
    const where = resource.namespaced && !allNamespaces ? ` in ${namespace} namespace.` : '';
    return { stdout: '', stderr: `No resources found${where}\n` };
  }
  const withNamespace = resource.namespaced && allNamespaces;
  return { stdout: printTable(table, { wide: output === 'wide', withNamespace, ...command }), stderr: '' };
}

/** kubernetes/cli-runtime v0.20.2 pkg/printers/tableprinter.go printTable. */
function printTable(
  table: Table,
  { wide, withNamespace, noHeaders }: { wide: boolean; withNamespace: boolean; noHeaders: boolean },
): string {
  const shown = table.columnDefinitions.map(({ priority }) => wide || priority === 0);
  const line = (first: string, cells: readonly (string | number)[]) => {
    const kept = cells.filter((_, index) => shown[index]);
    return `${(withNamespace ? [first, ...kept] : kept).join('\t')}\n`;
  };
  const headers = table.columnDefinitions.map(({ name }) => name.toUpperCase());
  const rows = table.rows.map(({ cells, object }) => {
    const { namespace = '' } = (object as { metadata: { namespace?: string } }).metadata;
    return line(namespace, cells);
  });
  return alignColumns((noHeaders ? '' : line('NAMESPACE', headers)) + rows.join(''));
}
