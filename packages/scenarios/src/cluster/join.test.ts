import { createCertificateFiles } from '@kubeedge-sim/edge-sim';
import { createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { describeFoundingCluster, EDGE } from '../catalog/founding-cluster.ts';
import { startCloud } from './cloud-half.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDescription, EdgeNodeDescription } from './description.ts';
import { startEdges, surroundingsIn } from './edge-half.ts';
import { declareHosts, edgesOf } from './hosts.ts';
import { startLocalCluster } from './local-cluster.ts';
import { createPki } from './pki.ts';

const minuteMs = 60_000;

function describeWith(
  world: World,
  change: Partial<EdgeNodeDescription>,
  tag = 'v1.6.1',
): ClusterDescription {
  const cell = { edgecore: tag, cloudcore: tag, docker: '20.10.24', metricsServer: 'v0.4.2' };
  const description = describeFoundingCluster(cell, world.clock.now());
  const edges = description.edges.map((edge) => (edge.name === EDGE ? { ...edge, ...change } : edge));
  return { ...description, edges };
}

async function inCluster<T>(
  change: Partial<EdgeNodeDescription>,
  body: (cluster: Cluster) => Promise<T>,
  tag?: string,
): Promise<T> {
  await using world = createMemoryWorld();
  return await world.run(async () => {
    const cluster = world.own(await startLocalCluster(world, describeWith(world, change, tag)));
    return body(cluster);
  });
}

const tunnelsOf = (world: World, name = EDGE) =>
  world.trace
    .of('edgestream.tunnel')
    .filter(({ host }) => host === name)
    .map(({ detail }) => detail);
const lastTunnel = (world: World) => tunnelsOf(world).at(-1);
const untilTunnel = (cluster: Cluster, state: string) =>
  cluster.until(`tunnel ${state}`, () => lastTunnel(cluster.world)?.state === state, minuteMs);

describe('an edge that joins by token', () => {
  it.each(['v1.3.1', 'v1.6.1', 'v1.12.5'])('comes up in %s', (tag) =>
    inCluster(
      { join: {} },
      async (cluster) => {
        expect(await untilTunnel(cluster, 'open')).toBe(true);
        const [issued, ...more] = cluster.world.trace.of('cloudhub.certificate');
        expect(issued?.detail).toMatchObject({ by: 'token', outcome: 'issued', commonName: 'kubeedge.io' });
        expect(more).toEqual([]);
        // It has its certificate when edgecore is started again.
        await cluster.act({ do: 'restart', what: 'edgecore', node: EDGE });
        await cluster.world.clock.sleep(10_000);
        expect(await untilTunnel(cluster, 'open')).toBe(true);
        expect(cluster.world.trace.of('cloudhub.certificate')).toHaveLength(1);
      },
      tag,
    ),
  );

  it.each([
    ['v1.6.1', 255, 'Error: '],
    ['v1.9.0', 1, 'Error: '],
  ] as const)(
    'is refused with the token of yesterday, and started again and again: %s',
    (tag, code, prefix) =>
      inCluster(
        { join: { tokenAgeHours: 25 } },
        async (cluster) => {
          await cluster.world.clock.sleep(minuteMs);
          expect(tunnelsOf(cluster.world)).toEqual([]);
          const restarts = cluster.world.trace.of('systemd.restart').filter(({ host }) => host === EDGE);
          expect(restarts.length).toBeGreaterThan(3);
          expect(restarts[0]?.detail).toMatchObject({
            code,
            reason: `${prefix}failed to get edge certificate from the cloudcore, error: Invalid authorization token`,
          });
          expect(cluster.log('master-1', 'cloudcore', 0).join('\n')).toContain(
            `failed to sign the certificate for edgenode: ${EDGE}, invalid token`,
          );
        },
        tag,
      ),
  );

  it('cannot be of a release that takes its certificates from files', async () => {
    await using world = createMemoryWorld();
    const start = () =>
      world.run(() => startLocalCluster(world, describeWith(world, { join: {} }, 'v1.2.1')));
    await expect(start).rejects.toThrow('Use v1.3.0 or later');
  });
});

describe('the certificate of 10003', () => {
  it.each([
    ['cloud', /x509: certificate is valid for 127\.0\.0\.1, 192\.168\.0\.139, not 10\.66\.0\.11/],
    ['chart', /x509: cannot validate certificate for 10\.66\.0\.11 because it doesn't contain any IP SANs/],
  ] as const)('made by %s names no edge', async (streamCertificate, error) => {
    await using world = createMemoryWorld();
    await world.run(async () => {
      const founding = describeWith(world, {});
      const { metricsServer } = founding;
      const args = metricsServer.args.filter((argument) => argument !== '--kubelet-insecure-tls');
      const description = { ...founding, streamCertificate, metricsServer: { ...metricsServer, args } };
      const cluster = world.own(await startLocalCluster(world, description));
      await cluster.scrapes(1);
      expect(cluster.log('master-1', 'metrics-server', 0).join('\n')).toMatch(error);
    });
  });
});

describe('a certificate', () => {
  it('that has expired brings no tunnel', () =>
    inCluster({ certificateAgeDays: 366 }, async (cluster) => {
      await cluster.world.clock.sleep(minuteMs);
      expect(new Set(tunnelsOf(cluster.world).map(({ state }) => state))).toEqual(
        new Set(['dialling', 'failed']),
      );
      expect(lastTunnel(cluster.world)?.error).toBe('remote error: tls: bad certificate');
      expect(cluster.log('master-1', 'cloudcore', 0).join('\n')).toMatch(
        /TLS handshake error from \S+: tls: failed to verify client certificate: x509: certificate has expired or is not yet valid: current time 2021-\S+ is after 2021-/,
      );
    }));

  it('of an authority that has been replaced brings none either; who joins anew has one', () =>
    inCluster({}, async (cluster) => {
      expect(await untilTunnel(cluster, 'open')).toBe(true);
      await cluster.act({ do: 'newca' });
      expect(await untilTunnel(cluster, 'failed')).toBe(true);
      expect(lastTunnel(cluster.world)?.error).toBe('remote error: tls: bad certificate');
      expect(cluster.log('master-1', 'cloudcore', 0).join('\n')).toContain(
        'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" ' +
          'while trying to verify candidate authority certificate "KubeEdge")',
      );
    }));
});

/** A cluster whose edge has a certificate that ends in a quarter of an hour, and renews it. */
async function withEndingCertificate(
  rotateCertificates: boolean,
  body: (at: { world: World; restart(what: 'cloudcore' | 'edgecore'): Promise<void> }) => Promise<void>,
): Promise<void> {
  await using world = createMemoryWorld();
  await world.run(async () => {
    const description = describeWith(world, { certificateAgeDays: 365 - 0.25 / 24 });
    const hosts = declareHosts(world, description);
    const pki = await createPki(world, hosts.cloud, edgesOf(hosts, description));
    const cloud = world.own(await startCloud(world, hosts, description, pki));
    const certificate = pki.edges[EDGE];
    const files = createCertificateFiles({
      ca: pki.kubeedgeRoot.pem ?? '',
      certificate: certificate?.pem ?? '',
      key: certificate?.keyPem ?? '',
    });
    const httpServer = { address: hosts.cloud.address, port: 10_002 };
    const surroundings = surroundingsIn(world, hosts, pki, []);
    const own = { httpServer, token: '', rotateCertificates, files };
    const certificates = { ...surroundings.certificates, [EDGE]: own };
    const edges = world.own(await startEdges(world, { ...surroundings, certificates }, description.edges));
    await body({
      world,
      restart: (what) =>
        what === 'cloudcore'
          ? cloud.act({ do: 'restart', what })
          : edges.act({ do: 'restart', what, node: EDGE }),
    });
  });
}

describe('rotation', () => {
  it('renews in time, but the tunnel goes on with the old certificate until edgecore is restarted', () =>
    withEndingCertificate(true, async ({ world, restart }) => {
      await world.clock.sleep(minuteMs);
      expect(world.trace.of('cloudhub.certificate').map(({ detail }) => detail)).toMatchObject([
        { by: 'certificate', outcome: 'issued', commonName: 'kubeedge.io' },
      ]);
      await world.clock.sleep(15 * minuteMs);
      // A tunnel that is open stays open: nobody looks at certificates but in a handshake.
      expect(lastTunnel(world)?.state).toBe('open');
      await restart('cloudcore');
      await world.clock.sleep(minuteMs);
      expect(lastTunnel(world)).toMatchObject({
        state: 'failed',
        error: 'remote error: tls: bad certificate',
      });
      // edgehub has the new one.
      const statuses = world.trace.of('cloudhub.node-status').filter(({ detail }) => detail.node === EDGE);
      expect(world.clock.now() - (statuses.at(-1)?.atMs ?? 0)).toBeLessThan(minuteMs);
      await restart('edgecore');
      await world.clock.sleep(minuteMs);
      expect(lastTunnel(world)?.state).toBe('open');
    }));

  it('when it is off, the node is lost with its certificate, whatever is restarted', () =>
    withEndingCertificate(false, async ({ world, restart }) => {
      await world.clock.sleep(16 * minuteMs);
      expect(world.trace.of('cloudhub.certificate')).toEqual([]);
      await restart('cloudcore');
      await restart('edgecore');
      await world.clock.sleep(minuteMs);
      expect(lastTunnel(world)).toMatchObject({
        state: 'failed',
        error: 'remote error: tls: bad certificate',
      });
      const statuses = world.trace.of('cloudhub.node-status').filter(({ detail }) => detail.node === EDGE);
      expect(world.clock.now() - (statuses.at(-1)?.atMs ?? 0)).toBeGreaterThan(minuteMs);
    }));
});
