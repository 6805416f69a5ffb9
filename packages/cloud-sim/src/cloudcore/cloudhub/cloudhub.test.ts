import {
  type Certificate,
  createMemoryWorld,
  type Host,
  httpRequest,
  type TlsClientOptions,
  type World,
} from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { type NodeStatusReport, startCloudhub } from './cloudhub.ts';

const PATH = '/e632aba927ea4ac2b575ec1603d56f10/edge-node-1/events';
const status: NodeStatusReport = {
  ready: true,
  kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
  containerRuntimeVersion: 'docker://20.10.24',
  internalIp: '10.66.0.11',
  hostname: 'edge-node-1',
  port: 10_350,
  cpu: '2',
  memory: '4194304Ki',
  pods: '110',
};

interface Hub {
  world: World;
  edge: Host;
  certificate: Certificate;
  seen: [string, NodeStatusReport][];
  /** Sends a message and returns status and text of the answer. */
  post(path: string, body: string, tls?: TlsClientOptions): Promise<string>;
}

describe('CloudHub', () => {
  test('passes a status on', async () => {
    await withHub(async ({ post, seen, world }) => {
      expect(await post(PATH, JSON.stringify({ status }))).toBe('204 ');
      expect(seen).toEqual([['edge-node-1', status]]);
      const [event] = world.trace.of('cloudhub.node-status');
      expect(event?.detail).toEqual({ node: 'edge-node-1', ready: true });
      const connected = world.trace.of('net.connect').at(-1);
      expect(event?.parent).toBe(connected?.id);
    });
  });

  test.each([
    ['a path without a node', '/events', JSON.stringify({ status }), 'no node in the path /events'],
    [
      'a node that is not encoded well',
      PATH.replace('1/', '%/'),
      JSON.stringify({ status }),
      'URI malformed',
    ],
    ['no status', PATH, '{}', 'no node status in the message'],
    ['null', PATH, 'null', 'no node status in the message'],
    ['no JSON', PATH, 'status', 'Unexpected token'],
    ['too much', PATH, JSON.stringify({ status, pad: 'x'.repeat(1 << 20) }), 'status message too large'],
  ])('refuses %s', async (_, path, body, text) => {
    await withHub(async ({ post, seen, world }) => {
      expect(await post(path, body)).toMatch(new RegExp(`^400 .*${text}`));
      expect(seen).toEqual([]);
      expect(world.trace.of('cloudhub.node-status')).toEqual([]);
    });
  });

  test('bounds a message that does not say its length', async () => {
    await withHub(async ({ edge, certificate, seen }) => {
      const target = { address: '10.0.0.2', port: 10_000 };
      const socket = await edge.connect(target, {
        tls: { verify: false, certificate },
        component: 'edgehub',
      });
      const answer = new Promise<string>((resolve) => {
        let text = '';
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (text.includes('large')) resolve(text);
        });
      });
      socket.write(`POST ${PATH} HTTP/1.1\r\nHost: cloud\r\nTransfer-Encoding: chunked\r\n\r\n`);
      for (let count = 0; count < 17; count += 1) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
      socket.write('0\r\n\r\n');
      expect(await answer).toMatch(/^HTTP\/1.1 400 .*status message too large/s);
      expect(seen).toEqual([]);
      socket.destroy();
    });
  });

  test('lets nobody in without a certificate of its authority', async () => {
    await withHub(async ({ post, seen, world }) => {
      const body = JSON.stringify({ status });
      const stranger = await world.net.authority({ commonName: 'stranger' });
      const certificate = await stranger.issue({ commonName: 'edge' });
      await expect(post(PATH, body, { verify: false })).rejects.toThrow(
        expect.objectContaining({ verdict: 'no-client-certificate' }),
      );
      await expect(post(PATH, body, { verify: false, certificate })).rejects.toThrow(
        expect.objectContaining({ verdict: 'unknown-authority' }),
      );
      expect(seen).toEqual([]);
    });
  });
});

async function withHub(body: (hub: Hub) => Promise<void>): Promise<void> {
  const world = createMemoryWorld();
  try {
    await world.run(async () => body(await setUp(world)));
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

async function setUp(world: World): Promise<Hub> {
  const cloud = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  const edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const authority = await world.net.authority({ commonName: 'KubeEdge' });
  const certificate = await authority.issue({ commonName: 'kubeedge.io' });
  const seen: [string, NodeStatusReport][] = [];
  world.own(
    await startCloudhub(world, cloud, {
      certificate: await authority.issue({ commonName: 'KubeEdge' }),
      clientRoots: [authority.certificate],
      onNodeStatus: (node, report) => seen.push([node, report]),
    }),
  );
  return {
    world,
    edge,
    certificate,
    seen,
    async post(path, text, tls = { verify: false, certificate }) {
      const target = { address: cloud.address, port: 10_000 };
      const options = { target, method: 'POST', path, body: text, tls, component: 'edgehub' };
      const response = await httpRequest(edge, options);
      return `${response.status} ${(await response.text()).trimEnd()}`;
    },
  };
}
