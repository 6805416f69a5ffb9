import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding } from '../../../../test/needs.ts';
import { testsOfTheBridge } from './bridge.contract.ts';
import { testsOfHardTimes } from './hard-times.contract.ts';
import { type RealApiserver, run, startRealApiserver } from './real-apiserver.ts';
import { startUp, type UpProcess } from './up-process.ts';

const CLI = join(import.meta.dirname, '../../src/bin.ts');
/** Real time: a status goes up every ten seconds. */
const POLL = { timeout: 60_000, interval: 250 };
const HEALTHY = ['--docker', '20.10.24'];
const POD = `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: edge-node-1
  containers:
  - {name: web, image: "nginx:1.21", env: [{name: COLOR, value: red}], resources: {limits: {cpu: 100m, memory: 64Mi}}}
  - {name: side, image: busybox}
`;

// A kubectl that execs by WebSocket: kube-apiserver 1.32 hands an older one's SPDY on with the Host of the client, for which
// cloudcore before v1.10.0 has no session (docs/exec.md).
describeNeeding(['kubectl-1.31', 'kube-apiserver'], 'up --kubeconfig at a real kube-apiserver', (tools) => {
  let real: RealApiserver;
  let pod: string;
  const up = (...args: string[]) =>
    run(process.execPath, [CLI, 'up', '--kubeconfig', real.kubeconfigs.admin, ...args]);
  const json = async (...args: string[]) => {
    const { stdout, stderr } = await real.kubectl(...args, '-o', 'json');
    return stderr === '' ? (JSON.parse(stdout) as Json) : undefined;
  };
  const names = async (...args: string[]) => (await real.kubectl('get', ...args, '-o', 'name')).stdout;
  const readyOf = async (name: string) =>
    (await real.kubectl('get', 'pod', name, '--no-headers')).stdout.trim().split(/ +/)[1];

  beforeAll(async () => {
    real = await startRealApiserver(tools['kube-apiserver'].path, tools['kubectl-1.31'].path);
    pod = join(real.folder, 'pod.yaml');
    await writeFile(pod, POD);
  }, 60_000);
  afterAll(() => real[Symbol.asyncDispose]());

  // One that reports whole statuses, and one whose embedded kubelet patches and renews leases.
  describe.each(['v1.6.1', 'v1.12.1'])('with KubeEdge %s', (tag) => {
    let process: UpProcess;
    beforeAll(async () => {
      process = await startUp(real.kubeconfigs.admin, [...HEALTHY, '--edgecore', tag, '--edge-taint']);
    }, 60_000);
    afterAll(() => process.kill());

    it('registers the edges as edgecore does, with the marks of the run', async () => {
      const node = await json('get', 'node', 'edge-node-1');
      expect(node).toMatchObject({
        metadata: {
          labels: {
            'kubeedge-sim/owner': expect.stringMatching(/^\w+-\d+$/),
            'node-role.kubernetes.io/edge': '',
            'node-role.kubernetes.io/agent': '',
          },
          annotations: { 'kubeedge-sim/created-by': expect.stringContaining(` ${process.child.pid}, `) },
        },
        status: {
          addresses: [{ type: 'InternalIP' }, { type: 'Hostname', address: 'edge-node-1' }],
          capacity: { cpu: '2', pods: '110' },
          nodeInfo: { kubeletVersion: expect.stringMatching(`-kubeedge-${tag}$`) },
        },
      });
      expect(JSON.stringify(node?.spec)).toContain('"key":"node-role.kubernetes.io/edge"');
      expect(await names('nodes')).toBe('node/edge-node-1\nnode/edge-node-2\n');
    });

    it('goes on telling that they are alive', async () => {
      const heartbeat = async () => {
        const node = await json('get', 'node', 'edge-node-1');
        return node?.status.conditions.find(({ type }: { type: string }) => type === 'Ready')
          .lastHeartbeatTime;
      };
      const first = await heartbeat();
      await expect.poll(heartbeat, POLL).not.toBe(first);
      if (tag !== 'v1.12.1') return;
      const lease = () => json('get', 'lease', '-n', 'kube-node-lease', 'edge-node-1');
      await expect.poll(lease, POLL).toBeDefined();
      const before = (await lease())?.spec;
      expect(before).toMatchObject({ holderIdentity: 'edge-node-1', leaseDurationSeconds: 40 });
      await expect.poll(async () => (await lease())?.spec.renewTime, POLL).not.toBe(before.renewTime);
    }, 60_000);

    it('runs a pod that is bound to one: log, exec, status', async () => {
      expect((await real.kubectl('apply', '-f', pod)).stdout).toBe('pod/web created\n');
      await expect.poll(() => readyOf('web'), POLL).toBe('2/2');
      const status = (await json('get', 'pod', 'web'))?.status;
      expect(status).toMatchObject({ phase: 'Running', podIP: expect.stringMatching(/^172\.17\./) });
      expect(status.containerStatuses[0].containerID).toMatch(/^docker:\/\/[0-9a-f]{64}$/);
      const log = () => real.kubectl('logs', 'web', '-c', 'web');
      await expect.poll(log, POLL).toMatchObject({ stderr: '', exitCode: 0 });
      expect((await log()).stdout).toMatch(/^web of default\/web runs on edge-node-1, line 0\n/);
      const color = await real.kubectl('exec', 'web', '-c', 'web', '--', 'sh', '-c', 'echo $COLOR; exit 3');
      expect(color).toMatchObject({ stdout: 'red\n', exitCode: 3 });
    }, 60_000);

    it('has no way for a node proxy to a loopback address: kube-apiserver refuses it', async () => {
      const answer = await real.kubectl('get', '--raw', '/api/v1/nodes/edge-node-1/proxy/stats/summary');
      expect(answer.stderr).toContain('address not allowed');
    });

    it('ends a pod that is deleted, within its grace', async () => {
      await real.kubectl('delete', 'pod', 'web', '--timeout=40s');
      expect(await names('pods')).toBe('');
    }, 60_000);

    it('removes everything when it is interrupted', async () => {
      await real.kubectl('apply', '-f', pod);
      await expect.poll(() => readyOf('web'), POLL).toBe('2/2');
      expect(await process.interrupt()).toBe(0);
      expect(await names('nodes,pods,leases', '-A', '-l', 'kubeedge-sim/owner')).toBe('');
      expect(await names('nodes,pods')).toBe('');
    }, 60_000);
  });

  describe('as at any API server', () => testsOfTheBridge(() => real.kubeconfigs.admin));
  describe('as at any API server, when it is not well', () =>
    testsOfHardTimes({
      kubeconfig: () => real.kubeconfigs.admin,
      tag: 'v1.6.1',
      async forget() {
        await real.stop();
        await real.compact();
        await real.start();
      },
    }));

  describe('after a crash', () => {
    it('leaves a live run alone, and removes what a dead one has left', async () => {
      const crashed = await startUp(real.kubeconfigs.admin, HEALTHY);
      await real.kubectl('apply', '-f', pod);
      await expect.poll(() => readyOf('web'), POLL).toBe('2/2');
      await crashed.kill();
      expect((await up('--cleanup')).stdout).toMatch(
        /^Run \S+ \(.*\) is alive and keeps edge-node-1, edge-node-2\.\n$/,
      );
      const taken = await up();
      expect(taken.exitCode).toBe(2);
      expect(taken.stderr).toMatch(/^Tried to register the node edge-node-1 at .*, found one of the run/);
      // As if its forty seconds were over.
      const [lease = ''] = (await names('lease', '-n', 'kube-node-lease', '-l', 'kubeedge-sim/owner')).split(
        '\n',
      );
      const old = { spec: { renewTime: '2021-05-01T00:00:00.000000Z' } };
      await real.kubectl('patch', '-n', 'kube-node-lease', lease, '--type=merge', '-p', JSON.stringify(old));
      expect((await up('--cleanup')).stdout).toMatch(
        /^Removed what the dead run .* had left: edge-node-1, edge-node-2\.\n$/,
      );
      expect(await names('nodes,pods')).toBe('');
      expect(await names('lease', '-n', 'kube-node-lease')).toBe('');
    }, 60_000);

    it('does not touch a node that is not its own', async () => {
      const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'edge-node-2' } };
      const file = join(real.folder, 'node.json');
      await writeFile(file, JSON.stringify(node));
      await real.kubectl('create', '-f', file);
      const refused = await up();
      expect(refused).toMatchObject({ exitCode: 2 });
      expect(refused.stderr).toMatch(
        /^Tried to register the node edge-node-2 at .*, found a node of that name without the mark of kubeedge-sim, which is left alone\. /,
      );
      expect((await up('--cleanup')).stdout).toBe('');
      expect(await names('nodes')).toBe('node/edge-node-2\n');
      await real.kubectl('delete', 'node', 'edge-node-2');
    });
  });

  it('survives a server that goes away, and a history that is thrown away', async () => {
    const process = await startUp(real.kubeconfigs.admin, HEALTHY);
    try {
      await real.kubectl('apply', '-f', pod);
      await expect.poll(() => readyOf('web'), POLL).toBe('2/2');
      await real.stop();
      await expect.poll(() => process.text(), POLL).toMatch(/asking again until it is back/);
      await real.compact();
      await real.start();
      await expect.poll(() => process.text(), POLL).toMatch(/ is back$/m);
      await real.kubectl('delete', 'pod', 'web', '--timeout=40s');
      await real.kubectl('apply', '-f', pod);
      await expect.poll(() => readyOf('web'), POLL).toBe('2/2');
      expect(await process.interrupt()).toBe(0);
      expect(await names('nodes,pods')).toBe('');
    } finally {
      await process.kill();
    }
  }, 180_000);

  describe('with rights of its own', () => {
    const withRights = async (yaml: string) => {
      const file = join(real.folder, 'rights.yaml');
      await writeFile(file, yaml);
      expect(await real.kubectl('apply', '-f', file)).toMatchObject({ exitCode: 0, stderr: '' });
    };
    const documented = async () => {
      const page = await readFile(join(import.meta.dirname, '../../../../docs/kubeconfig.md'), 'utf8');
      return /```yaml\n(apiVersion: rbac[^`]*)```/.exec(page)?.[1] ?? '';
    };

    it.each(['v1.6.1', 'v1.12.1'])(
      'does with those of docs/kubeconfig.md, with KubeEdge %s',
      async (tag) => {
        await withRights(await documented());
        const process = await startUp(real.kubeconfigs['kubeedge-sim'], [...HEALTHY, '--edgecore', tag]);
        try {
          await real.kubectl('apply', '-f', pod);
          await expect.poll(() => readyOf('web'), POLL).toBe('2/2');
          if (tag === 'v1.12.1')
            await expect
              .poll(() => names('lease', '-n', 'kube-node-lease'), POLL)
              .toContain('/edge-node-1\n');
          expect(await process.interrupt()).toBe(0);
          expect(process.text()).not.toMatch(/403|forbidden/);
          expect(await names('nodes,pods,leases', '-A')).not.toMatch(/edge-node|kubeedge-sim|web/);
        } finally {
          await process.kill();
        }
      },
      90_000,
    );

    it.each([
      ['create', /403 nodes is forbidden: User "kubeedge-sim" cannot create .* The user needs create, /],
      ['watch', /WATCH \/api\/v1\/nodes of \S+: 403 Forbidden\. The user needs create, .* watch, /],
    ])(
      'says so when it may not %s nodes, and leaves nothing',
      async (verb, words) => {
        const rights = await documented();
        const ofNodes = rights.split('\n').find((line) => line.includes('[nodes]')) ?? '';
        await withRights(rights.replace(ofNodes, ofNodes.replace(`${verb}, `, '')));
        const { stderr, exitCode } = await run(process.execPath, [
          CLI,
          'up',
          '--kubeconfig',
          real.kubeconfigs['kubeedge-sim'],
        ]);
        expect(stderr).toMatch(words);
        expect(exitCode).toBe(2);
        expect(await names('nodes,leases', '-A')).not.toMatch(/edge-node|kubeedge-sim/);
      },
      60_000,
    );
  });

  describe('says what is wrong', () => {
    it.each([
      ['unknown', /401 Unauthorized\. Nobody is known there/],
      ['powerless', /403 nodes.* is forbidden: User "powerless" cannot list .* The user needs create/],
      ['expired', /401 Unauthorized\. .*may have expired/],
      [
        'stranger',
        /certificate.*\. The certificates of \S+ and of the server do not fit, or one has expired/,
      ],
    ] as const)('to one whose kubeconfig is %s', async (who, words) => {
      const { stderr, exitCode } = await run(process.execPath, [
        CLI,
        'up',
        '--kubeconfig',
        real.kubeconfigs[who],
      ]);
      expect(stderr).toMatch(words);
      expect(exitCode).toBe(2);
    });

    it('when there is no server', async () => {
      await real.stop();
      try {
        const { stderr, exitCode } = await up();
        expect(stderr).toMatch(/^Tried GET .*ECONNREFUSED.* Is the server up, /);
        expect(exitCode).toBe(2);
      } finally {
        await real.start();
      }
    });
  });
});

/** What kubectl prints; the tests say what they expect of it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of the API, of any sort
type Json = any;
