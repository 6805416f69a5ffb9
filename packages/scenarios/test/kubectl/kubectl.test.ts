import { ADMIN, simToken } from '@kubeedge-sim/cloud-sim';
import { createMemoryWorld, type Host, type World } from '@kubeedge-sim/sim-kit';
import { runKubectl } from 'kubeedge-sim';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DemoCluster, demoPods, startDemoCluster } from './demo-cluster.ts';

let world: World;
let laptop: Host;
let cluster: DemoCluster;

beforeEach(() => {
  world = createMemoryWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

async function start(options: Parameters<typeof startDemoCluster>[1] = {}) {
  await world.run(async () => {
    cluster = await startDemoCluster(world, options);
    laptop = world.net.host({ name: 'laptop', address: '10.0.0.9' });
    await world.clock.sleep(1_000);
  });
}

async function kubectl(line: string) {
  const before = world.trace.of('apiserver.request').length;
  const server = cluster.apiserver.endpoint;
  const result = await world.run(() =>
    runKubectl(world, laptop, line.split(' '), { server, token: simToken(world, ADMIN) }),
  );
  const own = world.trace.of('apiserver.request').slice(before);
  const requests = own.filter(({ detail }) => !detail.path.includes('resourceVersion=0'));
  return { ...result, requests: requests.map(({ detail }) => detail.path) };
}

const discovery = ['/api?timeout=32s', '/apis?timeout=32s'];

it('shows nodes and pods, asking what the real one asks', async () => {
  await start();
  expect(await kubectl('get nodes')).toEqual({
    exitCode: 0,
    stderr: '',
    stdout:
      'NAME          STATUS   ROLES           AGE   VERSION\n' +
      'edge-node-1   Ready    agent,edge      2d    v1.19.3-kubeedge-v1.6.1\n' +
      'master        Ready    master,worker   30d   v1.19.8\n',
    requests: [
      ...discovery,
      '/api/v1?timeout=32s',
      '/apis/coordination.k8s.io/v1?timeout=32s',
      '/apis/apiregistration.k8s.io/v1?timeout=32s',
      '/apis/authentication.k8s.io/v1?timeout=32s',
      '/apis/authentication.k8s.io/v1beta1?timeout=32s',
      '/apis/authorization.k8s.io/v1?timeout=32s',
      '/apis/authorization.k8s.io/v1beta1?timeout=32s',
      '/apis/metrics.k8s.io/v1beta1?timeout=32s',
      '/api/v1/nodes?limit=500',
    ],
  });
  const pods = await kubectl('get pods -A -o wide');
  expect(pods.stdout).toBe(
    'NAMESPACE   NAME           READY   STATUS    RESTARTS   AGE   IP           NODE          NOMINATED NODE   READINESS GATES\n' +
      'default     nginx-1        1/1     Running   0          14m   172.17.0.2   edge-node-1   <none>           <none>\n' +
      'factory     sensor-agent   2/2     Running   0          14m   172.17.0.3   edge-node-1   <none>           <none>\n',
  );
  expect((await kubectl('get pods -n nowhere')).stderr).toBe('No resources found in nowhere namespace.\n');
  expect((await kubectl('get pod nope')).stderr).toBe(
    'Error from server (NotFound): pods "nope" not found\n',
  );
  expect((await kubectl('get things')).stderr).toBe(
    'error: the server doesn\'t have a resource type "things"\n',
  );
});

it('shows all metrics of a healthy cluster', async () => {
  await start({ summary: '20.10-v1.6.1' });
  expect(await kubectl('top node')).toEqual({
    exitCode: 0,
    stderr: '',
    stdout:
      'NAME          CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%     \n' +
      'edge-node-1   142m         3%     2335Mi          28%         \n' +
      'master        <unknown>                           <unknown>               <unknown>               <unknown>               \n',
    requests: [...discovery, '/apis/metrics.k8s.io/v1beta1/nodes', '/api/v1/nodes'],
  });
  expect(await kubectl('top pod -A')).toEqual({
    exitCode: 0,
    stderr: '',
    stdout:
      'NAMESPACE   NAME           CPU(cores)   MEMORY(bytes)   \n' +
      'default     nginx-1        29m          0Mi             \n' +
      'factory     sensor-agent   34m          1Mi             \n',
    requests: [...discovery, '/apis/metrics.k8s.io/v1beta1/pods'],
  });
  expect((await kubectl('top pod nginx-1')).stdout).toBe(
    'NAME      CPU(cores)   MEMORY(bytes)   \nnginx-1   29m          0Mi             \n',
  );
  expect((await kubectl('top pod -n factory --containers')).stdout).toBe(
    'POD            NAME      CPU(cores)   MEMORY(bytes)   \n' +
      'sensor-agent   app       34m          0Mi             \n' +
      'sensor-agent   sidecar   0m           0Mi             \n',
  );
});

it('shows the symptom: the node has metrics, its pods have none', async () => {
  await start({ summary: '18.09-v1.6.1' });
  expect((await kubectl('top node')).stdout).toContain('edge-node-1   859m         21%');
  const age = 'age: 14m1s';
  const warning = `W0610 08:00:01.000000    4711 top_pod.go:265] Metrics not available for pod default/nginx-1, ${age}`;
  expect(await kubectl('top pod -A')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `${warning}\nerror: Metrics not available for pod default/nginx-1, ${age}\n`,
    requests: [...discovery, '/apis/metrics.k8s.io/v1beta1/pods', '/api/v1/namespaces/default/pods'],
  });
  expect(await kubectl('top pod nginx-1')).toMatchObject({
    exitCode: 1,
    stderr: 'Error from server (NotFound): podmetrics.metrics.k8s.io "default/nginx-1" not found\n',
  });
  expect((await kubectl('top pod -n nowhere')).stderr).toBe('No resources found in nowhere namespace.\n');
});

it('says that it is too early for a young pod', async () => {
  await start({ summary: '18.09-v1.6.1', pods: demoPods(world.clock.now() - 60_000) });
  expect((await kubectl('top pod')).stderr).toBe('error: metrics not available yet\n');
});

it('reads a raw path, and says what went wrong with it', async () => {
  await start({ summary: '18.09-v1.6.1' });
  const path = '/api/v1/nodes/edge-node-1/proxy/stats/summary';
  const { stdout, requests } = await kubectl(`get --raw ${path}`);
  expect(JSON.parse(stdout).pods).toEqual([]);
  expect(requests).toEqual([path]);
  cluster.apiserver.store.heartbeat('edge-node-1', { kubeletPort: 10999 });
  expect(await kubectl(`get --raw ${path}`)).toMatchObject({
    exitCode: 1,
    stderr:
      'Error from server: error trying to reach service: dial tcp 10.66.0.11:10999: connect: connection refused\n',
  });
});

it('says when the Metrics API, or the server, is away', async () => {
  await start();
  await world.run(() => cluster.metricsServer.close());
  expect((await kubectl('top node')).stderr).toBe(
    'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get nodes.metrics.k8s.io)\n',
  );
  expect((await kubectl('top pod nginx-1')).stderr).toBe(
    'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get pods.metrics.k8s.io nginx-1)\n',
  );
  expect((await kubectl('get nodes')).exitCode).toBe(0);
  await world.run(() => cluster.apiserver.close());
  expect((await kubectl('get nodes')).stderr).toBe(
    'The connection to the server 10.0.0.2:6443 was refused - did you specify the right host or port?\n',
  );
});
