import { createMemoryWorld, type NetSocket } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import {
  addressOfEdge,
  CLOUD_NODE,
  describeFoundingCluster,
  EDGE,
  EDGE_POD,
} from '../catalog/founding-cluster.ts';
import type { Cluster } from './cluster.ts';
import { startLocalCluster } from './local-cluster.ts';

const POD = `${EDGE_POD.namespace}/${EDGE_POD.name}/nginx`;

/** A client of 10003 that asks for an exec, and what it was told within a second. */
async function ask({ world, host }: Cluster, path: string): Promise<{ socket: NetSocket; told: string }> {
  const cloud = host(CLOUD_NODE);
  const target = { address: cloud.address, port: 10_003 };
  const socket = await cloud.connect(target, { tls: { verify: false }, component: 'tester' });
  let told = '';
  socket.on('data', (chunk: Buffer) => {
    told += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  const headers = `Host: ${addressOfEdge(EDGE)}:10350\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n`;
  socket.write(
    `POST /exec/${path} HTTP/1.1\r\n${headers}X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n`,
  );
  await world.clock.sleep(1_000);
  return { socket, told };
}

const spins = ({ world }: Cluster) => world.trace.of('stream.spin').map(({ detail }) => detail.state);
const removes = ({ world }: Cluster) =>
  world.trace
    .of('tunnel.message')
    .filter(({ detail }) => detail.type === 'REMOVE_CONNECT' && detail.direction === 'to-edge').length;

describe('an exec that edged refuses: it keeps the connection, and the edge does not tell of an end', () => {
  test.each([
    ['v1.6.1', ['begins']],
    ['v1.8.2', ['begins']],
    ['v1.9.0', []],
  ])('%s, once its client has gone: %j', async (release, expected) => {
    await inCluster(release, async (cluster) => {
      const { socket, told } = await ask(cluster, 'default/nope/nginx?command=ls&output=1');
      expect(told).toMatch(/^HTTP\/1.1 404 .*pod does not exist/s);
      socket.end();
      await cluster.world.clock.sleep(60_000);
      expect(spins(cluster)).toEqual(expected);
    });
  });

  test('v1.13.5, after a reset, shows what it costs on 127.0.0.1:9091', async () => {
    await inCluster('v1.13.5', async (cluster) => {
      const cpu = async () => {
        const { stdout } = await cluster.curl(CLOUD_NODE, 'http://127.0.0.1:9091/metrics');
        return Number(/^process_cpu_seconds_total (.*)$/m.exec(stdout)?.[1]);
      };
      const { socket } = await ask(
        cluster,
        `${EDGE_POD.namespace}/${EDGE_POD.name}/nope?command=ls&output=1`,
      );
      expect(await cpu()).toBe(0);
      socket.resetAndDestroy();
      await cluster.world.clock.sleep(60_000);
      expect(await cpu()).toBeCloseTo(54, 0);
      expect(spins(cluster)).toEqual(['begins']);
    });
  });
});

describe('an exec whose client leaves, over a line of 100 ms each way', () => {
  test.each([
    ['v1.9.0', 1],
    ['v1.12.7', 1],
    ['v1.13.0', 20],
  ])('%s tells the edge of it %i times or more', async (release, times) => {
    await inCluster(release, async (cluster) => {
      cluster.world.net.link(cluster.host(CLOUD_NODE), cluster.host(EDGE)).delayMs = 100;
      await cluster.world.clock.sleep(5_000);
      const { socket, told } = await ask(cluster, `${POD}?command=sleep&command=600&output=1`);
      expect(told).toMatch(/^HTTP\/1.1 101 /);
      socket.end();
      await cluster.world.clock.sleep(5_000);
      expect(removes(cluster)).toBeGreaterThanOrEqual(times);
      expect(removes(cluster)).toBeLessThan(2 * times);
      expect(spins(cluster)).toEqual(times === 1 ? [] : ['begins', 'ends']);
      expect(cluster.world.trace.of('systemd.restart')).toEqual([]);
    });
  });
});

/** Plays `body` in the founding cluster of one release, once its tunnels are open. */
async function inCluster(tag: string, body: (cluster: Cluster) => Promise<void>): Promise<void> {
  const cell = { cloudcore: tag, edgecore: tag, docker: '20.10.24', metricsServer: 'v0.4.2' };
  const world = createMemoryWorld({ seed: 1 });
  try {
    await world.run(async () => {
      const description = describeFoundingCluster(cell, world.clock.now());
      const cluster = world.own(await startLocalCluster(world, description));
      await world.clock.sleep(15_000);
      await body(cluster);
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}
