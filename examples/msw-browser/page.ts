import { handlers, snapshotSource, urlSource } from '@kubeedge-sim/msw';
import { setupWorker } from 'msw/browser';

// index.html shows cluster.json; index.html?control=http://127.0.0.1:7350&world=up what runs there.
const asked = new URLSearchParams(location.search);
const control = asked.get('control');
const source =
  control === null
    ? snapshotSource('cluster.json')
    : urlSource(control, { world: asked.get('world') ?? 'up' });
await setupWorker(...handlers(source, { baseUrl: '/k8s' })).start({ quiet: true });

interface Item {
  metadata: { namespace?: string; name: string };
  usage?: Usage;
  containers?: { usage: Usage }[];
}
interface Usage {
  cpu: string;
  memory: string;
}

// From here on it is a page like any other that reads an API server behind /k8s.
async function list(path: string): Promise<Item[]> {
  const response = await fetch(`/k8s${path}`);
  return ((await response.json()) as { items: Item[] }).items;
}

const nameOf = ({ metadata: { namespace, name } }: Item) => (namespace ? `${namespace}/${name}` : name);

async function show(kind: 'nodes' | 'pods'): Promise<void> {
  const measured = new Map(
    (await list(`/apis/metrics.k8s.io/v1beta1/${kind}`)).map((item) => [nameOf(item), item]),
  );
  const table = document.createElement('table');
  table.id = kind;
  table.createCaption().textContent = kind;
  const head = table.createTHead().insertRow();
  for (const text of ['name', 'CPU', 'memory']) head.insertCell().textContent = text;
  const rows = table.createTBody();
  for (const item of await list(`/api/v1/${kind}`)) {
    const metrics = measured.get(nameOf(item));
    const usages = metrics?.containers?.map(({ usage }) => usage) ?? (metrics?.usage ? [metrics.usage] : []);
    const row = rows.insertRow();
    const cells = [
      nameOf(item),
      usages.map(({ cpu }) => cpu).join(' + '),
      usages.map(({ memory }) => memory).join(' + '),
    ];
    for (const text of cells) row.insertCell().textContent = text || 'no metrics';
    row.className = metrics === undefined ? 'none' : '';
  }
  document.querySelector('#tables')?.append(table);
}

const state = document.querySelector('#state');
try {
  await show('nodes');
  await show('pods');
  const { pods } = await (await fetch('http://edge-node-1:10350/stats/summary')).json();
  if (state) state.textContent = `edged of edge-node-1 lists ${pods.length} pods.`;
} catch (error) {
  if (state) state.textContent = String(error);
}
