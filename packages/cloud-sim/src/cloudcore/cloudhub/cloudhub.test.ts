import {
  type Certificate,
  createMemoryWorld,
  type Host,
  type NetSocket,
  type TlsClientOptions,
  type World,
} from '@kubeedge-sim/sim-kit';
import {
  type BeehiveMessage,
  decodeBeehiveMessage,
  encodeBeehiveMessage,
  hubHeaders,
  hubPath,
} from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createObjectStore, type ObjectStore } from '../../kube-apiserver/object-store.ts';
import type { EdgeObjects, NodeStatusReport } from '../edgecontroller/edge-objects.ts';
import { type CloudhubOptions, startCloudhub } from './cloudhub.ts';

const NODE = 'edge-node-1';
const ready = { type: 'Ready', status: 'True', reason: 'EdgeReady', message: 'edge is posting ready status' };
const status = {
  capacity: { cpu: '2', memory: '24105Mi', pods: '110' },
  conditions: [ready],
  addresses: [
    { type: 'InternalIP', address: '10.66.0.11' },
    { type: 'Hostname', address: NODE },
  ],
  daemonEndpoints: { kubeletEndpoint: { Port: 10_350 } },
  nodeInfo: { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', containerRuntimeVersion: 'docker://20.10.24' },
};
const report: NodeStatusReport = {
  ready: { status: 'True', reason: ready.reason, message: ready.message },
  kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
  containerRuntimeVersion: 'docker://20.10.24',
  internalIp: '10.66.0.11',
  hostname: NODE,
  port: 10_350,
  capacity: status.capacity,
};

describe('an edge up to v1.11', () => {
  test('registers, reports and is answered', async () => {
    await inLab(async ({ dial, calls, world }) => {
      const edge = await dial();
      const insert = edge.send('insert', `default/nodestatus/${NODE}`, { status });
      expect(await edge.next()).toMatchObject({
        parentId: insert,
        source: 'edgecontroller',
        group: 'resource',
        operation: 'response',
        resource: `default/node/${NODE}`,
        resourceVersion: '',
        content: 'OK',
      });
      const update = edge.send('update', `default/nodestatus/${NODE}`, { Status: status });
      expect(await edge.next()).toMatchObject({ parentId: update, resourceVersion: '2', content: 'OK' });
      expect(calls).toEqual([
        ['createNode', NODE, report],
        ['updateNode', NODE, report],
      ]);
      const [event] = world.trace.of('cloudhub.node-status');
      expect(event?.detail).toEqual({ node: NODE, ready: true });
      expect(event?.parent).toBe(world.trace.of('net.connect').at(-1)?.id);
    });
  });

  test('registers a second time and nothing is done', async () => {
    await inLab(async ({ dial, calls, store }) => {
      store.describe({ nodes: [describedNode] });
      const edge = await dial();
      edge.send('insert', `default/nodestatus/${NODE}`, { status });
      expect(await edge.next()).toMatchObject({ content: 'OK' });
      expect(calls).toEqual([]);
    });
  });

  test('asks for its Node', async () => {
    await inLab(async ({ dial, store }) => {
      const edge = await dial();
      edge.send('query', `default/node/${NODE}`, null);
      expect(await edge.silent()).toBe(true);
      store.describe({ nodes: [describedNode] });
      edge.send('query', `default/node/${NODE}`, null);
      expect(await edge.next()).toMatchObject({
        resource: `default/node/${NODE}`,
        resourceVersion: '1',
        content: { kind: 'Node', metadata: { name: NODE } },
      });
    });
  });

  test('of which no Node is known gets no answer to its status', async () => {
    await inLab(async ({ dial, calls, world }) => {
      const edge = await dial();
      edge.send('update', `default/nodestatus/${NODE}`, { Status: status });
      expect(await edge.silent()).toBe(true);
      expect(calls).toEqual([]);
      expect(world.trace.of('cloudhub.node-status').length).toBe(1);
    });
  });

  test('reports pods, those of a namespace in one message, too', async () => {
    await inLab(async ({ dial, calls }) => {
      const edge = await dial();
      const running = {
        phase: 'Running',
        podIP: '10.0.0.9',
        containerStatuses: [{ name: 'main', ready: true }],
      };
      edge.send('update', 'default/podstatus/logger', { Name: 'logger', Status: running });
      edge.send('update', 'shop/podstatus', [
        { Name: 'a', Status: running },
        { Name: 'b', Status: { phase: 'x' } },
        7,
      ]);
      expect(await edge.silent()).toBe(true);
      const read = {
        phase: 'Running',
        podIP: '10.0.0.9',
        containers: [{ name: 'main', ready: true, restartCount: 0 }],
      };
      expect(calls).toEqual([
        ['updatePodStatus', 'default', 'logger', read],
        ['updatePodStatus', 'shop', 'a', read],
      ]);
    });
  });
});

describe('an edge with an embedded kubelet', () => {
  const patch = JSON.stringify({ status });

  test('registers, patches and renews its lease', async () => {
    await inLab(
      async ({ dial, calls }) => {
        const edge = await dial();
        edge.send('insert', `null/node/${NODE}`, { metadata: { name: NODE }, status });
        expect(await edge.next()).toMatchObject({
          resource: `null/node/${NODE}`,
          content: { Object: { metadata: { name: NODE } }, Err: null },
        });
        edge.send('insert', `null/node/${NODE}`, { status });
        expect(await edge.next()).toMatchObject({
          content: { Err: { ErrStatus: { reason: 'AlreadyExists', code: 409 } } },
        });
        edge.send('patch', `null/nodepatch/${NODE}`, patch);
        expect(await edge.next()).toMatchObject({
          resource: `null/nodepatch/${NODE}`,
          resourceVersion: '2',
          content: { Object: { metadata: { name: NODE } }, Err: null },
        });
        edge.send('query', `kube-node-lease/lease/${NODE}`, null);
        expect(await edge.next()).toMatchObject({ content: { Err: { ErrStatus: { reason: 'NotFound' } } } });
        const lease = { metadata: { name: NODE }, spec: { leaseDurationSeconds: 40 } };
        edge.send('update', `kube-node-lease/lease/${NODE}`, lease);
        expect(await edge.next()).toMatchObject({ content: { Object: lease, Err: null } });
        expect(calls).toEqual([
          ['createNode', NODE, report],
          ['updateNode', NODE, { ...report, patch: true }],
          ['renewLease', NODE],
        ]);
      },
      { embeddedKubelets: true },
    );
  });

  test.each([
    [false, patch, true],
    [false, Buffer.from(patch).toString('base64'), false],
    [true, Buffer.from(patch).toString('base64'), true],
    [true, patch, false],
  ])('patches as its cloud reads them, base64 %s', async (patchesInBase64, content, isRead) => {
    await inLab(
      async ({ dial, calls, store }) => {
        store.describe({ nodes: [describedNode] });
        const edge = await dial();
        edge.send('patch', `null/nodepatch/${NODE}`, content);
        expect(await edge.silent()).toBe(!isRead);
        expect(calls.length).toBe(isRead ? 1 : 0);
      },
      { embeddedKubelets: true, patchesInBase64 },
    );
  });

  test('is not understood by a cloud of before', async () => {
    await inLab(async ({ dial, calls, refusePatches, store }) => {
      store.describe({ nodes: [describedNode] });
      refusePatches();
      const edge = await dial();
      edge.send('insert', `null/node/${NODE}`, { status });
      edge.send('patch', `null/nodepatch/${NODE}`, patch);
      edge.send('update', `kube-node-lease/lease/${NODE}`, {});
      expect(await edge.silent()).toBe(true);
      expect(calls).toEqual([['updateNode', NODE, { ...report, patch: true }]]);
    });
  });
});

describe('the pods of a node', () => {
  const told = ({ operation, resource }: BeehiveMessage) => `${operation} ${resource}`;

  test('are sent one after the other, each again until it is acknowledged', async () => {
    await inLab(async ({ dial, store, world }) => {
      store.describe({ pods: [podOf('a'), podOf('b'), { ...podOf('c'), nodeName: 'other' }] });
      const edge = await dial();
      const first = await edge.next();
      expect(first).toMatchObject({
        operation: 'insert',
        resource: 'default/pod/a',
        resourceVersion: '1',
        source: 'edgecontroller',
        group: 'resource',
        content: { kind: 'Pod', spec: { nodeName: NODE, dnsPolicy: 'ClusterFirst' } },
      });
      const before = world.clock.now();
      expect(await edge.next()).toMatchObject({ id: first.id });
      expect(world.clock.now() - before).toBe(5_000);
      edge.acknowledge(first);
      const second = await edge.next();
      expect(told(second)).toBe('insert default/pod/b');
      edge.acknowledge(second);
      await world.clock.sleep(6_000);
      expect(await edge.silent()).toBe(true);
    });
  });

  test('are told of when they change, not when only their status does', async () => {
    await inLab(async ({ dial, store, world }) => {
      const edge = await dial();
      const answer = async () => {
        const message = await edge.next();
        edge.acknowledge(message);
        return told(message);
      };
      store.describe({ pods: [podOf('a')] });
      expect(await answer()).toBe('insert default/pod/a');
      const stored = store.pod('default', 'a');
      if (stored !== undefined) store.put({ ...stored, status: { ...stored.status, phase: 'Failed' } });
      expect(await edge.silent()).toBe(true);
      store.describe({ pods: [podOf('a', 'nginx:2')] });
      expect(await answer()).toBe('update default/pod/a');
      store.deletePod('default', 'a');
      expect(await answer()).toBe('delete default/pod/a');
      await world.clock.sleep(6_000);
      expect(await edge.silent()).toBe(true);
    });
  });

  test('that came while it was away are sent when it is back, those it has are not', async () => {
    await inLab(async ({ dial, store, world }) => {
      store.describe({ pods: [podOf('a')] });
      const edge = await dial();
      edge.acknowledge(await edge.next());
      await world.clock.sleep(1_000);
      await edge[Symbol.asyncDispose]();
      await world.clock.sleep(1_000);
      store.describe({ pods: [podOf('b')] });
      await world.clock.sleep(6_000);
      const again = await dial();
      const message = await again.next();
      expect(told(message)).toBe('insert default/pod/b');
      again.acknowledge(message);
      expect(await again.silent()).toBe(true);
    });
  });
});

test('a node is sent the latest of a pod, whatever has become of it while nobody answered', async () => {
  await inLab(async ({ dial, store, world }) => {
    const edge = await dial();
    for (let image = 1; image <= 100; image += 1) {
      store.describe({ pods: ['a', 'b'].map((name) => podOf(name, `nginx:${image}`)) });
    }
    const seen = new Map<string, BeehiveMessage>();
    await world.clock.sleep(1_000);
    for (;;) {
      const message = await edge.next();
      if (seen.has(message.id)) break;
      seen.set(message.id, message);
      edge.acknowledge(message);
      if (await edge.silent()) break;
    }
    const images = [...seen.values()].map(({ content }) => JSON.stringify(content).match(/nginx:\d+/)?.[0]);
    expect(images).toEqual(['nginx:1', 'nginx:100', 'nginx:100']);
  });
});

const podOf = (name: string, image = 'nginx:1') => ({
  namespace: 'default',
  name,
  nodeName: NODE,
  createdAtMs: 0,
  containers: [{ name: 'main', image }],
});

describe('a connection', () => {
  test('ends 30 seconds after the last keep-alive message', async () => {
    await inLab(async ({ dial, world }) => {
      const edge = await dial();
      await world.clock.sleep(20_000);
      edge.send('keepalive', 'node', 'ping');
      await world.clock.sleep(29_000);
      expect(edge.closed).toBe(false);
      await world.clock.sleep(2_000);
      expect(edge.closed).toBe(true);
      expect(world.trace.of('cloudhub.session').map(({ detail }) => detail)).toEqual([
        { node: NODE, state: 'connected' },
        { node: NODE, state: 'disconnected', reason: `timeout to receive keepalive for node ${NODE}` },
      ]);
    });
  });

  test('is replaced by the next one of the same node', async () => {
    await inLab(async ({ dial, world }) => {
      const first = await dial();
      const second = await dial();
      await world.clock.sleep(1_000);
      expect([first.closed, second.closed]).toEqual([true, false]);
      second.send('insert', `default/nodestatus/${NODE}`, { status });
      expect(await second.next()).toMatchObject({ content: 'OK' });
      const states = world.trace.of('cloudhub.session').map(({ detail }) => detail.state);
      expect(states).toEqual(['connected', 'replaced', 'disconnected']);
    });
  });

  test.each([
    ['no JSON', 'status'],
    ['another shape', '[]'],
    ['a field of another type', '{"route":{"resource":7}}'],
  ])('ends with %s', async (_, text) => {
    await inLab(async ({ dial, world, calls }) => {
      const edge = await dial();
      edge.sendText(text);
      await world.clock.sleep(1_000);
      expect(edge.closed).toBe(true);
      expect(calls).toEqual([]);
    });
  });

  test('ends with a message that is too long, and the next one is served', async () => {
    await inLab(
      async ({ dial, world, calls }) => {
        const edge = await dial();
        edge.sendText(' '.repeat(70_000));
        await world.clock.sleep(1_000);
        expect(edge.closed).toBe(true);
        expect(calls).toEqual([]);
        const again = await dial();
        again.send('insert', `default/nodestatus/${NODE}`, { status });
        expect(await again.next()).toMatchObject({ content: 'OK' });
        expect(world.trace.of('limit.reached').map(({ detail }) => detail)).toMatchObject([
          { limit: 'messageBytes', most: 65_536, consequence: 'a connection to port 10000 is closed' },
        ]);
      },
      { limits: { messageBytes: 65_536 } },
    );
  });

  test('ends when the edge does not read what it is sent again and again', async () => {
    await inLab(
      async ({ dial, world, store }) => {
        store.describe({ nodes: [describedNode], pods: [podOf('web', 'x'.repeat(60_000))] });
        const edge = await dial();
        edge.stopReading();
        // A pod that is not acknowledged is sent again every five seconds.
        for (let beat = 0; beat < 20 && !edge.closed; beat += 1) {
          edge.send('keepalive', 'node', 'ping');
          await world.clock.sleep(10_000);
        }
        const [event, ...more] = world.trace.of('limit.reached');
        expect(more).toEqual([]);
        expect(event?.detail).toMatchObject({ limit: 'sessionWaitingBytes', most: 262_144 });
        expect(world.trace.of('cloudhub.session').at(-1)?.detail).toMatchObject({
          state: 'disconnected',
          reason: 'the edge does not read',
        });
      },
      { limits: { sessionWaitingBytes: 262_144 } },
    );
  });

  test('is one of so many', async () => {
    await inLab(
      async ({ dial, world }) => {
        const first = await dial();
        await expect(dial()).rejects.toThrow();
        expect(first.closed).toBe(false);
        expect(world.trace.of('limit.reached')[0]?.detail).toMatchObject({ limit: 'connections', most: 1 });
      },
      { limits: { connections: 1 } },
    );
  });

  test.each([
    ['insert', `default/nodestatus/${NODE}`, null],
    ['update', `default/nodestatus/${NODE}`, { Status: { conditions: 7, addresses: {}, nodeInfo: [] } }],
    ['patch', `null/nodepatch/${NODE}`, '%%%'],
    ['patch', `null/nodepatch/${NODE}`, 7],
    ['update', 'default/podstatus/x', 'text'],
    ['insert', 'kubeedge-sim/podreports', [{ name: 7 }]],
    ['query', '', null],
    ['unknown', '///////', {}],
  ])('stays open whatever %s of %s says', async (operation, resource, content) => {
    await inLab(async ({ dial, world }) => {
      const edge = await dial();
      edge.send(operation, resource, content);
      await world.clock.sleep(1_000);
      expect(edge.closed).toBe(false);
    });
  });

  test('needs a certificate of the authority', async () => {
    await inLab(async ({ dial, world }) => {
      const stranger = await world.net.authority({ commonName: 'stranger' });
      const certificate = await stranger.issue({ commonName: 'edge' });
      await expect(dial({ verify: false })).rejects.toThrow(
        expect.objectContaining({ verdict: 'no-client-certificate' }),
      );
      await expect(dial({ verify: false, certificate })).rejects.toThrow(
        expect.objectContaining({ verdict: 'unknown-authority' }),
      );
    });
  });

  test('is not for requests that do not upgrade', async () => {
    await inLab(async ({ ask }) => {
      expect(await ask('GET / HTTP/1.1\r\nHost: cloud\r\n\r\n')).toMatch(/^HTTP\/1.1 400 Bad Request/);
      expect(
        await ask('GET / HTTP/1.1\r\nHost: cloud\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'),
      ).toMatch(/^HTTP\/1.1 400 Bad Request.*'websocket' token not found/s);
    });
  });
});

interface Lab {
  world: World;
  store: ObjectStore;
  /** What was asked of kube-apiserver's objects, writes only. */
  calls: unknown[][];
  refusePatches(): void;
  dial(tls?: TlsClientOptions): Promise<Edge>;
  /** Sends bytes over TLS and returns what comes back first. */
  ask(request: string): Promise<string>;
}

const describedNode = {
  name: NODE,
  address: '10.66.0.11',
  kubeletVersion: 'v1.19.3',
  containerRuntimeVersion: 'docker://20.10.24',
  createdAtMs: 0,
};

async function inLab(
  body: (lab: Lab) => Promise<void>,
  options: Partial<CloudhubOptions> = {},
): Promise<void> {
  const world = createMemoryWorld();
  try {
    await world.run(async () => body(await setUp(world, options)));
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

async function setUp(world: World, options: Partial<CloudhubOptions>): Promise<Lab> {
  const cloud = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  const host = world.net.host({ name: NODE, address: '10.66.0.11' });
  const authority = await world.net.authority({ commonName: 'KubeEdge' });
  const certificate = await authority.issue({ commonName: 'kubeedge.io' });
  const store = createObjectStore(() => world.clock.now());
  const calls: unknown[][] = [];
  let takesPatches = true;
  const objects: EdgeObjects = {
    node: (name) => store.node(name),
    createNode(name, said) {
      calls.push(['createNode', name, said]);
      store.describe({ nodes: [describedNode] });
    },
    updateNode(name, said) {
      calls.push(['updateNode', name, said]);
      return takesPatches && store.heartbeat(name);
    },
    renewLease: (name) => void calls.push(['renewLease', name]),
    updatePodStatus: (...call) => calls.push(['updatePodStatus', ...call]) > 0,
    pod: (namespace, name) => store.pod(namespace, name),
    deletePod: (...call) => void calls.push(['deletePod', ...call]),
    podsOf: (node) => store.pods().filter(({ spec }) => spec.nodeName === node),
    watchPods: (listener) =>
      store.subscribe(({ type, object }) => {
        const operation = { ADDED: 'insert', MODIFIED: 'update', DELETED: 'delete' } as const;
        if (object.kind === 'Pod') listener({ operation: operation[type], pod: object });
      }),
    takePods: (...call) => void calls.push(['takePods', ...call]),
  };
  const server = await authority.issue({ commonName: 'KubeEdge', ipAddresses: [cloud.address] });
  world.own(
    await startCloudhub(world, cloud, {
      certificate: server,
      clientRoots: [authority.certificate],
      objects,
      ...options,
    }),
  );
  const usual = { verify: true, roots: [authority.certificate], certificate };
  return {
    world,
    store,
    calls,
    refusePatches: () => {
      takesPatches = false;
    },
    dial: async (tls = usual) => world.own(await Edge.dial(world, host, tls)),
    async ask(request) {
      const socket = await connect(host, usual);
      const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
      socket.write(request);
      const text = await answer;
      socket.destroy();
      return text;
    },
  };
}

const connect = (host: Host, tls: TlsClientOptions & { certificate?: Certificate }): Promise<NetSocket> =>
  host.connect({ address: '10.0.0.2', port: 10_000 }, { tls, component: 'edgehub' });

/** A scripted edgehub. */
class Edge implements AsyncDisposable {
  readonly #world: World;
  readonly #socket: WebSocket;
  readonly #arrived: BeehiveMessage[] = [];
  #waiting: ((message: BeehiveMessage) => void) | undefined;
  #sent = 0;
  closed = false;

  static async dial(world: World, host: Host, tls: TlsClientOptions): Promise<Edge> {
    const socket = await connect(host, tls);
    const webSocket = new WebSocket(`ws://10.0.0.2${hubPath(NODE)}`, {
      createConnection: () => socket as never,
      headers: Object.fromEntries(hubHeaders(NODE)),
      perMessageDeflate: false,
    });
    const opened = new Promise<void>((resolve, reject) => {
      webSocket.once('open', resolve);
      webSocket.once('error', reject);
    });
    const edge = new Edge(world, webSocket);
    await opened;
    webSocket.on('error', () => {});
    return edge;
  }

  constructor(world: World, socket: WebSocket) {
    this.#world = world;
    this.#socket = socket;
    socket.on('message', (data) => {
      const message = decodeBeehiveMessage((data as Buffer).toString());
      if (this.#waiting === undefined) this.#arrived.push(message);
      else this.#waiting(message);
      this.#waiting = undefined;
    });
    socket.once('close', () => {
      this.closed = true;
    });
  }

  /** Returns the message's id. */
  send(operation: string, resource: string, content: unknown): string {
    this.#sent += 1;
    const id = `message-${this.#sent}`;
    const route = { source: 'edged', group: 'meta', operation, resource };
    const header = { id, parentId: '', timestampMs: 0, resourceVersion: '', sync: false };
    this.sendText(encodeBeehiveMessage({ ...header, ...route, content }));
    return id;
  }

  acknowledge({ id: parentId, resource }: BeehiveMessage): void {
    const header = { id: `ack of ${parentId}`, parentId, timestampMs: 0, resourceVersion: '', sync: false };
    const route = { source: 'edgecontroller', group: 'resource', operation: 'response', resource };
    this.sendText(encodeBeehiveMessage({ ...header, ...route, content: 'OK' }));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  stopReading(): void {
    this.#socket.pause();
  }

  async next(): Promise<BeehiveMessage> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return arrived;
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Whether nothing comes within a second. */
  async silent(): Promise<boolean> {
    await this.#world.clock.sleep(1_000);
    return this.#arrived.length === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
  }
}
