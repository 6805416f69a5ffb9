// The command that EdgeWatcher hands out, pasted into `join`: real sockets, two worlds.
import { ADMIN, simToken } from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { healthyCell } from '../src/catalog/detour-scenario.ts';
import { describeFoundingCluster } from '../src/catalog/founding-cluster.ts';
import { startCloud } from '../src/cluster/cloud-half.ts';
import { declareHosts } from '../src/cluster/hosts.ts';
import { createPki } from '../src/cluster/pki.ts';
import { join } from '../src/commands/join.ts';
import { describeCloud } from '../src/standalone/describe.ts';

/** Serves a cloud with an EdgeWatcher; `paste` joins by a command, until its node is ready. */
async function withCloud(
  portMapping: boolean,
  body: (site: {
    command(name: string, ip: string): Promise<{ data?: string; message?: string }>;
    paste(...words: string[]): Promise<string>;
    nodes(): Promise<string[][]>;
  }) => Promise<void>,
): Promise<void> {
  await using world = await createLoopbackWorld();
  await world.run(async () => {
    const description = {
      ...describeCloud(describeFoundingCluster(healthyCell, world.clock.now()), []),
      edgeWatcher: { version: 'v0.1.0', portMapping },
    } as const;
    const hosts = declareHosts(world, description);
    const pki = await createPki(world, hosts.cloud, []);
    const { apiserver } = world.own(await startCloud(world, hosts, description, pki));
    const ask = async (port: number, path: string, tls?: { verify: false }) => {
      const target = { address: hosts.cloud.address, port };
      const headers = { authorization: `Bearer ${simToken(world, ADMIN)}` };
      const asked = { target, path, headers, component: 'test', ...(tls && { tls }) };
      const response = await httpRequest(hosts.cloud, asked);
      return JSON.parse(await response.text());
    };
    await body({
      command: (name, ip) =>
        ask(8081, `/api/v1alpha1/nodes/join?node_name=${name}&node_ip=${ip}&add_default_taint=true`),
      async paste(...words) {
        const stop = new AbortController();
        let printed = '';
        const out = (text: string) => {
          printed += text;
        };
        const io = { out, error: out, colour: false, columns: 80 };
        const running = join(io, words, { pods: 1, healthPort: 0, seed: 1 }, stop.signal);
        await Promise.race([running, expect.poll(() => printed, { timeout: 20_000 }).toContain('\nready: ')]);
        stop.abort();
        await running;
        return printed;
      },
      async nodes() {
        const { items } = (await ask(apiserver.port, '/api/v1/nodes', { verify: false })) as {
          items: {
            metadata: { name: string };
            spec: { taints?: object[] };
            status: { addresses: { address: string }[] };
          }[];
        };
        return items.map(({ metadata, spec, status }) => [
          metadata.name,
          status.addresses[0]?.address ?? '',
          ...(spec.taints ?? []).map((taint) => JSON.stringify(taint)),
        ]);
      },
    });
  });
}

describe('a pasted join command', () => {
  it('joins, with the address it names; the next one with that address is refused', () =>
    withCloud(true, async ({ command, paste, nodes }) => {
      const { data = '' } = await command('edge-node-9', '10.66.0.19');
      expect(data).toMatch(/^arch=\$\(uname -m\); curl -LO .* --with-edge-taint$/);
      const printed = await paste(data);
      expect(printed).toContain('joined: edge-node-9 has a certificate');
      expect(printed).toMatch(/edge-node-9 +10\.66\.0\.19 +edgecore v1\.6\.1, Docker /);
      expect(printed).toContain('ready: edge-node-9 has its tunnel to ');
      await expect
        .poll(nodes)
        .toContainEqual([
          'edge-node-9',
          '10.66.0.19',
          '{"key":"node-role.kubernetes.io/edge","effect":"NoSchedule"}',
        ]);
      expect((await command('edge-node-8', '10.66.0.19')).message).toBe('Node IP 10.66.0.19 in use');
    }));

  it('finds nothing at its ports where no gateway maps them to NodePorts, and joins when they are edited', () =>
    withCloud(false, async ({ command, paste }) => {
      const { data = '' } = await command('edge-node-9', '10.66.0.19');
      await expect(paste(data)).rejects.toThrow(
        /\/\/127\.[\d.]+:10002, found: dial tcp .*: connect: connection refused.* behind NodePorts: .* or edit the ports of the command/s,
      );
      const edited = data.replaceAll(/\b1000([0-4])\b/g, '3000$1');
      // Words of a shell, from keadm on.
      const words = edited.slice(edited.indexOf('./keadm')).split(' ');
      expect(await paste(...words)).toMatch(/ready: edge-node-9 has its tunnel to [\d.]+:30004\n/);
    }));

  it("has no tunnel when it is for KubeEdge's own keadm", () =>
    withCloud(true, async ({ command, paste }) => {
      const { data = '' } = await command('shop', '10.66.0.19');
      const place = /--cloudcore-ipport=(\S+)/.exec(data)?.[1];
      const token = /--token (\S+)/.exec(data)?.[1];
      const printed = await paste(
        `keadm join --cloudcore-ipport=${place} --edgenode-name=shop --token=${token}`,
      );
      expect(printed).toContain('keadm leaves modules.edgeStream.enable off in v1.6.1');
      expect(printed).toContain('ready: shop runs without a tunnel');
    }));
});
