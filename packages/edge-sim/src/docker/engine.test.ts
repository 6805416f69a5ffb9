import { text } from 'node:stream/consumers';
import { createMemoryWorld, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import type { Machine } from '../machine/machine.ts';
import { startDockerEngine } from './engine.ts';
import { type EngineProfile, engineProfile } from './engine-profile.ts';
import { engineLines } from './lines/index.ts';
import { createTestMachine } from './test-machine.test-support.ts';

interface Answer {
  status: number;
  /** `Name: value`, in wire order, without the Connection line that asking for a close brings. */
  headers: string[];
  body: string;
}

/** Runs `body` in a world with one machine and its engine. */
async function withEngine<T>(
  profile: EngineProfile | string,
  body: (context: { world: World; machine: Machine; ask: typeof ask }) => Promise<T>,
): Promise<T> {
  const world = createMemoryWorld();
  const machine = createTestMachine(world);
  const ask = (method: string, path: string) => raw(machine, method, path);
  try {
    return await world.run(async () => {
      const chosen = typeof profile === 'string' ? engineProfile(profile) : profile;
      world.own(await startDockerEngine(world, machine, { profile: chosen }));
      return body({ world, machine, ask });
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}
declare function ask(method: string, path: string): Promise<Answer>;

async function raw(machine: Machine, method: string, path: string): Promise<Answer> {
  const socket = await machine.host.connect({ path: '/var/run/docker.sock' }, { component: 'test' });
  socket.write(`${method} ${path} HTTP/1.0\r\nHost: docker\r\nUser-Agent: test\r\n\r\n`);
  const [head = '', body = ''] = splitOnce(await text(socket), '\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: lines.filter((line) => !line.startsWith('Connection:')),
    body,
  };
}

function splitOnce(whole: string, separator: string): string[] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole] : [whole.slice(0, at), whole.slice(at + separator.length)];
}

const json = (answer: Answer) => JSON.parse(answer.body);
const DATE = 'Date: Thu, 10 Jun 2021 08:00:00 GMT';

describe('the founding fault at the engine', () => {
  it('refuses API 1.40 on 18.09.1 byte for byte', async () => {
    const answer = await withEngine('18.09.1', ({ ask }) => ask('GET', '/v1.40/info'));
    expect(answer).toEqual({
      status: 400,
      headers: [
        'Api-Version: 1.39',
        'Content-Type: application/json',
        'Ostype: linux',
        'Server: Docker/18.09.1 (linux)',
        DATE,
        'Content-Length: 84',
      ],
      body: '{"message":"client version 1.40 is too new. Maximum supported API version is 1.39"}\n',
    });
  });

  it('serves API 1.39 and un-versioned paths on 18.09.1', async () => {
    await withEngine('18.09.1', async ({ ask }) => {
      expect(json(await ask('GET', '/v1.39/info'))).toMatchObject({
        ServerVersion: '18.09.1',
        Driver: 'overlay2',
      });
      expect(json(await ask('GET', '/version'))).toMatchObject({ Version: '18.09.1', ApiVersion: '1.39' });
    });
  });

  it('is gone when the maximum of the profile is raised, and stays when only the name is', async () => {
    const profile = engineProfile('18.09.1');
    const raised = await withEngine({ ...profile, apiMax: '1.40' }, ({ ask }) => ask('GET', '/v1.40/info'));
    expect(raised.status).toBe(200);
    const renamed = await withEngine({ ...profile, version: '29.9.9' }, ({ ask }) =>
      ask('GET', '/v1.40/info'),
    );
    expect(renamed.status).toBe(400);
    expect(renamed.headers).toContain('Server: Docker/29.9.9 (linux)');
  });

  it('tells the trace who asked for what and why it was refused', async () => {
    await withEngine('18.09.1', async ({ world, machine }) => {
      const target = { path: '/var/run/docker.sock' };
      await (
        await httpRequest(machine.host, { target, path: '/v1.40/info?a=b', component: 'cadvisor' })
      ).text();
      const [event] = world.trace.of('docker.request');
      expect(event).toMatchObject({
        host: 'edge-1',
        component: 'dockerd',
        detail: { method: 'GET', path: '/info?a=b', apiVersion: '1.40', status: 400, refused: 'too-new' },
      });
      const [connect] = world.trace.of('net.connect');
      expect(event?.parent).toBe(connect?.id);
    });
  });
});

describe('the version error', () => {
  it('is plain text for clients of an API below 1.24', async () => {
    const answer = await withEngine('20.10.24', ({ ask }) => ask('GET', '/v1.11/info'));
    expect(answer).toEqual({
      status: 400,
      headers: [
        'Api-Version: 1.41',
        'Content-Type: text/plain; charset=utf-8',
        'Ostype: linux',
        'Server: Docker/20.10.24 (linux)',
        'X-Content-Type-Options: nosniff',
        DATE,
        'Content-Length: 117',
      ],
      body:
        'client version 1.11 is too old. Minimum supported API version is 1.12, ' +
        'please upgrade your client to a newer version\n',
    });
  });

  it('has none of the engine headers up to 17.10', async () => {
    const answer = await withEngine('17.06.2', ({ ask }) => ask('GET', '/v1.11/_ping'));
    expect(answer.headers.map((line) => line.split(':')[0])).toEqual([
      'Content-Type',
      'X-Content-Type-Options',
      'Date',
      'Content-Length',
    ]);
  });

  it('comes as JSON for old clients too from 26.0 to 28.0', async () => {
    const answer = await withEngine('27.5', ({ ask }) => ask('GET', '/v1.20/info'));
    expect(json(answer).message).toMatch(/^client version 1\.20 is too old/);
  });

  it('refuses 1.41 on 29.0 unless the minimum is lowered', async () => {
    const world = createMemoryWorld();
    const machine = createTestMachine(world);
    await world.run(async () => {
      const profile = engineProfile('29.0.0');
      await using first = await startDockerEngine(world, machine, { profile });
      const refused = await raw(machine, 'GET', '/v1.41/info');
      expect(json(refused).message).toBe(
        'client version 1.41 is too old. Minimum supported API version is 1.44, ' +
          'please upgrade your client to a newer version',
      );
      await first.stop();
      await using second = await startDockerEngine(world, machine, { profile, minApiVersion: '1.24' });
      expect((await raw(machine, 'GET', '/v1.41/info')).status).toBe(200);
      expect(json(await raw(machine, 'GET', '/version')).MinAPIVersion).toBe(second.profile.apiMin);
    });
    await world[Symbol.asyncDispose]();
  });
});

describe('the router', () => {
  it.each([
    ['/nope', 404, '{"message":"page not found"}\n'],
    ['/v1.99/nope', 404, '{"message":"page not found"}\n'],
    ['/v1.20/nope', 404, 'page not found\n'],
    ['/v1.x/info', 404, '{"message":"page not found"}\n'],
    ['/_ping/', 404, '{"message":"page not found"}\n'],
    ['//info', 301, ''],
    ['/v1.39/../_ping', 301, ''],
    ['/v./_ping', 400, /^client version \. is too old/],
    ['/v1/_ping', 400, /^client version 1 is too old/],
    ['/v1.38.9/_ping', 200, 'OK'],
    ['/containers/abc/json', 404, '{"message":"No such container: abc"}\n'],
    ['/v1.23/containers/abc/json', 404, 'No such container: abc\n'],
    ['/containers/abc/stats?stream=false', 404, '{"message":"No such container: abc"}\n'],
    ['/images/nope:1/json', 404, '{"message":"no such image: nope:1: No such image: nope:1"}\n'],
    ['/images/nope/json', 404, '{"message":"no such image: nope: No such image: nope:latest"}\n'],
    [
      '/containers/json?filters=x',
      500,
      `{"message":"invalid character 'x' looking for beginning of value"}\n`,
    ],
    ['/containers/json?filters={"bad":["x"]}', 400, `{"message":"Invalid filter 'bad'"}\n`],
    ['/containers/json?filters={"status":["foo"]}', 400, `{"message":"Invalid filter 'status=foo'"}\n`],
    ['/containers/json?limit=x', 500, '{"message":"strconv.Atoi: parsing \\"x\\": invalid syntax"}\n'],
  ])('answers GET %s as dockerd does', async (path, status, body) => {
    const answer = await withEngine('18.09.1', ({ ask }) => ask('GET', encodeURI(path)));
    expect(answer.status).toBe(status);
    if (typeof body === 'string') expect(answer.body).toBe(body);
    else expect(answer.body).toMatch(body);
  });

  it('has no other method on a route, and no engine headers on what it does not know', async () => {
    await withEngine('18.09.1', async ({ ask }) => {
      const answer = await ask('POST', '/info');
      expect(answer).toMatchObject({ status: 404, body: '{"message":"page not found"}\n' });
      expect(answer.headers).toEqual(['Content-Type: application/json', DATE, 'Content-Length: 29']);
    });
  });
});

describe('the ping', () => {
  it.each(engineLines.map((line) => [line.line, line] as const))(
    'of %s has the headers of its line',
    async (name, line) => {
      const profile = engineProfile(name);
      const [get, head] = await withEngine(profile, async ({ ask }) => [
        await ask('GET', '/_ping'),
        await ask('HEAD', '/_ping'),
      ]);
      expect(get).toMatchObject({ status: 200, body: 'OK' });
      const own = [...line.headers, ...Object.keys(line.ping.headers)].sort();
      const names = get.headers.map((header) => header.split(':')[0]);
      expect(names).toEqual([...own, 'Date', 'Content-Length', 'Content-Type']);
      expect(get.headers).toContain(`Api-Version: ${profile.apiMax}`);
      expect(head.status).toBe(line.ping.head ? 200 : 404);
      expect(head.headers).toContain(`Content-Length: ${line.ping.head ? 0 : 29}`);
      expect(head.body).toBe('');
    },
  );

  it('is what the releases are known for', () => {
    const heads = engineLines.filter(({ ping }) => ping.head).map(({ line }) => line);
    expect(heads[0]).toBe('19.03');
    const withOstype = engineLines.filter(({ headers }) => headers.join().includes('Ostype'));
    expect(withOstype[0]?.line).toBe('17.06');
    const withSwarm = engineLines.filter(({ ping }) => 'Swarm' in ping.headers);
    expect(withSwarm[0]?.line).toBe('23.0');
  });
});

describe('containers and images', () => {
  it('lists what dockershim asks for', async () => {
    await withEngine('18.09.1', async ({ ask, machine }) => {
      const list = async (filters: object, more = '') =>
        json(
          await ask(
            'GET',
            `/v1.39/containers/json?filters=${encodeURIComponent(JSON.stringify(filters))}${more}`,
          ),
        );
      const sandboxes = {
        label: { 'io.kubernetes.docker.type=podsandbox': true },
        status: { running: true },
      };
      expect(await list(sandboxes, '&limit=0')).toHaveLength(2);
      const [nginx] = await list({
        label: ['io.kubernetes.docker.type=container', 'io.kubernetes.pod.name=nginx-1'],
      });
      expect(nginx).toMatchObject({
        Names: [expect.stringMatching(/^\/k8s_nginx_nginx-1_default_/)],
        Image: expect.stringMatching(/^sha256:/),
        Command: "nginx -g 'daemon off;'",
        State: 'running',
        Status: 'Up 59 minutes',
        NetworkSettings: { Networks: {} },
      });
      for (const record of machine.containers.values()) record.running = record.sandboxId === undefined;
      expect(json(await ask('GET', '/containers/json'))).toHaveLength(2);
      expect(json(await ask('GET', '/containers/json?all=1'))).toHaveLength(4);
      expect(await list({ status: { exited: true } })).toHaveLength(2);
    });
  });

  it('inspects by id, name and the beginning of an id', async () => {
    await withEngine('18.09.1', async ({ ask, machine }) => {
      const record = [...machine.containers.values()].find(({ name }) => name.startsWith('k8s_nginx_'));
      if (record === undefined) throw new Error('the test machine has no nginx');
      for (const name of [record.id, record.name, record.id.slice(0, 12)]) {
        expect(json(await ask('GET', `/containers/${name}/json`))).toMatchObject({
          Id: record.id,
          Name: `/${record.name}`,
          Created: '2021-06-10T07:00:02Z',
          State: { Status: 'running', Pid: record.pid, FinishedAt: '0001-01-01T00:00:00Z' },
          HostConfig: {
            NetworkMode: `container:${record.sandboxId}`,
            CgroupParent: record.cgroup.replace(/\/[^/]*$/, ''),
            CpuQuota: 20_000,
            CpuPeriod: 100_000,
            Memory: 64_000_000,
          },
          Config: { Image: record.imageId, Labels: record.labels, Cmd: ['nginx', '-g', 'daemon off;'] },
        });
      }
      const sandbox = json(await ask('GET', `/containers/${record.sandboxId}/json`));
      expect(sandbox.NetworkSettings).toMatchObject({
        IPAddress: '172.17.0.2',
        MacAddress: '02:42:ac:11:00:02',
      });
    });
  });

  it('samples a container twice, a second apart', async () => {
    await withEngine('18.09.1', async ({ ask, machine }) => {
      const record = [...machine.containers.values()].find(({ name }) => name.startsWith('k8s_nginx_'));
      const stats = json(await ask('GET', `/containers/${record?.id}/stats?stream=false`));
      expect(stats).toMatchObject({ read: '2021-06-10T08:00:01Z', preread: '2021-06-10T08:00:00Z' });
      expect(stats.memory_stats.limit).toBe(64_000_000);
      const usedNs = stats.cpu_stats.cpu_usage.total_usage - stats.precpu_stats.cpu_usage.total_usage;
      expect(usedNs / 1e9).toBeCloseTo(0.1, 1);
    });
  });

  it('lists and finds images', async () => {
    await withEngine('20.10.24', async ({ ask }) => {
      const images = json(await ask('GET', '/images/json')) as { Id: string; RepoTags: string[] }[];
      expect(images.map((image) => image.RepoTags[0])).toEqual([
        'kubeedge/pause:3.1',
        'nginx:1.21',
        'proxy:1',
      ]);
      for (const name of ['nginx:1.21', images[1]?.Id, images[1]?.Id.slice(7, 19)]) {
        expect(json(await ask('GET', `/images/${name}/json`)).Id).toBe(images[1]?.Id);
      }
    });
  });

  it('stays as it was when the engine is exchanged', async () => {
    const world = createMemoryWorld();
    const machine = createTestMachine(world);
    await world.run(async () => {
      for (const version of ['18.09.1', '19.03.15', '29.0.0']) {
        await using engine = await startDockerEngine(world, machine, { profile: engineProfile(version) });
        expect(json(await raw(machine, 'GET', '/containers/json'))).toHaveLength(machine.containers.size);
        await engine.stop();
        await expect(raw(machine, 'GET', '/_ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      }
    });
    await world[Symbol.asyncDispose]();
  });

  it('lets go of an answer in the making when it stops', async () => {
    const world = createMemoryWorld();
    const machine = createTestMachine(world);
    await world.run(async () => {
      const engine = await startDockerEngine(world, machine, { profile: engineProfile('18.09.1') });
      const [id] = machine.containers.keys();
      const stats = raw(machine, 'GET', `/containers/${id}/stats?stream=false`);
      await world.clock.sleep(500);
      await engine.stop();
      expect((await stats).body).toBe('');
    });
    await world[Symbol.asyncDispose]();
  });
});

describe('what a line writes', () => {
  it.each(engineLines.map((line) => [line.line, line] as const))(
    '%s: its fields, in its order',
    async (name, line) => {
      await withEngine(name, async ({ ask }) => {
        for (const [path, fields] of [
          ['/version', line.fields.version],
          ['/info', line.fields.info],
        ] as const) {
          const written = Object.keys(json(await ask('GET', path)));
          const known = fields.map((field) => field.replace('?', ''));
          expect(known).toEqual(expect.arrayContaining(written));
          expect(written).toEqual(known.filter((field) => written.includes(field)));
          expect(written).toEqual(expect.arrayContaining(fields.filter((field) => !field.endsWith('?'))));
        }
      });
    },
  );

  it('chunks what Go would not keep in its buffer', async () => {
    await withEngine('20.10.24', async ({ machine }) => {
      const target = { path: '/var/run/docker.sock' };
      const lengths: (string | undefined)[] = [];
      for (const path of ['/version', '/info']) {
        const response = await httpRequest(machine.host, { target, path, component: 'test' });
        await response.text();
        lengths.push(response.headers['content-length'], response.headers['transfer-encoding']);
      }
      expect(lengths).toEqual([expect.any(String), undefined, undefined, 'chunked']);
    });
  });
});
