import {
  createHttpServer,
  createMemoryWorld,
  listenHttp,
  type NetSocket,
  type World,
} from '@kubeedge-sim/sim-kit';
import { type BeehiveMessage, decodeBeehiveMessage, encodeBeehiveMessage, hubPath } from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createComponentLog } from '../component-log.ts';
import { edgecoreLimitsDefault } from '../limits.ts';
import { createEdgehub, type Edgehub, type EdgehubConfig } from './edgehub.ts';
import { acknowledge } from './metamanager.ts';
import type { NodeReport } from './node-messages.ts';
import { type SyncNodeStatusOptions, syncNodeStatus } from './sync-node-status.ts';

const NODE = 'edge-node-1';
const CLOUD = '10.0.0.2';
const statusOf = `default/nodestatus/${NODE}`;

const report: NodeReport = {
  ready: true,
  kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
  containerRuntimeVersion: 'docker://20.10.24',
  kernelVersion: '4.15.0',
  osImage: 'Ubuntu',
  machineId: 'machine',
  bootId: 'boot',
  internalIp: '10.66.0.11',
  hostname: NODE,
  port: 10_350,
  patch: false,
  cpu: '2',
  memory: '4194304Ki',
  pods: '110',
};

describe('edgehub', () => {
  test('connects as the real one does and keeps the connection alive', async () => {
    await inLab(async ({ cloud, world, start }) => {
      start();
      await world.clock.sleep(31_000);
      const [request] = cloud.requests;
      expect(request?.url).toBe(hubPath(NODE));
      expect(request?.headers).toMatchObject({
        'user-agent': 'Go-http-client/1.1',
        connectionuse: 'msg',
        node_id: NODE,
        project_id: 'e632aba927ea4ac2b575ec1603d56f10',
      });
      const beats = cloud.messages.filter(({ operation }) => operation === 'keepalive');
      expect(beats.map(({ timestampMs }) => timestampMs - (beats[0]?.timestampMs ?? 0))).toEqual([
        0, 15_000, 30_000,
      ]);
      expect(beats[0]).toMatchObject({
        source: 'websocket',
        group: 'resource',
        resource: 'node',
        content: 'ping',
      });
    });
  });

  test('waits 30 seconds after a connection that broke, and loses one message', async () => {
    await inLab(async ({ cloud, world, start, edgehub }) => {
      start();
      await world.clock.sleep(1_000);
      cloud.hangUp();
      await world.clock.sleep(1_000);
      const brokenAtMs = world.clock.now() - 1_000;
      for (const resource of ['lost', 'kept', 'kept, too']) {
        edgehub.send({ source: 'edged', group: 'meta', operation: 'update', resource, content: null });
      }
      await world.clock.sleep(28_000);
      expect(cloud.requests.length).toBe(1);
      await world.clock.sleep(2_000);
      expect(cloud.requests.length).toBe(2);
      const updates = cloud.messages.filter(({ operation }) => operation === 'update');
      expect(updates.map(({ resource }) => resource)).toEqual(['kept', 'kept, too']);
      const reopened = world.trace.of('edgehub.connection').at(-1);
      expect(reopened?.detail.state).toBe('open');
      expect(reopened?.atMs).toBe(brokenAtMs + 30_000);
    });
  });

  test('dials five times with five seconds between, then waits 30 more', async () => {
    await inLab(
      async ({ world, start }) => {
        start();
        const begin = world.clock.now();
        await world.clock.sleep(59_000);
        const failed = world.trace.of('edgehub.connection').filter(({ detail }) => detail.state === 'failed');
        expect(failed.map(({ atMs }) => atMs - begin)).toEqual([0, 5_000, 10_000, 15_000, 20_000, 55_000]);
      },
      { server: { address: CLOUD, port: 9_999 } },
    );
  });

  test('turns away a cloud that its CA has not signed', async () => {
    await inLab(async ({ world, start, cloud, config }) => {
      const other = await world.net.authority({ commonName: 'other' });
      start({ ...config, roots: [other.certificate] });
      await world.clock.sleep(1_000);
      expect(cloud.requests).toEqual([]);
      const [failed] = world.trace.of('edgehub.connection').filter(({ detail }) => detail.state === 'failed');
      expect(failed?.detail.error).toContain('certificate signed by unknown authority');
    });
  });

  test('hangs up on what is no message', async () => {
    await inLab(async ({ world, start, cloud }) => {
      start();
      await world.clock.sleep(1_000);
      cloud.sendText('{"header":7}');
      await world.clock.sleep(1_000);
      const last = world.trace.of('edgehub.connection').at(-1);
      expect(last?.detail).toMatchObject({
        state: 'closed',
        error: expect.stringContaining('must be an object'),
      });
    });
  });

  test('hangs up on a message that is too long', async () => {
    await inLab(async ({ world, start, cloud, reached }) => {
      start();
      await world.clock.sleep(1_000);
      cloud.sendText(' '.repeat(70_000));
      await world.clock.sleep(1_000);
      expect(reached).toEqual(['messageBytes']);
      expect(world.trace.of('edgehub.connection').at(-1)?.detail.state).toBe('closed');
    });
  });

  test('dials again with the certificate of then when it is told to', async () => {
    await inLab(async ({ world, start, cloud, config }) => {
      let asked = 0;
      const certificate = () => {
        asked += 1;
        return config.certificate();
      };
      const rotating = start({ ...config, certificate });
      await world.clock.sleep(1_000);
      rotating.reconnect();
      await world.clock.sleep(32_000);
      expect(cloud.requests.length).toBe(2);
      expect(asked).toBe(2);
      expect(world.trace.of('edgehub.connection').at(-1)?.detail.state).toBe('open');
    });
  });

  test('acknowledges what the cloud sends, and drops what is for no group', async () => {
    await inLab(async ({ world, start, cloud, edgehub }) => {
      edgehub.onMessage = (message) => acknowledge(edgehub, message);
      start();
      await world.clock.sleep(1_000);
      cloud.send({ id: 'a', operation: 'insert', resource: 'default/pod/logger', group: 'resource' });
      cloud.send({ id: 'b', operation: 'insert', resource: 'default/pod/logger', group: '' });
      cloud.send({ id: 'c', operation: 'connected', resource: 'node/x', group: 'resource' });
      await world.clock.sleep(1_000);
      const answers = cloud.messages.filter(({ operation }) => operation === 'response');
      expect(answers).toEqual([
        expect.objectContaining({
          parentId: 'a',
          source: 'edgecontroller',
          group: 'resource',
          resource: 'default/pod/logger',
          content: 'OK',
        }),
      ]);
    });
  });
});

describe('the node status', () => {
  test('comes every ten seconds, once the node is registered', async () => {
    await inLab(async ({ world, start, sync, cloud }) => {
      cloud.answer = ({ operation }) => (operation === 'insert' ? 'OK' : undefined);
      start();
      sync();
      await world.clock.sleep(21_000);
      const said = cloud.messages.filter(({ source }) => source === 'edged');
      expect(said.map(({ operation, resource }) => `${operation} ${resource}`)).toEqual([
        `insert ${statusOf}`,
        `update ${statusOf}`,
        `update ${statusOf}`,
        `update ${statusOf}`,
      ]);
      expect(said[0]?.content).toMatchObject({
        metadata: { labels: { 'node-role.kubernetes.io/edge': '' } },
        status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } } },
      });
      expect(said[1]?.content).toMatchObject({
        Status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          daemonEndpoints: { kubeletEndpoint: { Port: 10_350 } },
        },
        ExtendResources: null,
      });
    });
  });

  test('waits a minute for the answer to a registration, and asks again ten seconds later', async () => {
    await inLab(async ({ world, start, sync, cloud }) => {
      start();
      sync();
      await world.clock.sleep(71_000);
      const inserts = cloud.messages.filter(({ operation }) => operation === 'insert');
      expect(inserts.map(({ timestampMs }) => timestampMs - (inserts[0]?.timestampMs ?? 0))).toEqual([
        0, 70_000,
      ]);
      expect(world.trace.of('edgehub.node-status')).toEqual([]);
    });
  });

  test('of an embedded kubelet is a patch, and does not wait for the registration', async () => {
    await inLab(async ({ world, start, sync, cloud }) => {
      start();
      sync({ report: async () => ({ ...report, patch: true }) });
      await world.clock.sleep(1_000);
      const said = cloud.messages.filter(({ source }) => source === 'edged');
      expect(said.map(({ operation, resource }) => `${operation} ${resource}`)).toEqual([
        `insert null/node/${NODE}`,
        `patch null/nodepatch/${NODE}`,
      ]);
      const patch = JSON.parse(said[1]?.content as string);
      expect(patch.status.conditions[0]).toMatchObject({ type: 'Ready', status: 'True' });
    });
  });

  test('comes with the pods of a node that nobody has described, after each connection', async () => {
    await inLab(async ({ world, start, sync, cloud }) => {
      cloud.answer = ({ operation }) => (operation === 'insert' ? 'OK' : undefined);
      start();
      sync({ podReports: () => [] });
      await world.clock.sleep(1_000);
      cloud.hangUp();
      await world.clock.sleep(32_000);
      const inserts = cloud.messages.filter(({ operation }) => operation === 'insert');
      expect(inserts.map(({ resource }) => resource)).toEqual([
        statusOf,
        'kubeedge-sim/podreports',
        statusOf,
        'kubeedge-sim/podreports',
      ]);
    });
  });
});

interface Lab {
  world: World;
  cloud: Cloud;
  config: EdgehubConfig;
  /** Names of the limits that the cloud has reached. */
  reached: string[];
  edgehub: Edgehub;
  /** Runs edgehub, or another one with a configuration of its own. */
  start(config?: EdgehubConfig): Edgehub;
  sync(options?: Partial<SyncNodeStatusOptions>): void;
}

/** A scripted CloudHub. */
class Cloud {
  readonly requests: { url: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  readonly messages: BeehiveMessage[] = [];
  answer: (message: BeehiveMessage) => unknown = () => undefined;
  #socket: WebSocket | undefined;

  accept(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const message = decodeBeehiveMessage((data as Buffer).toString());
      this.messages.push(message);
      const content = this.answer(message);
      if (content === undefined) return;
      const { id: parentId, resource } = message;
      this.send({ parentId, operation: 'response', resource, group: 'resource', content });
    });
  }

  send(message: Partial<BeehiveMessage>): void {
    const none = { id: 'id', parentId: '', timestampMs: 0, resourceVersion: '', sync: false, content: null };
    const route = { source: 'edgecontroller', group: '', operation: '', resource: '' };
    this.sendText(encodeBeehiveMessage({ ...none, ...route, ...message }));
  }

  sendText(text: string): void {
    this.#socket?.send(text);
  }

  hangUp(): void {
    this.#socket?.terminate();
  }
}

async function inLab(
  body: (lab: Lab) => Promise<void>,
  more: Omit<Partial<EdgehubConfig>, 'certificate' | 'roots'> = {},
): Promise<void> {
  const world = createMemoryWorld();
  try {
    await world.run(async () => {
      const ending = new AbortController();
      const running: Promise<void>[] = [];
      await body(await setUp(world, { more, signal: ending.signal, running }));
      ending.abort(new Error('the process ends'));
      await Promise.allSettled(running);
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

async function setUp(
  world: World,
  {
    more,
    signal,
    running,
  }: {
    more: Omit<Partial<EdgehubConfig>, 'certificate' | 'roots'>;
    signal: AbortSignal;
    running: Promise<void>[];
  },
): Promise<Lab> {
  const cloudHost = world.net.host({ name: 'cloud', address: CLOUD });
  const host = world.net.host({ name: NODE, address: '10.66.0.11' });
  const authority = await world.net.authority({ commonName: 'KubeEdge' });
  const certificate = await authority.issue({ commonName: 'kubeedge.io' });
  const cloud = new Cloud();
  const server = createHttpServer();
  const upgrader = new WebSocketServer({ noServer: true, clientTracking: false });
  server.on('upgrade', (request, socket, head) => {
    cloud.requests.push({ url: request.url ?? '', headers: request.headers });
    upgrader.handleUpgrade(request, socket as never as NetSocket, head, (webSocket) =>
      cloud.accept(webSocket),
    );
  });
  const tls = {
    certificate: await authority.issue({ commonName: 'KubeEdge', ipAddresses: [CLOUD] }),
    clientAuth: 'require',
    clientRoots: [authority.certificate],
  } as const;
  world.own(await listenHttp(cloudHost, { port: 10_000 }, { tls, component: 'cloudcore' }, server));
  const log = createComponentLog(world, NODE, 'edgecore');
  const reached: string[] = [];
  const reachLimit = (limit: string) => void reached.push(limit);
  const limits = { ...edgecoreLimitsDefault, messageBytes: 65_536 };
  const common = { world, host, log, nodeName: NODE, limits, reachLimit, signal };
  const config = {
    server: { address: CLOUD, port: 10_000 },
    certificate: () => certificate,
    roots: [authority.certificate],
    ...more,
  };
  const edgehub = createEdgehub({ ...common, ...config });
  const keep = (module: Promise<void>) => {
    module.catch(() => {});
    running.push(module);
  };
  return {
    world,
    cloud,
    config,
    reached,
    edgehub,
    start(other) {
      const started = other === undefined ? edgehub : createEdgehub({ ...common, ...other });
      keep(started.run());
      return started;
    },
    sync: (options) =>
      keep(
        syncNodeStatus({ ...common, edgehub, report: async () => report, registerNode: true, ...options }),
      ),
  };
}
