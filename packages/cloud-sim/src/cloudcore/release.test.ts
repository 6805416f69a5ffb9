import { knownReleases } from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import { inLab, RawEdge, rawExchange } from './cloudcore.test-support.ts';
import { cloudcoreErrorTemplates } from './errors.ts';
import { cloudcoreRelease, knownCloudcoreReleases } from './index.ts';
import { releaseRows } from './releases.data.ts';

describe('the release table', () => {
  test('has the tags of the wire package', () => {
    expect(knownCloudcoreReleases()).toEqual(knownReleases());
    expect(releaseRows).toHaveLength(83);
  });

  test('is data', () => {
    expect(JSON.parse(JSON.stringify(releaseRows))).toEqual(releaseRows);
  });

  test('names the nearest tags of an unknown one', () => {
    expect(() => cloudcoreRelease('v1.6.9')).toThrow(/"v1\.6\.9".*nearest are v1\.6\.2/);
    expect(() => cloudcoreRelease('v1.2.1')).toThrow(
      expect.objectContaining({ code: 'CLOUDCORE_ERR_NO_CLOUDSTREAM' }),
    );
    expect(Object.keys(cloudcoreErrorTemplates).every((code) => code.startsWith('CLOUDCORE_ERR_'))).toBe(
      true,
    );
  });

  test('the log sources of v1.6.1 are those of the captures', () => {
    const { logSources } = cloudcoreRelease('v1.6.1');
    expect(logSources.addConnection).toBe('session.go:125');
    expect(logSources.edgePeerDone).toBe('containermetrics_connection.go:117');
    expect(logSources.metricsError).toBe('streamserver.go:156');
  });
});

describe('releases differ as their data says', () => {
  const request = (path: string, host = '10.66.0.11:10350') =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n\r\n`;

  test.each([
    ['v1.3.1', '/stats/summary', 404],
    ['v1.4.0', '/metrics', 404],
    ['v1.5.0', '/metrics/resource', 404],
    ['v1.6.0', '/metrics/resource', 500],
    ['v1.13.5', '/attach/a/b/c', 404],
    ['v1.23.1', '/attach/a/b/c', 500],
    ['v1.23.1', '/attach/a/b/uid/c', 500],
    ['v1.23.1', '/portForward/a/b', 404],
  ])('%s answers %s with %i', async (release, path, status) => {
    await inLab(
      async (lab) => {
        expect((await rawExchange(lab, request(path))).head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      },
      { release },
    );
  });

  test.each(['v1.8.0', 'v1.12.7', 'v1.13.5', 'v1.23.1'])(
    '%s dials port 10350 whatever the Host says, and reports a normal end as an error',
    async (release) => {
      await inLab(
        async (lab) => {
          const options = { extraHeaders: 'Sessionhostnameoverride: edge-node-1\r\n' };
          const edge = await RawEdge.dial(lab, options);
          const exchange = rawExchange(lab, request('/stats/summary', '10.66.0.11'));
          const connect = Buffer.from((await edge.next())?.hex ?? '', 'hex').toString();
          expect(connect).toContain('"Host":"127.0.0.1:10350"');
          edge.send(1, Buffer.from('010378', 'hex'));
          edge.send(1, Buffer.from('0104', 'hex'));
          expect((await exchange).head).toMatch(/^HTTP\/1.1 200 OK\r\nDate: .*\r\nContent-Length: 1\r\n/);
          const lines = lab.world.trace.of('log').map(({ detail }) => detail.message);
          const error =
            'apiconnection Serve APIServer_MetricsConnection MessageID 1 in Tunnel session [edge-node-1] ' +
            'error APIServer_MetricsConnection MessageID 1 find edge peer done, so stop this connection';
          expect(lines).toContain(`${cloudcoreRelease(release).metricsErrorPrefix}${error}`);
          expect(lines.some((line) => line.includes('superfluous'))).toBe(true);
          edge.socket.destroy();
        },
        { release },
      );
    },
  );

  test('v1.8.0 keeps the connection of a client that left, and panics when it is told twice', async () => {
    await inLab(
      async (lab) => {
        const edge = await RawEdge.dial(lab);
        await rawExchange(lab, request('/stats/summary'), { afterMs: 100, end: 'gave up' });
        await lab.world.clock.sleep(1);
        expect(lab.cloudcore.sessions()[0]?.requests).toBe(1);
        edge.send(1, Buffer.from('0104', 'hex'));
        edge.socket.end();
        await lab.world.clock.sleep(1);
        expect(lab.world.trace.of('tunnel.session-end').map(({ detail }) => detail.state)).toEqual([
          'zombie',
        ]);
      },
      { release: 'v1.8.0' },
    );
  });

  test('the same seed gives the same trace', async () => {
    const hashes: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      await inLab(async (lab) => {
        const edge = await RawEdge.dial(lab);
        const exchange = rawExchange(lab, request('/stats/summary'));
        await edge.next();
        edge.send(1, Buffer.from('0104', 'hex'));
        await exchange;
        edge.socket.destroy();
        const chain = lab.world.trace.events.filter(({ kind }) => /^(stream|tunnel)\.(re|me)/.test(kind));
        expect(chain.map(({ kind }) => kind)).toEqual([
          'stream.request',
          'tunnel.message',
          'tunnel.message',
          'stream.response',
        ]);
        // Each follows from the one before.
        expect(chain.slice(1).map(({ parent }) => parent)).toEqual(chain.slice(0, -1).map(({ id }) => id));
        hashes.push(lab.world.trace.hash());
      });
    }
    expect(hashes[1]).toBe(hashes[0]);
  });
});
