import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { httpRequest } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { EDGED_PATHS, type EdgedOptions, startEdged } from './index.ts';
import { createLab, LAB_PODS, type LabCadvisor, readCapture } from './lab-machine.test-support.ts';

const TARGET = { address: '127.0.0.1', port: 10_350 };
const FAULTY = { dockerVersion: undefined };
const HEALTHY = { dockerVersion: '20.10.24+dfsg1' };

type Lab = ReturnType<typeof createLab>;

async function withEdged<T>(
  lab: LabCadvisor,
  body: (lab: Lab) => Promise<T>,
  options: Partial<EdgedOptions> = {},
): Promise<T> {
  const made = createLab(lab);
  const { world, machine, cadvisor } = made;
  const result = await world.run(async () => {
    world.own(await startEdged(world, machine, { nodeName: 'edge-node-1', cadvisor, ...options }));
    return body(made);
  });
  await world[Symbol.asyncDispose]();
  return result;
}

/** The bytes of one answer, head and body, of a connection of its own. */
async function raw({ machine }: Lab, request: string): Promise<{ head: string; body: string }> {
  const socket = await machine.host.connect(TARGET, { component: 'test' });
  socket.write(request.replaceAll('\n', '\r\n'));
  const bytes = (await buffer(socket)).toString('latin1');
  const end = bytes.indexOf('\r\n\r\n');
  return { head: bytes.slice(0, end), body: bytes.slice(end + 4) };
}

const get = (path: string) => `GET ${path} HTTP/1.1\nHost: 127.0.0.1:10350\nConnection: close\n\n`;

describe('edged on 127.0.0.1:10350', () => {
  /** Logs need containers that print, `run` is not there, and a panic has no status; each has its own test. */
  const NOT_SERVED = /^\/(containerLogs|run|portForward)\//;
  /** Texts that are the same whatever the machine; the others' lengths depend on values. */
  const FIXED = /^(4|5|301)|healthz|configz|probes/;

  it.each([
    ['docker-18.09-v1.6.1', FAULTY],
    ['docker-20.10-v1.6.1', HEALTHY],
  ])('answers the paths of a real edged with its statuses and types: %s', async (run, lab) => {
    const lines = readCapture(`edged-paths-${run}.txt`).trimEnd().split('\n');
    const captured = lines
      .map((line) => /^(\d{3}) (.*) (\d+) (\S+)$/.exec(line)?.slice(1) ?? [])
      .filter(([, , , path = '']) => !NOT_SERVED.test(path));
    expect(captured).toHaveLength(26);
    await withEdged(lab, async (made) => {
      for (const [status = '', type = '', bytes, path = ''] of captured) {
        const response = await httpRequest(made.machine.host, { target: TARGET, path, component: 'test' });
        const body = await response.text();
        const ours = `${response.status} ${response.headers['content-type'] ?? ''}`;
        expect(`${ours} ${path}`).toBe(`${status} ${type} ${path}`);
        if (FIXED.test(`${status} ${path}`)) expect(`${body.length} ${path}`).toBe(`${bytes} ${path}`);
      }
    });
  });

  it('lays out response heads as net/http does', async () => {
    await withEdged(FAULTY, async (lab) => {
      const date = 'Date: Sun, 22 Nov 2026 20:01:22 GMT';
      const ok = await raw(lab, get('/healthz/ping'));
      expect(ok.head.split('\r\n')).toEqual([
        'HTTP/1.1 200 OK',
        date,
        'Content-Length: 2',
        'Content-Type: text/plain; charset=utf-8',
        'Connection: close',
      ]);
      const missing = await raw(lab, get('/nope'));
      expect(missing.head.split('\r\n')).toEqual([
        'HTTP/1.1 404 Not Found',
        'Content-Type: text/plain; charset=utf-8',
        'X-Content-Type-Options: nosniff',
        date,
        'Content-Length: 19',
        'Connection: close',
      ]);
      const long = await raw(lab, get('/metrics/cadvisor'));
      expect(long.head.split('\r\n')).toEqual([
        'HTTP/1.1 200 OK',
        'Content-Type: text/plain; version=0.0.4; charset=utf-8',
        date,
        'Connection: close',
        'Transfer-Encoding: chunked',
      ]);
      const old = await raw(lab, 'GET /healthz HTTP/1.0\n\n');
      expect(old.head).not.toContain('Transfer-Encoding');
    });
  });

  it('keeps a connection and says nothing of it when the client does not ask to close', async () => {
    await withEdged(FAULTY, async (lab) => {
      const first = 'GET /healthz HTTP/1.1\nHost: x\n\n';
      const { head, body } = await raw(lab, first + get('/healthz/ping'));
      expect(head).not.toMatch(/connection|keep-alive/i);
      expect(body).toMatch(/^okHTTP\/1\.1 200 OK\r\n/);
    });
  });

  it('answers up to 2048 bytes with a length and more in chunks', async () => {
    await withEdged(FAULTY, async (lab) => {
      const short = await raw(lab, get('/stats/summary?only_cpu_and_memory=true'));
      expect(short.head).toContain(`Content-Length: ${short.body.length}`);
      const long = await raw(lab, get('/pods'));
      expect(long.head).toContain('Transfer-Encoding: chunked');
      expect(long.body.endsWith('\r\n0\r\n\r\n')).toBe(true);
    });
  });

  it('refuses methods and media types in the words of go-restful and net/http', async () => {
    await withEdged(FAULTY, async (lab) => {
      const { host } = lab.machine;
      const answer = async (method: string, path: string, headers = {}) => {
        const options = { target: TARGET, path, method, headers, component: 'test' };
        const response = await httpRequest(host, options);
        return `${response.status} ${await response.text()}`;
      };
      expect(await answer('POST', '/pods')).toBe('405 405: Method Not Allowed');
      expect(await answer('GET', '/stats/a/b/c')).toBe('404 404: Page Not Found');
      expect(await answer('GET', '/pods', { accept: 'text/html' })).toBe('406 406: Not Acceptable');
      expect(await answer('GET', '/stats/nope/nginx')).toBe('404 no matching container');
      expect(await answer('GET', '/stats/nginx-1/nope')).toBe('404 no matching container');
      expect(await answer('POST', '/stats/nope')).toBe('404 404: Page Not Found');
      expect(await answer('HEAD', '/pods')).toBe('405 ');
      expect(await answer('POST', '/healthz')).toBe('200 ok');
      expect(await answer('GET', '/healthz?verbose')).toContain('[+]syncloop ok\nhealthz check passed\n');
      expect(await answer('GET', '/a%zz')).toBe('400 400 Bad Request');
      expect(await answer('GET', '//pods')).toContain('<a href="/pods">Moved Permanently</a>');
    });
  });

  it('takes only the exact value true, once, for the short form, also as a posted form', async () => {
    await withEdged(FAULTY, async ({ machine }) => {
      const isShort = async (query: string, body?: string) => {
        const response = await httpRequest(machine.host, {
          target: TARGET,
          path: `/stats/summary${query}`,
          component: 'test',
          ...(body === undefined
            ? {}
            : { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
        });
        return !(await response.text()).includes('rlimit');
      };
      expect(await isShort('?only_cpu_and_memory=true')).toBe(true);
      expect(await isShort('?only_cpu_and_memory=True')).toBe(false);
      expect(await isShort('?only_cpu_and_memory=true&only_cpu_and_memory=true')).toBe(false);
      expect(await isShort('', 'only_cpu_and_memory=true')).toBe(true);
      expect(await isShort('', '')).toBe(false);
    });
  });

  it('packs metrics for a client that takes gzip', async () => {
    await withEdged(FAULTY, async ({ machine }) => {
      const headers = { 'accept-encoding': 'deflate, gzip' };
      const response = await httpRequest(machine.host, {
        target: TARGET,
        path: '/metrics/resource',
        headers,
        component: 'test',
      });
      expect(response.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(await buffer(response.body)).toString()).toContain('scrape_error 0\n');
    });
  });

  it('shows cgroups by name under /stats/', async () => {
    await withEdged(FAULTY, async ({ machine }) => {
      const ask = async (body: object) => {
        const response = await httpRequest(machine.host, {
          target: TARGET,
          path: '/stats/container',
          method: 'POST',
          body: JSON.stringify(body),
          component: 'test',
        });
        return response.text();
      };
      expect(
        Object.keys(JSON.parse(await ask({ containerName: 'kubepods', subcontainers: true }))),
      ).toContain('/kubepods/burstable/pod0f9a2c1e-2222-4000-8000-000000000002');
      expect(await ask({ containerName: '/nope' })).toBe('Internal Error: unknown container "/nope"');
      const root = JSON.parse(await ask({ num_stats: 1 }))['/'];
      expect(root.stats).toHaveLength(1);
      expect(root.subcontainers).toEqual([{ name: '/kubepods' }]);
    });
  });

  it('has the routes it is given and no others', async () => {
    const paths = EDGED_PATHS.filter((path) => !path.startsWith('/metrics/resource'));
    await withEdged(
      FAULTY,
      async ({ machine }) => {
        const response = await httpRequest(machine.host, {
          target: TARGET,
          path: '/metrics/resource',
          component: 'test',
        });
        expect(`${response.status} ${await response.text()}`).toBe('404 404 page not found\n');
      },
      { paths },
    );
  });

  it('records requests and what a summary left out, as consequences of the connection', async () => {
    await withEdged(FAULTY, async ({ machine, world }) => {
      const path = '/stats/summary?only_cpu_and_memory=true';
      const response = await httpRequest(machine.host, { target: TARGET, path, component: 'test' });
      await response.text();
      const [connect] = world.trace.of('net.connect');
      const [request] = world.trace.of('edged.request');
      expect(request).toMatchObject({
        host: 'edge-node-1',
        component: 'edged',
        parent: connect?.id,
        detail: { method: 'GET', path, status: 200, pods: 0 },
      });
      const [skipped] = world.trace.of('edged.container-skipped');
      expect(skipped).toMatchObject({ parent: request?.id, detail: { reason: 'no-pod-labels' } });
      expect(skipped?.detail.ids).toHaveLength(15);
      expect(world.trace.of('edged.pod-listed')).toEqual([]);
    });
    await withEdged(HEALTHY, async ({ machine, world }) => {
      const options = { target: TARGET, path: '/stats/summary', component: 'test' };
      await (await httpRequest(machine.host, options)).text();
      const [listed] = world.trace.of('edged.pod-listed');
      expect(listed?.detail.pods.toSorted()).toEqual(
        LAB_PODS.map(({ namespace, name }) => `${namespace}/${name}`).toSorted(),
      );
    });
  });
});
