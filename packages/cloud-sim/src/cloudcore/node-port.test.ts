import { httpRequest, type NatRule } from '@kubeedge-sim/sim-kit';
import { decodeMessage, dialectOf, encodeMessage, messageTypes } from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import { inLab, type Lab, logLines, RawEdge } from './cloudcore.test-support.ts';
import {
  type CloudcoreOptions,
  cloudcoreRelease,
  createTunnelPortStore,
  knownCloudcoreReleases,
  type NodeClient,
  startCloudcore,
  startIptablesManager,
} from './index.ts';

const EDGE = 'edge-node-1';
const EDGE_IP = '10.66.0.11';

describe.each(knownCloudcoreReleases().slice(4))('%s', (release) => {
  const { nodePortWriter, nat, tunnelPortFirst } = cloudcoreRelease(release);
  const port = tunnelPortFirst ?? 10_350;

  test('an edge that connects and reports can be scraped at the port of its Node', async () => {
    await inCloud(release, async (lab, nodes) => {
      const { cloudHost } = lab;
      const edge = await dial(lab);
      report(lab, nodes, 10_350);
      expect(nodes.kubeletPort(EDGE)).toBe(port);
      expect(lab.world.trace.of('cloudcore.node-port').map(({ detail }) => detail)).toEqual(
        port === 10_350
          ? []
          : [{ node: EDGE, port, by: nodePortWriter === 'node-status' ? 'node-status' : 'tunnel-connect' }],
      );
      const managed = [...jumps, tunnelPortRule(port)];
      expect(cloudHost.nat.rules).toEqual(nat === 'manual' ? [] : managed);
      if (nat === 'manual') cloudHost.nat.append(rule(port));
      await expectScraped(lab, edge, port);
      edge.socket.destroy();
    });
  });

  test('the port outlives a restart', async () => {
    const tunnelPorts = createTunnelPortStore();
    const exits: unknown[] = [];
    const onExit = (code: number) => exits.push(code);
    await inCloud(release, restart, { tunnelPorts, onExit });
    async function restart(lab: Lab) {
      await lab.cloudcore[Symbol.asyncDispose]();
      const rules = lab.cloudHost.nat.rules;
      const again = await startCloudcore(lab.world, lab.cloudHost, lab.options);
      await lab.world.clock.sleep(1);
      // The first release with tunnel ports cannot start twice.
      expect(exits).toEqual(release === 'v1.7.0' ? [2] : []);
      expect(lab.cloudHost.nat.rules).toEqual(rules);
      const ports = lab.world.trace.of('cloudcore.tunnel-port').map(({ detail }) => detail.port);
      expect(ports).toEqual(tunnelPortFirst === null ? [] : release === 'v1.7.0' ? [port] : [port, port]);
      expect(again.sessions()).toEqual([]);
    }
  });
});

describe('what is written with a status', () => {
  test.each([
    ['v1.6.1', 10_352, { port: 10_350 }, { port: 10_350 }],
    ['v1.7.1', 10_352, { port: 10_350 }, { port: 10_350 }],
    ['v1.8.0', 10_352, { port: 10_350 }, { port: 10_351 }],
    ['v1.9.0', 10_352, { port: 10_350 }, { port: 10_352 }],
    ['v1.9.0', 0, { port: 10_350 }, { port: 10_350 }],
    ['v1.11.3', 10_351, { port: 10_250, patch: true }, undefined],
    // The embedded kubelet of v1.12.0, and of those after it.
    ['v1.12.0', 10_351, { port: 10_250, patch: true }, { port: 10_250 }],
    ['v1.12.1', 10_351, { patch: true }, {}],
  ])('%s: a Node with %i, reported %j: %j', async (release, current, reported, written) => {
    const nodes = createNodes({ [EDGE]: current });
    await inCloud(
      release,
      async ({ cloudcore, world }) => {
        expect(cloudcore.nodeStatusPort(EDGE, reported)).toEqual(written);
        const dropped = world.trace.of('cloudcore.node-patch-dropped').length;
        expect(dropped).toBe(written === undefined ? 1 : 0);
      },
      { nodes },
    );
  });
});

describe('chain TUNNEL-PORT', () => {
  test.each([
    ['v1.8.2', false],
    ['v1.9.0', true],
    ['v1.23.1', true],
  ])('%s: a rule deleted by hand is back within 10 s: %s', async (release, back) => {
    await inCloud(release, async ({ cloudHost, world }) => {
      await world.clock.sleep(4_000);
      expect(cloudHost.iptables.run(['-t', 'nat', '-D', 'TUNNEL-PORT', '1']).exitCode).toBe(0);
      await world.clock.sleep(5_999);
      expect(cloudHost.nat.rules).toEqual(jumps);
      await world.clock.sleep(1);
      expect(cloudHost.nat.rules).toEqual([...jumps, ...(back ? [tunnelPortRule(10_351)] : [])]);
      const told = world.trace.of('cloudcore.nat').map(({ detail }) => detail);
      const made = { op: 'add', rule: tunnelPortRule(10_351) };
      const jumped = jumps.toReversed().map((rule) => ({ op: 'add', rule }));
      expect(told).toEqual([...jumped, made, ...(back ? [made] : [])]);
    });
  });

  test.each(['v1.8.2', 'v1.9.0'])(
    '%s: the jumps are made anew after a flush of the table',
    async (release) => {
      await inCloud(release, async ({ cloudHost, world }) => {
        for (const line of ['-t nat -F', '-t nat -X']) cloudHost.iptables.run(line.split(' '));
        await world.clock.sleep(10_000);
        expect(cloudHost.nat.rules.slice(0, 2)).toEqual(jumps);
        // The release that makes a rule only when an address is new leaves an empty chain.
        expect(cloudHost.nat.rules.slice(2)).toEqual(release === 'v1.8.2' ? [] : [tunnelPortRule(10_351)]);
      });
    },
  );

  test('a port that iptables refuses ends the cycle, and later ports get no rule', async () => {
    const tunnelPorts = createTunnelPortStore();
    await inCloud(
      'v1.23.1',
      async ({ cloudHost, world }) => {
        tunnelPorts.write({ ipTunnelPort: { '10.0.0.8': 70_000, '10.0.0.9': 10_352 }, port: {} });
        await world.clock.sleep(10_000);
        expect(cloudHost.nat.rules).toEqual([...jumps, tunnelPortRule(10_351)]);
        tunnelPorts.write({ ipTunnelPort: { '10.0.0.9': 10_352 }, port: {} });
        await world.clock.sleep(10_000);
        expect(cloudHost.nat.rules.at(-1)).toBe(tunnelPortRule(10_352, '10.0.0.9'));
      },
      { tunnelPorts },
    );
  });

  test('is left alone by a cloudcore whose manager is external, and kept by that one', async () => {
    const tunnelPorts = createTunnelPortStore();
    const options = { tunnelPorts, iptablesManager: 'external' } as const;
    await inCloud('v1.10.0', external, options);
    async function external({ world, cloudHost }: Lab) {
      expect(cloudHost.nat.rules).toEqual([]);
      const host = world.net.host({ name: 'cloud-2', address: '10.0.0.3' });
      using _manager = startIptablesManager(world, host, {
        component: 'iptables-manager',
        ensures: 'every-cycle',
        streamPort: 10_003,
        tunnelPorts,
      });
      expect(host.nat.rules).toEqual([...jumps, tunnelPortRule(10_351)]);
    }
  });

  test('a second cloudcore takes the next port, and each host redirects both', async () => {
    const tunnelPorts = createTunnelPortStore();
    await inCloud('v1.10.0', withSecond, { tunnelPorts });
    async function withSecond(lab: Lab) {
      const host = lab.world.net.host({ name: 'cloud-2', address: '10.0.0.3' });
      await startCloudcore(lab.world, host, lab.options);
      expect(tunnelPorts.read()?.ipTunnelPort).toEqual({ '10.0.0.2': 10_351, '10.0.0.3': 10_352 });
      await lab.world.clock.sleep(10_000);
      for (const { nat } of [host, lab.cloudHost]) {
        expect(nat.rules).toHaveLength(4);
        expect(nat.rules).toEqual(
          expect.arrayContaining([...jumps, tunnelPortRule(10_351), tunnelPortRule(10_352, '10.0.0.3')]),
        );
      }
      // An address that leaves the record loses its rules.
      tunnelPorts.write({ ipTunnelPort: { '10.0.0.3': 10_352 }, port: { 10352: true } });
      await lab.world.clock.sleep(10_000);
      expect(host.nat.rules).toEqual([...jumps, tunnelPortRule(10_352, '10.0.0.3')]);
    }
  });

  test("a person's rules are left alone", async () => {
    await inLab(async (lab) => {
      await lab.cloudcore[Symbol.asyncDispose]();
      lab.cloudHost.nat.append(rule(10_350));
      await startCloudcore(lab.world, lab.cloudHost, { ...lab.options, release: 'v1.12.1' });
      const [jumpIn, jumpOut] = jumps;
      const own = '-A OUTPUT -p tcp -m tcp --dport 10350 -j DNAT --to-destination 10.0.0.2:10003';
      expect(lab.cloudHost.nat.rules).toEqual([jumpIn, own, jumpOut, tunnelPortRule(10_351)]);
    });
  });
});

describe('an edge whose Node is not there', () => {
  const missing = 'Failed while getting a Node to retry updating node KubeletEndpoint Port, ';
  const lineOf = (source: string) => [
    'E',
    source,
    `${missing}node: ${EDGE}, error: nodes "${EDGE}" not found`,
  ];
  const cause = 'timed out waiting for the condition';
  const timedOut = `Update KubeletEndpoint Port of Node '${EDGE}' error: ${cause}. `;

  test('v1.8.2 does not look', async () => {
    await inCloud(
      'v1.8.2',
      async (lab) => {
        const edge = await dial(lab);
        expect(lab.cloudcore.sessions()).toHaveLength(2);
        edge.socket.destroy();
      },
      { nodes: createNodes({}) },
    );
  });

  test('v1.9.0 ends the process', async () => {
    const exits: unknown[] = [];
    const onExit = (...exit: unknown[]) => exits.push(exit);
    await inCloud(
      'v1.9.0',
      async (lab) => {
        const edge = await dial(lab);
        expect(await edge.next()).toBeUndefined();
        await lab.world.clock.sleep(1);
        expect(exits).toEqual([[1, expect.stringContaining(EDGE)]]);
        expect(logLines(lab.world).slice(-3)).toEqual([
          lineOf('tunnelserver.go:191'),
          lineOf('tunnelserver.go:191'),
          ['E', 'tunnelserver.go:203', timedOut],
        ]);
        expect(lab.cloudcore.sessions()).toEqual([]);
        await expect(dial(lab)).rejects.toThrow('ECONNREFUSED');
        edge.socket.destroy();
      },
      { nodes: createNodes({}), onExit },
    );
  });

  test('v1.10.0 tells the edge after two minutes, and serves others meanwhile', async () => {
    await inCloud(
      'v1.10.0',
      async (lab) => {
        const edge = await dial(lab);
        const startedMs = lab.world.clock.now();
        edge.send(9, Buffer.from('ping you'));
        edge.send(1, Buffer.from('0104', 'hex'));
        const other = await dial(lab, 'edge-node-2', '10.66.0.12');
        expect(lab.cloudcore.sessions().map(({ key }) => key)).toEqual(['edge-node-2', '10.66.0.12']);
        // No pong before: nobody reads.
        const message = decodeMessage(Buffer.from((await edge.next())?.hex ?? '', 'hex'));
        expect(lab.world.clock.now() - startedMs).toBe(120_000);
        expect(message).toMatchObject({ connectId: 0, type: messageTypes.CLOSE_CONNECT });
        expect(Buffer.from(message.data).toString()).toBe('failed to Update KubeletEndpoint Port');
        const lines = logLines(lab.world).filter(([severity]) => severity === 'E');
        expect(lines).toEqual([
          ...Array.from({ length: 8 }, () => lineOf('tunnelserver.go:200')),
          ['E', 'tunnelserver.go:212', timedOut],
        ]);
        expect(lab.world.trace.of('tunnel.refused').map(({ detail }) => detail.hostname)).toEqual([EDGE]);
        edge.socket.destroy();
        other.socket.destroy();
      },
      { nodes: createNodes({ 'edge-node-2': 0 }) },
    );
  });

  test('v1.10.0 lets the edge in as soon as the Node is there; what it had sent is read then', async () => {
    const ports: Record<string, number> = {};
    await inCloud(
      'v1.10.0',
      async (lab) => {
        const edge = await dial(lab);
        edge.send(9, Buffer.from('ping you'));
        await lab.world.clock.sleep(30_000);
        ports[EDGE] = 10_350;
        expect((await edge.next())?.op).toBe(10);
        expect(ports[EDGE]).toBe(10_351);
        expect(lab.cloudcore.sessions().map(({ closed }) => closed)).toEqual([false, false]);
        edge.socket.destroy();
      },
      { nodes: createNodes(ports) },
    );
  });

  test('v1.10.0 sees only then that the edge is gone', async () => {
    const ports: Record<string, number> = {};
    await inCloud(
      'v1.10.0',
      async (lab) => {
        (await dial(lab)).socket.resetAndDestroy();
        await lab.world.clock.sleep(10_000);
        ports[EDGE] = 10_350;
        expect(lab.cloudcore.sessions()).toEqual([]);
        await lab.world.clock.sleep(10_001);
        expect(lab.cloudcore.sessions().map(({ closed }) => closed)).toEqual([true, true]);
      },
      { nodes: createNodes(ports) },
    );
  });

  test('a process that is killed meanwhile waits no longer', async () => {
    await inCloud(
      'v1.23.1',
      async (lab) => {
        const edge = await dial(lab);
        await lab.cloudcore[Symbol.asyncDispose]();
        await lab.world.clock.sleep(1);
        expect(lab.world.clock.pending()).toEqual([]);
        expect(lab.world.trace.of('tunnel.refused')).toEqual([]);
        edge.socket.destroy();
      },
      { nodes: createNodes({}) },
    );
  });
});

test.each([
  ['v1.9.0', '%!s(int=10351)', []],
  ['v1.10.0', '%!s(int=10351)', ['%vwebsocket: ']],
  ['v1.23.1', '10351', ['websocket: ']],
])('%s prints %s where upstream does', async (release, port, refusals) => {
  await inCloud(
    release,
    async (lab) => {
      const edge = await dial(lab);
      const done = `Update node KubeletEndpoint Port successfully, node: ${EDGE}, tunnelPort: ${port}`;
      expect(logLines(lab.world).at(-1)?.[2]).toBe(done);
      const refused = await RawEdge.dial(lab, { extraHeaders: 'Origin: https://elsewhere\r\n' });
      expect(refused.head).toMatch(/^HTTP\/1.1 403 /);
      const lines = logLines(lab.world).map(([, , line]) => line);
      const upgrade = 'Failed to upgrade the HTTP server connection to the WebSocket protocol: ';
      expect(lines.filter((line) => line.startsWith(upgrade))).toEqual(
        refusals.map((text) => `${upgrade}${text}request origin not allowed by Upgrader.CheckOrigin`),
      );
      for (const { socket } of [edge, refused]) socket.destroy();
    },
    { verbosity: 4 },
  );
});

function createNodes(ports: Record<string, number>): NodeClient {
  return {
    kubeletPort: (name) => ports[name],
    setKubeletPort(name, port) {
      if (ports[name] === undefined) return false;
      ports[name] = port;
      return true;
    },
  };
}

/** A lab whose kube-apiserver knows the edge, as edgecore registered it. */
function inCloud(
  release: string,
  body: (lab: Lab, nodes: NodeClient) => Promise<void>,
  options: Partial<CloudcoreOptions> = {},
): Promise<void> {
  const { nodes = createNodes({ [EDGE]: 10_350 }) } = options;
  const all = {
    release,
    dialect: dialectOf(release),
    nodes,
    tunnelPorts: createTunnelPortStore(),
    ...options,
  };
  return inLab((lab) => body(lab, nodes), all);
}

/** With the header of the newer releases beside the misspelt one. */
function dial(lab: Lab, hostname = EDGE, internalIp = EDGE_IP): Promise<RawEdge> {
  const extraHeaders = `Sessionhostnameoverride: ${hostname}\r\n`;
  return RawEdge.dial(lab, { hostname, internalIp, extraHeaders });
}

/** A status of the edge arrives at CloudHub. */
function report({ cloudcore }: Lab, nodes: NodeClient, port: number): void {
  const written = cloudcore.nodeStatusPort(EDGE, { port });
  if (written?.port !== undefined) nodes.setKubeletPort(EDGE, written.port);
}

const rule = (dport: number): NatRule => ({
  chain: 'OUTPUT',
  dport,
  to: { address: '10.0.0.2', port: 10_003 },
});
const jumps = ['PREROUTING', 'OUTPUT'].map(
  (chain) => `-A ${chain} -m comment --comment "kubeedge tunnel port" -j TUNNEL-PORT`,
);
const tunnelPortRule = (port: number, address = '10.0.0.2') =>
  `-A TUNNEL-PORT -p tcp -m tcp --dport ${port} -j DNAT --to-destination ${address}:10003`;

/** Asks as metrics-server does, from the cloud host; the scripted edge answers. */
async function expectScraped({ cloudHost }: Lab, edge: RawEdge, port: number): Promise<void> {
  const answered = (async () => {
    const { connectId } = decodeMessage(Buffer.from((await edge.next())?.hex ?? '', 'hex'));
    const data = Buffer.from('summary\n');
    edge.send(1, encodeMessage({ connectId, type: messageTypes.DATA, data }));
    edge.send(1, encodeMessage({ connectId, type: messageTypes.REMOVE_CONNECT, data: Buffer.alloc(0) }));
  })();
  const response = await httpRequest(cloudHost, {
    target: { address: EDGE_IP, port },
    path: '/stats/summary',
    tls: { verify: false },
    component: 'metrics-server',
  });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('summary\n');
  await answered;
}
