import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  createNetwork,
  docker,
  get,
  IMAGE,
  LABEL,
  measured,
  POLL,
  podsOf,
  stateOf,
  TEST_MS_MAX,
} from './engine.ts';

/** What compose.yaml says of a service; a key that is not here fails the test, because nothing would come of it. */
interface Service {
  image: string;
  command: (string | number)[];
  hostname?: string;
  read_only: boolean;
  tmpfs: string[];
  cap_drop: string[];
  security_opt: string[];
  volumes: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: 'service_healthy' }>;
}

const handled = new Set([
  'image',
  'command',
  'hostname',
  'read_only',
  'tmpfs',
  'cap_drop',
  'security_opt',
  'volumes',
  'ports',
  'depends_on',
]);

function readCompose(): { services: Record<string, Service>; volumes: Record<string, object> } {
  const file = join(import.meta.dirname, '../../../compose.yaml');
  return parse(readFileSync(file, 'utf8'), { merge: true });
}

const words = (flag: string, values: readonly string[] = []) => values.flatMap((value) => [flag, value]);
const labels = Object.entries(LABEL).flatMap(([key, value]) => ['--label', `${key}=${value}`]);

/** Does with plain docker what compose would do with the service; the id of the container. */
function start(
  name: string,
  service: Service,
  where: { network: string; volume: (name: string) => string },
): string {
  expect(Object.keys(service).filter((key) => !handled.has(key))).toEqual([]);
  // Tests beside this one may have the port; the number is docker's choice.
  const ports = service.ports?.map((port) => port.replace(/^(127\.0\.0\.1):\d+:(\d+)$/, '$1::$2'));
  const volumes = service.volumes.map((mount) => mount.replace(/^[^:]+/, where.volume));
  return docker(
    'run',
    '--detach',
    ...labels,
    ...words('--network', [where.network]),
    ...words('--network-alias', [name]),
    ...words('--hostname', [service.hostname ?? name]),
    ...(service.read_only ? ['--read-only'] : []),
    ...words('--tmpfs', service.tmpfs),
    ...words('--cap-drop', service.cap_drop),
    ...words('--security-opt', service.security_opt),
    ...words('--volume', volumes),
    ...words('--publish', ports),
    IMAGE,
    ...service.command.map(String),
  );
}

export function composeSuite(): void {
  it('start as compose.yaml says: two edges, one of which shows the founding report', {
    timeout: TEST_MS_MAX,
  }, async () => {
    const { services, volumes } = readCompose();
    expect(Object.keys(services)).toEqual(['cloud', 'edge-1', 'edge-2']);
    const { name: network } = await createNetwork('compose');
    const volume = (name: string) => `${name}-${process.pid}`;
    for (const name of Object.keys(volumes)) docker('volume', 'create', ...labels, volume(name));
    const ids: Record<string, string> = {};
    for (const [name, service] of Object.entries(services)) {
      expect(service.image).toContain('KUBEEDGE_SIM_IMAGE:-kubeedge-sim:latest');
      for (const needed of Object.keys(service.depends_on ?? {}))
        await expect.poll(() => stateOf(ids[needed] as string).Health?.Status, POLL).toBe('healthy');
      ids[name] = start(name, service, { network, volume });
    }
    const { cloud = '' } = ids;
    const place = docker('port', cloud, '6443/tcp');
    expect(place).toMatch(/^127\.0\.0\.1:\d+$/);
    // The certificates that the cloud has made are for the names it was given, and the kubeconfig for the first.
    const ca = docker(
      'exec',
      cloud,
      'node',
      '-p',
      'fs.readFileSync("/certificates/kubernetes-ca.crt", "utf8")',
    );
    const config = docker('exec', cloud, 'node', '-p', 'fs.readFileSync("/certificates/kubeconfig", "utf8")');
    expect(config).toContain('server: https://localhost:6443');
    const served = { getApiserverUrl: () => `https://${place.replace('127.0.0.1', 'localhost')}` };
    const nodes = ['edge-1', 'edge-2', 'master-1'];
    await expect.poll(() => measured(served, 'nodes', ca), POLL).toEqual(nodes);
    await expect
      .poll(() => measured(served, 'pods', ca), POLL)
      .toEqual(expect.arrayContaining(podsOf('edge-2')));
    expect((await measured(served, 'pods', ca)).filter((pod) => pod.endsWith('edge-1'))).toEqual([]);
    expect(await get(`${served.getApiserverUrl()}/api/v1/pods`, ca)).toContain('"name":"nginx-edge-1"');
  });
}
